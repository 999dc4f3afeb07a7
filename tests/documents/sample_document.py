"""A small document with one of everything, for the format tests. Knows the document's dataclasses; not any format."""

from __future__ import annotations

from bayou.documents.document import Block, Cell, Document, Line, Page, Table, Word
from bayou.documents.geometry import Box


def line(text: str, left: float = 72, top: float = 72, size: float = 12, confidence: float = 0.9, **fields) -> Line:
    """A line whose letters are half as wide as high, with its words."""
    words = []
    x = left
    for part in text.split(" "):
        width = len(part) * size / 2
        if part:
            words.append(Word(part, Box(x, top, x + width, top + size), confidence, "model"))
        x += width + size / 2
    box = Box(left, top, left + len(text) * size / 2, top + size)
    return Line(text, box, confidence, "model", tuple(words), **fields)


def block(kind: str, *texts: str, top: float = 72, **fields) -> Block:
    lines = tuple(line(text, top=top + 14 * index) for index, text in enumerate(texts))
    box = Box(72, top, 400, top + 14 * max(1, len(texts)))
    return Block(kind, box, lines, **fields)


def table(*rows: tuple[str, ...], header: bool = True) -> Table:
    return Table(
        tuple(
            tuple(
                Cell(text, Box(72 + 60 * x, 400 + 20 * y, 132 + 60 * x, 420 + 20 * y), header=header and y == 0)
                for x, text in enumerate(row)
            )
            for y, row in enumerate(rows)
        )
    )


def sample() -> Document:
    """Two pages in points, read at 144 dpi, and a blank third."""
    first = Page(
        1,
        612.0,
        792.0,
        "pt",
        (
            block("heading", "Annual report & more", top=72, level=1),
            block("paragraph", "The first line of a para-", "graph goes on <here>.", top=100),
            block("list_item", "• one", top=140, level=1, marker="•"),
            block("list_item", "• two", top=154, level=1, marker="•"),
            block("list_item", "3. three", top=168, level=2, marker="3."),
            block("table", "Item Price", "Tea 3.50", top=400, table=table(("Item", "Price"), ("Tea", "3.50"))),
        ),
        confidence=0.91,
        pixel_width=1224,
        pixel_height=1584,
        pixels_per_unit=2.0,
        dpi=144.0,
    )
    second = Page(
        2,
        612.0,
        792.0,
        "pt",
        (block("paragraph", "Grüße aus Łódź", top=72),),
        pixel_width=1224,
        pixel_height=1584,
        pixels_per_unit=2.0,
        dpi=144.0,
        rotation=90,
    )
    blank = Page(3, 612.0, 792.0, "pt", status="blank", message="no ink", pixels_per_unit=2.0)
    return Document((first, second, blank), "report.pdf", "ab" * 32, "nano", {"title": "Annual report"})
