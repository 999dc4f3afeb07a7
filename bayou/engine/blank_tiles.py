"""Tiles of one colour, and those that nearly are. Knows normalised pixels; not pages, tokens or runtimes."""

from __future__ import annotations

import numpy as np
from PIL import Image

from bayou.engine.runtime import BoolArray, FloatArray
from bayou.inputs.images import CHANNEL_MEAN, CHANNEL_STD, normalise

BLANK_LEVELS = 6.0
"""How far, of 255, a pixel of a nearly blank tile may be from its colour: paper's grain, and a JPEG's noise around
nothing, but hardly the faintest print."""

COLOUR_STEP = 4
"""Colours that nearly blank tiles are taken for lie so far apart: two scans of the same paper share one."""


def is_constant(tile: FloatArray) -> bool:
    """Whether each channel of [3, H, W] has one value throughout."""
    return bool((tile == tile[:, :1, :1]).all())


def without_near_blanks(tiles: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Tiles within ``BLANK_LEVELS`` of one colour become that colour.

    Args:
        tiles: Normalised pixels [n, 3, H, W], float32, not rounded.

    Returns:
        The tiles, a copy where any was changed, and which of them, bool [n]. Constant tiles stay as they are.
    """
    changed = np.zeros(len(tiles), dtype=bool)
    result = tiles
    for index, tile in enumerate(tiles):
        if is_constant(tile):
            continue
        levels = (tile * CHANNEL_STD[:, None, None] + CHANNEL_MEAN[:, None, None]) * np.float32(255)
        low, high = levels.min(axis=(1, 2)), levels.max(axis=(1, 2))
        if (high - low).max() > 2 * BLANK_LEVELS:
            continue
        colour = 255 - COLOUR_STEP * np.rint((255 - np.median(levels, axis=(1, 2))) / COLOUR_STEP)
        if max((high - colour).max(), (colour - low).max()) > BLANK_LEVELS:
            continue
        if not changed.any():
            result = tiles.copy()
        red, green, blue = (int(level) for level in np.clip(colour, 0, 255))
        result[index] = normalise([Image.new("RGB", (1, 1), (red, green, blue))])[0]
        changed[index] = True
    return result, changed
