"""PDF files to pages: a picture of each, its own text, and where pictures on it may hold more. By PDFium; no models.

PDFium isn't safe for threads: one lock lets one page through at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from bayou.documents.native_text import NativeText, read_native_text
from bayou.documents.open_image import check_page_count
from bayou.documents.page_frame import PageFrame
from bayou.documents.page_ranges import select_pages
from bayou.documents.pdf_regions import regions_to_read
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.errors import InputError, LimitError, PasswordError, UsageError

POINTS_PER_INCH = 72.0
pdfium_lock = threading.RLock()


@contextmanager
def _opened(source: Path | bytes, options: OpenOptions, path: str | None) -> Iterator[pdfium.PdfDocument]:
    with pdfium_lock:
        # PDFium doesn't reset its last error for a file without pages: an older "wrong password" would be told again.
        pdfium_c.FPDF_LoadMemDocument64(b"-", 1, None)
        try:
            document = pdfium.PdfDocument(source, password=options.password)
        except pdfium.PdfiumError as error:
            raise _load_error(error, options, path) from error
        document.init_forms()
    try:
        yield document
    finally:
        with pdfium_lock:
            document.close()


def _load_error(error: pdfium.PdfiumError, options: OpenOptions, path: str | None) -> InputError:
    if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
        if options.password:
            return PasswordError("the password is wrong; give the right one with --password", path)
        return PasswordError("the PDF is encrypted; give its password with --password", path)
    if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
        return InputError("the PDF is encrypted in a way that isn't supported; remove the encryption first", path)
    return InputError("the PDF is corrupt, truncated or without pages; export or download it again", path)


def count_pdf_pages(source: Path | bytes, options: OpenOptions, path: str | None = None) -> int:
    """How many pages the PDF has; none of them is read.

    Raises:
        InputError: The PDF can't be opened; PasswordError where it is encrypted.
    """
    with _opened(source, options, path) as document, pdfium_lock:
        return len(document)


def open_pdf_pages(source: Path | bytes, options: OpenOptions, path: str | None = None) -> Iterator[RawPage]:
    """The pages of a PDF, each drawn and read only when it is asked for.

    One of several pages that can't be opened, or would have too many pixels, comes as a failed one.

    Raises:
        InputError: The PDF or its only page can't be opened; PasswordError where it is encrypted.
        LimitError: The only page would have too many pixels, or there are too many pages.
    """
    if not 1 <= options.dpi <= 10_000:
        raise UsageError(f"--dpi {options.dpi:g} isn't between 1 and 10000")
    with _opened(source, options, path) as document:
        with pdfium_lock:
            total = len(document)
        numbers = select_pages(options.pages, total, path)
        check_page_count(len(numbers), options, path)
        for number in numbers:
            try:
                with pdfium_lock:
                    page = _read_page(document, number, options, path)
            except InputError as error:
                if len(numbers) == 1:
                    raise
                page = RawPage.failed(number, "pt", error.message)
            yield page


def _read_page(document: pdfium.PdfDocument, number: int, options: OpenOptions, path: str | None) -> RawPage:
    where = f"page {number}" if path is None else f"{path}, page {number}"
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as error:
        raise InputError("the page is damaged and can't be opened; leave it out with --pages", where) from error
    try:
        left, bottom, right, top = page.get_bbox()
        frame = PageFrame(left, bottom, right, top, page.get_rotation())
        scale = options.dpi / POINTS_PER_INCH
        image = _draw(page, frame, scale, options, where)
        native = NativeText((), 0, 0) if options.force_ocr else read_native_text(page, frame)
        lines = () if native.is_garbage else native.lines
        regions = regions_to_read(page, frame, lines, image, scale) if lines else None
    finally:
        page.close()
    return RawPage(number, frame.width, frame.height, "pt", image, scale, options.dpi, lines, regions, _message(native))


def _message(native: NativeText) -> str:
    if native.is_garbage:
        return (
            f"the PDF's own text is unusable ({native.unknown} of {native.characters} characters have no meaning):"
            " the page is read as an image"
        )
    if native.unknown:
        return f"{native.unknown} characters of the PDF's own text have no meaning and stand as \ufffd"
    return ""


def _draw(page: pdfium.PdfPage, frame: PageFrame, scale: float, options: OpenOptions, where: str) -> NDArray[np.uint8]:
    width, height = frame.width * scale, frame.height * scale
    if width * height > options.max_pixels:
        raise LimitError(
            f"the page would have {width:.0f} x {height:.0f} = {width * height:,.0f} pixels at {options.dpi:g} dpi,"
            f" more than the limit of {options.max_pixels:,}; choose a lower --dpi, or raise it with --max-pixels",
            where,
        )
    try:
        bitmap = page.render(scale=scale, rev_byteorder=True)
    except (pdfium.PdfiumError, MemoryError) as error:
        raise InputError("the page can't be drawn; leave it out with --pages or choose a lower --dpi", where) from error
    try:
        return np.array(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()
