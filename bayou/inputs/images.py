"""A picture as a model is given it: pixels in, RGB and normalised tiles out. Knows no grids, prompts or documents.

As the released code does it: alpha is dropped and not blended, an EXIF orientation is ignored (``bayou.documents``
obeys it when a page is opened; a page that comes from there is upright already).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from bayou.errors import InputError, LimitError

ImageSource = Image.Image | NDArray[np.uint8] | Path | str | bytes
"""What ``load_image`` takes: a picture, uint8 RGB [H, W, 3] (or [H, W, 4], whose alpha is dropped) or grey [H, W], a
path, or a file's bytes."""

CHANNEL_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
CHANNEL_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)


def load_image(source: ImageSource) -> Image.Image:
    """The picture in mode RGB.

    Raises:
        InputError: the file can't be read or isn't a picture; the array is not an image.
        LimitError: more pixels than ``PIL.Image.MAX_IMAGE_PIXELS`` allows.
    """
    if isinstance(source, Image.Image):
        return _to_rgb(source, None)
    if isinstance(source, np.ndarray):
        return _from_array(source)
    with _opened(source) as image:
        return _to_rgb(image, _name(source))


def _name(source: Path | str | bytes) -> str | None:
    return None if isinstance(source, bytes) else str(source)


@contextmanager
def _opened(source: Path | str | bytes) -> Iterator[Image.Image]:
    """A picture's file, its pixels not read yet; what Pillow says of it while it is open becomes an error of ours."""
    name = _name(source)
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as image:
            yield image
    except UnidentifiedImageError as error:
        raise InputError("not a picture of a known type", name) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LimitError(f"too many pixels: {error}", name) from error
    except OSError as error:
        raise InputError(f"can't read the picture: {error}", name) from error


def image_size(source: ImageSource) -> tuple[int, int]:
    """Width and height in pixels; of a file its head alone is read, so damage after that is not noticed.

    Raises:
        InputError: As for ``load_image``.
        LimitError: As for ``load_image``.
    """
    if isinstance(source, bytes | Path | str):
        with _opened(source) as image:
            return image.size
    return load_image(source).size


def _to_rgb(image: Image.Image, name: str | None) -> Image.Image:
    if image.width == 0 or image.height == 0:
        raise InputError("a picture without pixels", name)
    try:
        return image.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for damaged pixels depends on the format
        raise InputError(f"the picture is damaged: {error}", name) from error


def _from_array(array: NDArray[np.uint8]) -> Image.Image:
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise InputError(f"an image array is uint8 [H, W, 3] (or 4) or [H, W], not {array.dtype} {list(array.shape)}")
    if array.size == 0:
        raise InputError("an image array without pixels")
    return Image.fromarray(np.ascontiguousarray(array)).convert("RGB")


def normalise(tiles: Sequence[Image.Image]) -> NDArray[np.float32]:
    """Pictures of one size, [n, 3, H, W]: (x / 255 - mean) / std per channel, in float32 as torchvision does it."""
    stacked = np.stack([np.asarray(tile) for tile in tiles]).transpose(0, 3, 1, 2)
    pixels = np.ascontiguousarray(stacked, dtype=np.float32)
    pixels /= np.float32(255.0)
    pixels -= CHANNEL_MEAN[:, None, None]
    pixels /= CHANNEL_STD[:, None, None]
    return pixels


def round_to_bfloat16(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The nearest bfloat16 of each (finite) value, ties to even, as float32: what the released code makes of pixels."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)
    return rounded.view(np.float32)
