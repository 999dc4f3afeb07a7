"""Documents of lines whose every letter is 10 wide, 20 a row, for tests of what is found on pages."""

from __future__ import annotations

from bayou.documents.document import Block, Document, Line, Page, Word
from bayou.documents.geometry import Box

INVOICE = (
    "Larkspur Joinery Ltd",
    "Unit 7, Quay Lane, Orford IP12 2NU",
    "Invoice no. LW-2025-0417",
    "Invoice date 14 March 2025",
    "Subtotal £3,858.90",
    "Total due £4,399.14",
    "Thank you for choosing English oak.",
)


def line(text: str, row: int, placed: bool = True) -> Line:
    """A line of words; without a box where it isn't ``placed``."""
    words, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        words.append(Word(word, Box(10 * at, 20 * row, 10 * (at + len(word)), 20 * row + 15)))
        at += len(word)
    box = Box(0, 20 * row, 10 * len(text), 20 * row + 15)
    return Line(text, box if placed else None, words=tuple(words) if placed else ())


def page(number: int, *texts: str) -> Page:
    """A page of one paragraph."""
    lines = tuple(line(text, row) for row, text in enumerate(texts))
    return Page(number, 800, 600, "px", (Block("paragraph", Box(0, 0, 800, 600), lines),) if lines else ())


def scattered(*places: tuple[int, int, str], height: int = 15) -> Document:
    """A page of lines, each with the place of its left upper corner; a letter is 10 wide."""
    lines = tuple(
        Line(
            text, Box(x, y, x + 10 * len(text), y + height), words=(Word(text, Box(x, y, x + 10 * len(text), y + 15)),)
        )
        for x, y, text in places
    )
    block = Block("paragraph", Box(0, 0, 1000, 1400), lines)
    return Document((Page(1, 1000, 1400, "px", (block,)),), "page.png", "", "nano")


def invoice() -> Document:
    """One page."""
    return Document((page(1, *INVOICE),), "invoice.png", "", "nano")
