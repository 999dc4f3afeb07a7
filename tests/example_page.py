"""The example invoice made shorter: who asks whom, two entries and the sums. Reading it takes half the time."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
KEPT = ((0, 480), (510, 672), (950, 1170))
"""Rows of pixels, from and to."""
HEAD_LINES = 14
"""So many lines of ``examples/invoice.txt`` are in the first of them."""


def short_invoice(path: Path, kept: tuple[tuple[int, int], ...] = KEPT) -> Path:
    """Writes the page as PNG, over whatever is there."""
    with Image.open(EXAMPLES / "invoice.png") as page:
        strips = [page.convert("RGB").crop((0, top, page.width, bottom)) for top, bottom in kept]
    short = Image.new("RGB", (strips[0].width, sum(strip.height for strip in strips)))
    top = 0
    for strip in strips:
        short.paste(strip, (0, top))
        top += strip.height
    short.save(path)
    return path
