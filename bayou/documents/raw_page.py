"""One page before it is read, and how pages are asked for. Knows values; not formats, files or models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.documents.document import Line, Unit
from bayou.documents.geometry import Box

DEFAULT_DPI = 200.0
DEFAULT_MAX_PIXELS = 150_000_000
"""Enough for A0 at 300 dpi (139 million); 450 MB as RGB."""
DEFAULT_MAX_PAGES = 5_000


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How a file is opened.

    Attributes:
        pages: Which pages, as ``1-5,8``; None for all. Ascending, each once.
        dpi: Resolution at which PDF pages are drawn; an image file keeps its pixels.
        password: For an encrypted PDF.
        max_pixels: A page of more pixels is refused before it is decoded or drawn.
        max_pages: More pages than this in one go are refused before the first is read.
        force_ocr: Ignore the text that a PDF page carries.
    """

    pages: str | None = None
    dpi: float = DEFAULT_DPI
    password: str | None = None
    max_pixels: int = DEFAULT_MAX_PIXELS
    max_pages: int = DEFAULT_MAX_PAGES
    force_ocr: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RawPage:
    """One page before it is read.

    Attributes:
        number: 1 for the first page of the file.
        width, height: In ``unit``: points for PDF, pixels for images; as the page is seen (EXIF orientation, or the
            PDF's own rotation and crop box, obeyed).
        image: uint8 RGB [H, W, 3]; transparency laid on white.
        pixels_per_unit: A box in page units times this factor is in pixels of ``image``.
        dpi: Resolution of ``image``, where known.
        native: Lines of the PDF's text layer, source "native", in the PDF's own order; empty for images.
        image_regions: Where a page with native text still holds something to read (page units); None for the whole
            page. A line found in such a region that a native line already covers is the same text, and is not
            wanted again.
        message: What the user should know about how the page was opened, or "".
        failure: Why this page of several can't be opened, or "". It then has no size, and its image no pixels.
    """

    number: int
    width: float
    height: float
    unit: Unit
    image: NDArray[np.uint8]
    pixels_per_unit: float
    dpi: float | None
    native: tuple[Line, ...] = ()
    image_regions: tuple[Box, ...] | None = None
    message: str = ""
    failure: str = ""

    @classmethod
    def failed(cls, number: int, unit: Unit, reason: str) -> RawPage:
        """The place of a page that can't be opened, so that the others keep theirs."""
        return cls(number, 0.0, 0.0, unit, np.zeros((0, 0, 3), np.uint8), 1.0, None, failure=reason)
