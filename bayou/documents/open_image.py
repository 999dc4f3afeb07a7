"""Image files to upright RGB pages, by Pillow. Knows image formats; not PDF, layout or models.

A multi-page TIFF is several pages. An animation (GIF, WebP, APNG) is no document: its first frame is the page, and the
page's message says how many frames were left out. An MPO photo's further pictures (previews, the other eye) are left
out without a word.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL.GifImagePlugin import GifImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from bayou.documents.page_ranges import select_pages
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.errors import InputError, LimitError

FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "BMP", "DIB", "GIF", "HEIF")
"""HEIF only counts where the program that uses bayou registered a decoder with Pillow: no permissive wheel has one."""

_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on damaged files."""

_LOWEST_DPI, _HIGHEST_DPI = 50.0, 2400.0
_LARGEST_INCHES = 50.0
_pillow_lock = threading.Lock()


@contextmanager
def _pillow_limit_off() -> Iterator[None]:
    """Pillow's own pixel limit can't be raised by a call, and warns; ``_check_pixels`` stands in for it."""
    with _pillow_lock:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _check_pixels(image: Image.Image, options: OpenOptions, path: str | None) -> None:
    width, height = image.size
    if width * height > options.max_pixels:
        raise LimitError(
            f"the image has {width} x {height} = {width * height:,} pixels, more than the limit of"
            f" {options.max_pixels:,}; raise the limit with --max-pixels {width * height}, or make the image smaller",
            path,
        )


def _broken(error: BaseException, path: str | None) -> InputError:
    return InputError(
        f"the image is corrupt or truncated and can't be decoded ({error}); export or download it again", path
    )


def _open(source: BinaryIO, path: str | None) -> Image.Image:
    Image.init()
    known = [name for name in FORMATS if name in Image.OPEN]
    try:
        with _pillow_limit_off():
            return Image.open(source, formats=known)
    except UnidentifiedImageError as error:
        raise InputError(
            "the file begins like an image, but its header is corrupt or cut off; export or download it again", path
        ) from error
    except _BROKEN as error:
        raise _broken(error, path) from error


def _frame_count(image: Image.Image, path: str | None) -> int:
    try:
        with _pillow_limit_off():
            if isinstance(image, GifImageFile | PngImageFile | TiffImageFile | WebPImageFile):
                return int(image.n_frames)
            return 1
    except _BROKEN as error:
        raise _broken(error, path) from error


def count_image_pages(source: BinaryIO, path: str | None = None) -> int:
    """How many pages an image file has: the pictures of a TIFF, else 1.

    Raises:
        InputError: The file isn't a whole image.
    """
    with _open(source, path) as image:
        return _frame_count(image, path) if image.format == "TIFF" else 1


def open_image_pages(source: BinaryIO, options: OpenOptions, path: str | None = None) -> Iterator[RawPage]:
    """The pages of an image file, one at a time; one of several that is damaged or too large comes as a failed one.

    Raises:
        InputError: The file is corrupt or truncated.
        LimitError: The first or only page has too many pixels, or there are too many pages.
    """
    with _open(source, path) as image:
        _check_pixels(image, options, path)
        frames = _frame_count(image, path)
        paged = image.format == "TIFF"
        numbers = select_pages(options.pages, frames if paged else 1, path)
        check_page_count(len(numbers), options, path)
        message = "" if paged or frames == 1 else f"an animation of {frames} frames: only the first is read"
        for number in numbers:
            try:
                if paged:
                    _seek(image, number - 1, options, path)
                page = _read_frame(image, number, message, path)
            except InputError as error:
                if len(numbers) == 1:
                    raise
                page = RawPage.failed(number, "px", error.message)
            yield page


def check_page_count(count: int, options: OpenOptions, path: str | None) -> None:
    """Raise LimitError where more pages were asked for than ``options.max_pages``."""
    if count > options.max_pages:
        raise LimitError(
            f"{count:,} pages are more than the limit of {options.max_pages:,}; choose some with --pages"
            f" 1-{options.max_pages}, or raise the limit with --max-pages {count}",
            path,
        )


def _seek(image: Image.Image, frame: int, options: OpenOptions, path: str | None) -> None:
    try:
        with _pillow_limit_off():
            image.seek(frame)
    except _BROKEN as error:
        raise _broken(error, path) from error
    _check_pixels(image, options, path)


def _read_frame(image: Image.Image, number: int, message: str, path: str | None) -> RawPage:
    dpi = _stated_dpi(image)
    beyond_pillow = image.width * image.height > (Image.MAX_IMAGE_PIXELS or 0)
    try:
        with _pillow_limit_off() if beyond_pillow else nullcontext():
            image.load()
        upright = ImageOps.exif_transpose(image)
    except _BROKEN as error:
        raise _broken(error, path) from error
    array = to_rgb(upright)
    height, width = array.shape[:2]
    return RawPage(number, float(width), float(height), "px", array, 1.0, dpi, message=message)


def _stated_dpi(image: Image.Image) -> float | None:
    """The resolution that the file states, if it's credible: cameras write 72 dpi on pictures 50 inches wide."""
    stated = image.info.get("dpi")
    if not isinstance(stated, tuple) or len(stated) != 2:
        return None
    horizontal, vertical = (float(value) for value in stated)
    credible = _LOWEST_DPI <= horizontal <= _HIGHEST_DPI and abs(horizontal - vertical) < 1
    return round(horizontal, 2) if credible and max(image.size) / horizontal <= _LARGEST_INCHES else None


def to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Any Pillow image as uint8 RGB [H, W, 3], transparency laid on white.

    16-bit greys are scaled by their whole range, 32-bit and float ones by the values that occur (floats within 0 to 1
    are fractions).
    """
    if image.mode.startswith("I") or image.mode == "F":
        grey = _eight_bit(np.asarray(image))
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    if image.mode == "LAB":
        image = (
            ImageCms.profileToProfile(
                image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            or image
        )
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white
    return np.array(image.convert("RGB"), dtype=np.uint8)


def _eight_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    if values.dtype.itemsize == 2:
        return np.round(values.astype(np.float32) / 257).astype(np.uint8)
    numbers = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if low >= 0 and high <= 1 and values.dtype.kind == "f":
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    elif low >= 0 and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    return np.round((numbers - low) * (255 / (high - low or 1))).astype(np.uint8)
