"""Draws pages whose text and tables are known, for measuring: knows Pillow and Lato; not what will read them.

The same seed gives the same page. All at 150 dots an inch, A4.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bayou.scorers.tables import TableCell

WIDTH, HEIGHT, MARGIN = 1240, 1754, 110
INK, RULE = (25, 25, 30), (70, 70, 75)
FONT_FOLDERS = ("/usr/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
WORDS = """the of and river in to a barge was for from harbour with tide which by on not are weather this had at or
were timber keel when their between north anchor each over lighthouse after under signal chart no. second early morning
cargo captain wind salt ledger 1874 account crew rope paid Tuesday carried tonnes received sail mill stone bridge"""
GOODS = "Oak Ash Larch Cedar Walnut Brass Copper Linen Cotton Wool Barley Honey Clay Slate Glass Amber Cork Chalk"
PLACES = "Orford Whitby Falmouth Ramsgate Dundee Cardiff Belfast Galway Ostend Bergen Lisbon Porto"
TITLES = {"price": "Price", "units": "Units", "port": "Port", "date": "Loaded", "weight": "Weight", "master": "Master"}
RIGHT_ALIGNED = {"Price", "Units", "Loaded", "Weight"}


@cache
def font(size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
    """Lato; FileNotFoundError where it isn't installed (Debian: fonts-lato)."""
    for folder in map(Path, FONT_FOLDERS):
        for path in folder.rglob(f"Lato-{weight}.ttf"):
            return ImageFont.truetype(str(path), size)
    raise FileNotFoundError(f"Lato-{weight}.ttf is not installed (Debian: fonts-lato)")


def prose_page(lines: int, seed: int = 0) -> tuple[Image.Image, list[str], list[tuple[int, int, int, int]]]:
    """A page of ``lines`` full lines: the picture, each line's text, and each line's box (left, top, right, bottom)."""
    chance = random.Random(seed)
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, face = ImageDraw.Draw(page), font(26)
    step = (HEIGHT - 2 * MARGIN) / lines
    words, texts, boxes = WORDS.split(), [], []
    for index in range(lines):
        text = chance.choice(words).capitalize()
        while draw.textlength(longer := f"{text} {chance.choice(words)}", font=face) <= WIDTH - 2 * MARGIN:
            text = longer
        y = round(MARGIN + step * index)
        draw.text((MARGIN, y), text, font=face, fill=INK)
        left, top, right, bottom = draw.textbbox((MARGIN, y), text, font=face)
        texts.append(text)
        boxes.append((int(left) - 4, int(top) - 4, int(right) + 4, int(bottom) + 4))
    return page, texts, boxes


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """A page with one table on it and some prose around, and the table's cells."""

    page: Image.Image
    rows: tuple[tuple[TableCell, ...], ...]
    style: str


STYLES = ("ruled", "ruled, spans", "rules between rows", "aligned, no rules")


def table_pages(count: int, seed: int = 0) -> Iterator[DrawnTable]:
    """``count`` pages of each style."""
    for style in STYLES:
        for index in range(count):
            yield _table_page(style, random.Random(f"{seed} {style} {index}"))


def _table_page(style: str, chance: random.Random) -> DrawnTable:
    page = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(page)
    _prose(draw, chance, MARGIN, lines=4)
    rows = _content(chance, columns=chance.randint(3, 6), rows=chance.randint(4, 12), spans=style == "ruled, spans")
    bottom = _draw_table(draw, rows, 330, style, chance.choice((36, 42, 48)))
    _prose(draw, chance, bottom + 70, lines=4)
    return DrawnTable(page, rows, style)


def _prose(draw: ImageDraw.ImageDraw, chance: random.Random, top: int, lines: int) -> None:
    for index in range(lines):
        text = " ".join(chance.choice(WORDS.split()) for _ in range(13)).capitalize()
        draw.text((MARGIN, top + 34 * index), text, font=font(21), fill=INK)


def _content(chance: random.Random, columns: int, rows: int, spans: bool) -> tuple[tuple[TableCell, ...], ...]:
    kinds = chance.sample(sorted(TITLES), columns - 1)
    head = (TableCell("Goods"), *(TableCell(TITLES[kind]) for kind in kinds))
    body = [tuple(TableCell(_value(chance, kind)) for kind in ("goods", *kinds)) for _ in range(rows)]
    table = [head, *body]
    if spans:
        table.insert(0, (TableCell("Cargo"), TableCell("Shipped this quarter", 1, columns - 1)))
        table.append((TableCell("Total", 1, columns - 1), TableCell(_value(chance, "price"))))
    return tuple(table)


def _value(chance: random.Random, kind: str) -> str:
    match kind:
        case "goods":
            return f"{chance.choice(GOODS.split())} {chance.choice('ABC')}{chance.randint(1, 99)}"
        case "price":
            return f"£{chance.randint(1, 9999):,}.{chance.randint(0, 99):02}"
        case "units":
            return str(chance.randint(1, 5000))
        case "date":
            return f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/2025"
        case "weight":
            return f"{chance.randint(1, 900)} kg"
        case "master":
            return f"{chance.choice('ABCDEFGH')}. {chance.choice(PLACES.split())}"
    return chance.choice(PLACES.split())


def _draw_table(
    draw: ImageDraw.ImageDraw, rows: tuple[tuple[TableCell, ...], ...], top: int, style: str, height: int
) -> int:
    columns = max(sum(cell.column_span for cell in row) for row in rows)
    width = (WIDTH - 2 * MARGIN) // columns
    right = MARGIN + width * columns
    for index, row in enumerate(rows):
        y, column = top + height * index, 0
        for cell in row:
            x, end = MARGIN + width * column, MARGIN + width * (column + cell.column_span)
            face = font(20, "Bold" if index == 0 else "Regular")
            if cell.text in RIGHT_ALIGNED or cell.text[0] in "£0123456789":
                draw.text((end - 14, y + height // 2), cell.text, font=face, fill=INK, anchor="rm")
            else:
                draw.text((x + 14, y + height // 2), cell.text, font=face, fill=INK, anchor="lm")
            if style.startswith("ruled"):
                draw.rectangle((x, y, end, y + height), outline=RULE, width=2)
            column += cell.column_span
        if style == "rules between rows":
            draw.line((MARGIN, y, right, y), fill=RULE, width=2)
    bottom = top + height * len(rows)
    if style == "rules between rows":
        draw.line((MARGIN, bottom, right, bottom), fill=RULE, width=2)
    return bottom
