"""Draws the README's picture: a page with what was found on it, and beside it the text that was read. Needs Lato.

    python -m scripts.draw_reading [--model nano] [--page examples/invoice.png] [--output docs/pictures/reading.jpg]

On the left each line is framed in the colour of its block's kind; on the right each line's text stands where it was
read, darker the surer the reader is.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.drawing import font

if TYPE_CHECKING:
    from bayou.documents.document import Document, Line
    from bayou.documents.geometry import Box

ROOT = Path(__file__).resolve().parent.parent
COLOURS = {
    "paragraph": (30, 90, 220),
    "heading": (200, 60, 120),
    "list_item": (220, 140, 0),
    "table": (30, 150, 90),
}
GAP, LEGEND, SCALE = 24, 44, 0.55


def draw(page: Image.Image, document: Document) -> Image.Image:
    """The page with frames, and the text in its place, side by side; a legend below."""
    left, right = page.convert("RGB"), Image.new("RGB", page.size, "white")
    frames, texts = ImageDraw.Draw(left, "RGBA"), ImageDraw.Draw(right)
    (read,) = document.pages
    for block in read.blocks:
        colour = COLOURS[block.kind]
        if block.table is not None:
            frames.rectangle(corners(block.box, read.pixels_per_unit), outline=(*colour, 255), width=4)
        for line in block.lines:
            if line.box is None:
                continue
            box = corners(line.box, read.pixels_per_unit)
            frames.rectangle(box, fill=(*colour, 36), outline=(*colour, 200), width=2)
            write(texts, line, read.pixels_per_unit)
    return side_by_side(left, right, sorted({block.kind for block in read.blocks}))


def corners(box: Box, factor: float) -> tuple[float, float, float, float]:
    scaled = box.scaled(factor)
    return scaled.left, scaled.top, scaled.right, scaled.bottom


def write(draw: ImageDraw.ImageDraw, line: Line, factor: float) -> None:
    """A line's words where they were read, all of one size: the largest that its box allows."""
    if line.box is None:
        return
    left, top, right, bottom = corners(line.box, factor)
    size = max(8, round((bottom - top) * 0.66))
    while size > 8 and draw.textlength(line.text, font=font(size)) > (right - left) * 0.94:
        size -= 1
    shade = 0 if line.confidence is None else round(200 * (1 - line.confidence))
    for text, box in [(word.text, word.box) for word in line.words] or [(line.text, line.box)]:
        x = corners(box, factor)[0]
        draw.text((x, (top + bottom) / 2), text, font=font(size), fill=(shade, shade, shade), anchor="lm")


def side_by_side(left: Image.Image, right: Image.Image, kinds: list[str]) -> Image.Image:
    size = round(left.width * SCALE), round(left.height * SCALE)
    whole = Image.new("RGB", (2 * size[0] + 3 * GAP, size[1] + GAP + LEGEND), (225, 228, 232))
    whole.paste(left.resize(size, Image.Resampling.LANCZOS), (GAP, GAP))
    whole.paste(right.resize(size, Image.Resampling.LANCZOS), (size[0] + 2 * GAP, GAP))
    pen, x, y = ImageDraw.Draw(whole), GAP, size[1] + GAP + LEGEND // 2
    for kind in kinds:
        pen.rectangle((x, y - 7, x + 14, y + 7), fill=COLOURS[kind])
        name = kind.replace("_", " ")
        pen.text((x + 22, y), name, font=font(17), fill=(40, 40, 45), anchor="lm")
        x += 22 + round(pen.textlength(name, font=font(17))) + 28
    return whole


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw a page beside what was read on it.")
    parser.add_argument("--model", default="nano")
    parser.add_argument("--page", type=Path, default=ROOT / "examples/invoice.png")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/pictures/reading.jpg")
    options = parser.parse_args()
    from bayou.documents.open_pages import open_pages
    from bayou.reading.reader import Reader

    (raw,) = open_pages(options.page)
    page = Image.fromarray(np.ascontiguousarray(raw.image))
    picture = draw(page, Reader(model=options.model).read(options.page))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    picture.save(options.output, quality=84, optimize=True)
    print(options.output, picture.size)


if __name__ == "__main__":
    main()
