"""Pages with known text, drawn with the font that Pillow brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

PROSE = (
    "The river rises in the hills above the town",
    "and runs for forty miles before it meets the sea.",
    "Three bridges cross it, the oldest built in 1747,",
    "and on market days they are full of carts.",
    "Nobody remembers who planted the poplars.",
)


def draw_lines(
    texts: tuple[str, ...] | list[str],
    width: int = 1000,
    height: int = 500,
    size: int = 28,
    pitch: float = 1.6,
    left: int = 60,
    top: int = 60,
) -> NDArray[np.uint8]:
    """A white page, uint8 RGB [height, width, 3], with one text line under the other."""
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size)
    for number, text in enumerate(texts):
        draw.text((left, top + number * size * pitch), text, fill="black", font=font)
    return np.array(page)


def turned_by(page: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The page leaning clockwise by ``degrees``, white where it was not."""
    image = Image.fromarray(page).rotate(-degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    return np.array(image)
