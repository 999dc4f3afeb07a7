"""Lines as a picture: each with what it says and what was read. Knows pixels and texts; no model, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_WIDTH, _LINE, _TYPE, _MARGIN = 960, 40, 14, 6
_RIGHT, _WRONG, _TRUTH = (0, 110, 40), (180, 20, 20), (90, 90, 90)


@dataclass(frozen=True, slots=True)
class ReadSample:
    """A line, uint8 RGB [H, W, 3], what it says, and what was read."""

    image: NDArray[np.uint8]
    truth: str
    reading: str


@cache
def _font() -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which matplotlib (extra ``train``) carries: Pillow's own font lacks accented letters."""
    import matplotlib

    return ImageFont.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans.ttf", _TYPE)


def sample_sheet(samples: Sequence[ReadSample]) -> NDArray[np.uint8]:
    """uint8 RGB [H, 960, 3]: each line, what was read below it (green where right, else red), then what it says."""
    row = _LINE + 2 * _TYPE + 3 * _MARGIN
    sheet = Image.new("RGB", (_WIDTH, max(1, row * len(samples))), "white")
    draw, font = ImageDraw.Draw(sheet), _font()
    for number, sample in enumerate(samples):
        top = number * row + _MARGIN
        height, width = sample.image.shape[:2]
        size = (max(1, min(_WIDTH - 2 * _MARGIN, width * _LINE // height)), _LINE)
        sheet.paste(Image.fromarray(sample.image).resize(size, Image.Resampling.BILINEAR), (_MARGIN, top))
        right = sample.reading == sample.truth
        below = top + _LINE + 2
        draw.text((_MARGIN, below), sample.reading or "(nothing)", _RIGHT if right else _WRONG, font)
        if not right:
            draw.text((_MARGIN, below + _TYPE + 2), sample.truth, _TRUTH, font)
    return np.asarray(sheet, dtype=np.uint8)
