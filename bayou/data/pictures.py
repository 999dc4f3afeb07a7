"""A picture's bytes to pixels and to bytes fit to be kept, upright. Knows encodings; not rows, texts or judgements.

What a model is given later is what Pillow decodes, with alpha dropped and the EXIF orientation ignored
(``bayou.inputs``); so a picture that has either, or another format than PNG, JPEG or WebP, is written anew here, and
all others stay as they are, to the byte.
"""

from __future__ import annotations

import io
import threading
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from bayou.data.schemas import RowError
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import OpenOptions
from bayou.errors import InputError, LimitError, UsageError

_pdf_lock = threading.Lock()
"""PDFium is one program with one memory, whatever thread calls it."""

_KEPT = ("PNG", "JPEG", "WEBP")
_ORIENTATION = 0x0112
_QUALITY = 95
_PAGE_DPI = 150.0
"""Of pages drawn from PDFs: an A4 page has 1240 x 1754 pixels, about what six tiles of 448 and a thumbnail hold."""


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """A picture to keep.

    Attributes:
        data: A PNG, JPEG or WebP file.
        pixels: uint8 RGB [H, W, 3], upright.
    """

    data: bytes
    pixels: NDArray[np.uint8]


def open_picture(data: bytes, most_pixels: int, page: int | None = None) -> Picture:
    """Decodes a picture, or draws page number ``page`` of a PDF (or of a TIFF).

    Raises:
        RowError: ``unreadable-picture`` or ``too-many-pixels``.
    """
    options = OpenOptions(max_pixels=most_pixels, dpi=_PAGE_DPI, pages=None if page is None else str(page))
    try:
        with _pdf_lock if data.startswith(b"%PDF") else nullcontext():
            opened = next(iter(open_pages(data, options, "picture")))
    except LimitError as error:
        raise RowError("too-many-pixels", error.message) from error
    except (InputError, UsageError) as error:
        raise RowError("unreadable-picture", error.message) from error
    pixels = opened.image
    kind = _kind(data)
    if kind is not None:
        return Picture(data, pixels)
    file = io.BytesIO()
    if data.startswith(b"\xff\xd8\xff"):
        Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY)
    else:
        Image.fromarray(pixels).save(file, "PNG")
    return Picture(file.getvalue(), pixels)


def _kind(data: bytes) -> str | None:
    """The format of a picture that may stay as it is, else None."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            plain = image.format in _KEPT and not image.has_transparency_data and image.mode in ("RGB", "L", "P", "1")
            turned = image.getexif().get(_ORIENTATION, 1) != 1
            return image.format if plain and not turned else None
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
