"""What both ways of finding tables share: placed words, rulings, and the page set level. Knows numbers; not pixels.

"Level" coordinates are page units after the page is turned back by its skew about the origin, so that rows are level
and columns upright.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bayou.documents.document import Line, Table
from bayou.documents.geometry import Box, Point, box_of_points
from bayou.documents.line_words import text_angle, words_of

STEEPEST_TEXT = 15.0
"""Degrees: lines that lean more (stamps, text along an edge) aren't part of a table."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table on a page.

    Attributes:
        table: Its cells; boxes in page units.
        line_indices: Which of the lines given make it up.
        box: Page units.
    """

    table: Table
    line_indices: tuple[int, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, where it stands on the level page, and the index of its line."""

    text: str
    box: Box
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight ruling on the level page: ``place`` across it, ``start`` to ``end`` along it."""

    place: float
    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Leveller:
    """Between the page and the level page, which is the page turned by ``-skew`` clockwise degrees."""

    skew: float = 0.0

    def level_point(self, point: Point) -> Point:
        return _turned(point, -self.skew)

    def level_box(self, box: Box) -> Box:
        """The box moved with its middle: a word is too short for its own lean to matter."""
        if self.skew == 0:
            return box
        (x, y), (new_x, new_y) = box.center, self.level_point(box.center)
        return Box(box.left + new_x - x, box.top + new_y - y, box.right + new_x - x, box.bottom + new_y - y)

    def page_box(self, box: Box) -> Box:
        """The upright box on the page around a box of the level page."""
        if self.skew == 0:
            return box
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        return box_of_points([_turned(corner, self.skew) for corner in corners])


def _turned(point: Point, degrees: float) -> Point:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return point[0] * cos - point[1] * sin, point[0] * sin + point[1] * cos


def line_height(lines: Sequence[Line]) -> float:
    """The median height of lines that have a box, in page units; 0.0 where there is none."""
    heights = [line.box.height for line in lines if line.box is not None and abs(text_angle(line)) < STEEPEST_TEXT]
    return median(heights) if heights else 0.0


def pieces_of(lines: Sequence[Line], leveller: Leveller) -> list[Piece]:
    """The placed words of all lines that run along the page."""
    return [
        Piece(word.text, leveller.level_box(word.box), index)
        for index, line in enumerate(lines)
        if abs(text_angle(line)) < STEEPEST_TEXT
        for word in words_of(line)
    ]


def text_rows(pieces: Iterable[Piece], height: float) -> list[list[Piece]]:
    """Words grouped into rows by the middle of their height, top to bottom, each from left to right."""
    rows: list[list[Piece]] = []
    middles: list[float] = []
    for piece in sorted(pieces, key=lambda item: item.box.center[1]):
        middle = piece.box.center[1]
        if rows and middle - middles[-1] <= 0.5 * height:
            rows[-1].append(piece)
            middles[-1] += (middle - middles[-1]) / len(rows[-1])
        else:
            rows.append([piece])
            middles.append(middle)
    return [sorted(row, key=lambda item: item.box.left) for row in rows]


def cell_text(pieces: Iterable[Piece], height: float) -> str:
    """The words of a cell: rows of words, a line break between rows."""
    return "\n".join(" ".join(piece.text for piece in row) for row in text_rows(pieces, height))


def mostly_inside(pieces: Sequence[Piece], inside: set[int]) -> tuple[int, ...]:
    """Indices of the lines at least 60 % of whose words are in ``inside`` (indices of ``pieces``)."""
    total: dict[int, int] = {}
    found: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        total[piece.line] = total.get(piece.line, 0) + 1
        found[piece.line] = found.get(piece.line, 0) + (index in inside)
    return tuple(sorted(line for line, count in total.items() if found[line] >= 0.6 * count))


def is_number(text: str) -> bool:
    """Whether a cell's text is a figure: short, with a digit, and more figure than letters."""
    digits = sum(character.isdigit() for character in text)
    letters = sum(character.isalpha() for character in text)
    return digits > 0 and len(text.split()) <= 3 and letters <= digits + 3


def first_row_is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: it has words and no figures, and below it stand figures."""
    if len(rows) < 2:
        return False
    first = [text for text in rows[0] if text]
    below = [text for row in rows[1:] for text in row if text]
    return bool(first) and not any(map(is_number, first)) and sum(map(is_number, below)) >= 0.2 * len(below)
