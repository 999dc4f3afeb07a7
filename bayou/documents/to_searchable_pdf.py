"""A document as a searchable PDF: each page's image with its text invisibly on it. Knows images; not models.

The file is written page by page. Pages keep their size; an image file without a resolution counts as 200 dpi. Pictures
are stored as JPEG, grey ones in one channel, black-and-white ones without loss.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bayou.documents.document import Document, Page
from bayou.documents.invisible_text import CharacterCodes, add_font, text_operators
from bayou.documents.open_pages import open_pages
from bayou.documents.pdf_writer import PdfWriter, pdf_text
from bayou.documents.raw_page import DEFAULT_DPI, OpenOptions
from bayou.documents.write_file import whole_file
from bayou.errors import UsageError

JPEG_QUALITY = 85
_POINTS_PER_INCH = 72.0
_LARGEST_PAGE = 14_400.0
"""Points: what PDF readers accept."""
_EMPTY_SHEET = (595, 842)
"""Points: A4, for a page that could not be opened."""
_GREY_STEP = 3
"""Levels of 255 by which the channels of a grey picture may differ."""

Images = str | Path | bytes | Iterable[NDArray[np.uint8]]


def to_searchable_pdf(document: Document, images: Images, options: OpenOptions | None = None) -> bytes:
    """``document`` as a searchable PDF in memory; arguments and errors as ``write_searchable_pdf``."""
    target = io.BytesIO()
    _write(document, _upright_images(document, images, options), target)
    return target.getvalue()


def write_searchable_pdf(
    document: Document, images: Images, path: str | Path, options: OpenOptions | None = None
) -> None:
    """``document`` as a searchable PDF at ``path``, whole or not at all, a page in memory at a time.

    Args:
        images: The file that ``document`` was read from (path or content), or its upright page images, uint8 RGB
            [H, W, 3], in the order of ``document.pages``.
        options: How to open the file, where it needs a password or raised limits.

    Raises:
        UsageError: The images aren't those of the pages.
        InputError: The file can't be opened.
        OutputError: The PDF can't be written.
    """
    with whole_file(path) as target:
        _write(document, _upright_images(document, images, options), target)


def _upright_images(document: Document, images: Images, options: OpenOptions | None) -> Iterator[NDArray[np.uint8]]:
    if not isinstance(images, str | Path | bytes):
        yield from images
        return
    dpi = next((page.dpi for page in document.pages if page.unit == "pt" and page.dpi), DEFAULT_DPI)
    numbers = sorted(page.number for page in document.pages)
    if not numbers:
        return
    options = replace(
        options or OpenOptions(),
        pages=",".join(map(str, numbers)),
        dpi=dpi,
        max_pages=len(numbers),
        force_ocr=True,
    )
    rotations = {page.number: page.rotation for page in document.pages}
    for raw in open_pages(images, options):
        # A page that was turned clockwise to stand upright; rot90 turns the other way.
        yield np.rot90(raw.image, -(rotations[raw.number] // 90))


def _write(document: Document, images: Iterator[NDArray[np.uint8]], target: BinaryIO) -> None:
    writer = PdfWriter(target)
    codes = CharacterCodes()
    catalog, tree, font = writer.reserve(), writer.reserve(), writer.reserve()
    kids = []
    for page in document.pages:
        image = next(images, None)
        if image is None:
            raise UsageError(f"there is no image for page {page.number} of {document.name or 'the document'}")
        kids.append(_add_page(writer, page, image, codes, tree, font))
    if next(images, None) is not None:
        raise UsageError(f"there are more images than the {len(document.pages)} pages of the document")
    add_font(writer, codes, font)
    writer.add(f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>", number=tree)
    writer.add(f"<< /Type /Catalog /Pages {tree} 0 R >>", number=catalog)
    info = writer.add(f"<< /Producer {pdf_text('bayou')} /Title {pdf_text(document.name)} >>")
    writer.finish(catalog, info)


def _add_page(
    writer: PdfWriter, page: Page, image: NDArray[np.uint8], codes: CharacterCodes, tree: int, font: int
) -> int:
    if page.status == "failed":
        # Its own size isn't known; an empty sheet keeps the places of the pages after it.
        box = " ".join(map(str, _EMPTY_SHEET))
        return writer.add(f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {box}] /Resources << >> >>")
    if page.pixel_width and image.shape[:2] != (page.pixel_height, page.pixel_width):
        raise UsageError(
            f"the image of page {page.number} has {image.shape[1]} x {image.shape[0]} pixels, but the page was read"
            f" from {page.pixel_width} x {page.pixel_height}"
        )
    scale = _points_per_unit(page)
    width, height = page.width * scale, page.height * scale
    picture = _add_picture(writer, image)
    operators = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Im0 Do Q\n" + text_operators(page, codes, scale)
    content = writer.add_packed("<< >>", operators.encode("ascii"))
    return writer.add(
        f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width:.4f} {height:.4f}] /Contents {content} 0 R"
        f" /Resources << /Font << /F0 {font} 0 R >> /XObject << /Im0 {picture} 0 R >> >> >>"
    )


def _points_per_unit(page: Page) -> float:
    scale = 1.0 if page.unit == "pt" else _POINTS_PER_INCH / (page.dpi or DEFAULT_DPI)
    return min(scale, _LARGEST_PAGE / max(page.width, page.height, 1.0))


def _add_picture(writer: PdfWriter, image: NDArray[np.uint8]) -> int:
    height, width = image.shape[:2]
    head = f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height}"
    if not _is_grey(image):
        return writer.add(f"{head} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode >>", _jpeg(image))
    grey = np.ascontiguousarray(image[:, :, 1])
    if bool(((grey == 0) | (grey == 255)).all()):
        return writer.add_packed(
            f"{head} /ColorSpace /DeviceGray /BitsPerComponent 1 >>", np.packbits(grey > 0, axis=1).tobytes()
        )
    return writer.add(f"{head} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode >>", _jpeg(grey))


def _is_grey(image: NDArray[np.uint8]) -> bool:
    # uint8 differences wrap, so each is taken in both directions.
    return all(
        int(np.minimum(image[:, :, a] - image[:, :, b], image[:, :, b] - image[:, :, a]).max()) <= _GREY_STEP
        for a, b in ((0, 1), (1, 2))
    )


def _jpeg(image: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
