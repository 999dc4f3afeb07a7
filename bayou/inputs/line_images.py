"""A cropped line of text to the pixels nano's tower sees. Knows arrays; not where lines are or what reads them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.errors import InputError

LINE_HEIGHT = 48
MINIMUM_WIDTH = 320
"""RapidOCR's recogniser pads every line to this width; the tower was trained so and reads narrower ones worse."""

WIDTH_STEP = 32
"""Padded widths are multiples of this many pixels, so that lines of like width can share a batch and read the same in
it: the tower's gates average over the whole width, padding included, so the padding is part of what is read."""


def resized_width(width: int, height: int) -> int:
    """Columns of a line of ``width`` x ``height`` pixels after scaling to ``LINE_HEIGHT``: rounded up, at least 1."""
    return max(1, -(-LINE_HEIGHT * width // height))


def padded_width(scaled_width: int, minimum_width: int = MINIMUM_WIDTH) -> int:
    """Pixels of width that the tower sees for a line of ``scaled_width``: a multiple of ``WIDTH_STEP``."""
    return -(-max(scaled_width, minimum_width) // WIDTH_STEP) * WIDTH_STEP


def scale_line(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale a line, RGB uint8 [H, W, 3], to 48 pixels' height: [48, W', 3].

    Raises:
        InputError: not such an image, or one without pixels.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise InputError(f"a line image is uint8 [H, W, 3], not {image.dtype} {list(image.shape)}")
    height, width = image.shape[:2]
    if height == 0 or width == 0:
        raise InputError("a line image without pixels")
    size = (resized_width(width, height), LINE_HEIGHT)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def widened(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """A line ``factor`` times as wide, at least a pixel; where something stands, as a share of the width, stays."""
    height, width = image.shape[:2]
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (max(1, round(width * factor)), height), interpolation=way), dtype=np.uint8)


def prepare_line(image: NDArray[np.uint8], minimum_width: int = MINIMUM_WIDTH) -> NDArray[np.float32]:
    """Scale a line to 48 pixels' height and normalise it.

    Args:
        image: RGB, uint8, [H, W, 3].
        minimum_width: The result is padded on the right, with mid-grey (0.0), to at least this width.

    Returns:
        float32 [3, 48, W'], RGB, (x / 255 - 0.5) / 0.5; W' is ``padded_width`` of the line.

    Raises:
        InputError: not such an image, or one without pixels.
    """
    scaled = scale_line(image)
    new_width = scaled.shape[1]
    pixels = np.zeros((3, LINE_HEIGHT, padded_width(new_width, minimum_width)), dtype=np.float32)
    pixels[:, :, :new_width] = scaled.transpose(2, 0, 1)
    pixels[:, :, :new_width] /= 255.0
    pixels[:, :, :new_width] -= 0.5
    pixels[:, :, :new_width] /= 0.5
    return pixels
