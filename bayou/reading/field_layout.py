"""A document's lines as pieces that know their neighbours: left, above, below. Knows boxes and texts; no fields."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from bayou.documents.document import Document, Line
from bayou.documents.geometry import Box, Quad, bounding_box
from bayou.reading.level import level_box

_SAME_ROW = 0.5
"""The least common height of two pieces of one row, and how far their middles may be apart, in heights of the lower."""
_WORD_GAP = 1.0
"""The widest gap within a piece, in heights; further apart are two columns."""
_COLUMN_GAP = 1.5
"""Words of one line that are further apart, in heights, stand in two columns."""
_OFF_ROW = 6.0
"""How much further away a piece is for each pixel that it stands higher or lower: rows may overlap."""
_NEXT_GAP = 1.4
"""The widest gap to the next line of a text, in heights."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that stands together in one row.

    Attributes:
        page: The page's number.
        box: Level, whatever the page leans.
        lines: What was read there, from left to right; mostly one line.
        confidence: The least of its lines'; None where none is known.
        row: Rows of a document are counted through, from its top.
    """

    text: str
    box: Box
    page: int
    lines: tuple[Line, ...]
    confidence: float | None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """All pieces of a document by rows, and for each the numbers of its neighbours (-1 for none).

    Attributes:
        left: The nearest piece on its row, to its left.
        above: The nearest piece over it, however far.
        below: The next line of the same text: near, and lined up at the left, in the middle or at the right.
        height: The usual height of a piece on its page.
        width, tall: Of its page.
    """

    pieces: tuple[Piece, ...]
    left: tuple[int, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]
    height: dict[int, float]
    width: dict[int, float]
    tall: dict[int, float]


def layout_of(document: Document) -> Layout:
    """The pieces of all pages; lines without a place are left out."""
    pieces: list[Piece] = []
    height, width, tall = {}, {}, {}
    for page in document.pages:
        lines = [line for line in page.lines if line.box is not None and line.text.strip()]
        found = _pieces(lines, page.number, page.skew)
        height[page.number] = median(piece.box.height for piece in found) if found else 1.0
        width[page.number], tall[page.number] = page.width or 1.0, page.height or 1.0
        rows = pieces[-1].row + 1 if pieces else 0
        pieces += [replace(piece, row=piece.row + rows) for piece in found]
    numbers = range(len(pieces))
    left = tuple(_left(pieces, i) for i in numbers)
    above = tuple(_above(pieces, i) for i in numbers)
    below = tuple(_below(pieces, i) for i in numbers)
    return Layout(tuple(pieces), left, above, below, height, width, tall)


def _box(line: Line) -> Box:
    assert line.box is not None
    return line.box


def _level(line: Line, skew: float) -> Box:
    """The box that a line would have if it and its page stood level: its middle, its own length and height."""
    if line.quad is None:
        return level_box(_corners(_box(line)), skew) if skew else _box(line)
    quad = line.quad
    long = (math.dist(quad[0], quad[1]) + math.dist(quad[3], quad[2])) / 2
    high = (math.dist(quad[0], quad[3]) + math.dist(quad[1], quad[2])) / 2
    x, y = level_box(quad, skew).center
    return Box(x - long / 2, y - high / 2, x + long / 2, y + high / 2)


def _parts(line: Line, level: Box) -> list[tuple[Line, Box]]:
    """A line and its level box, parted where the gap between two words is that between columns."""
    words = line.words
    if len(words) < 2 or " ".join(word.text for word in words) != line.text.strip():
        return [(line, level)]
    room = _COLUMN_GAP * level.height
    starts = [i for i in range(1, len(words)) if words[i].box.left - words[i - 1].box.right > room]
    if not starts:
        return [(line, level)]
    across = level.center[0] - _box(line).center[0]
    parts = []
    for first, last in zip([0, *starts], [*starts, len(words)], strict=True):
        own = words[first:last]
        box = bounding_box(word.box for word in own)
        part = replace(line, text=" ".join(word.text for word in own), box=box, words=own, quad=None)
        parts.append((part, Box(box.left + across, level.top, box.right + across, level.bottom)))
    return parts


def _corners(box: Box) -> Quad:
    return (box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)


def _pieces(lines: Sequence[Line], page: int, skew: float) -> list[Piece]:
    placed = [part for line in lines for part in _parts(line, _level(line, skew))]
    rows: list[list[tuple[Line, Box]]] = []
    for line, box in sorted(placed, key=lambda one: (one[1].center[1], one[1].left)):
        row = next((row for row in reversed(rows[-4:]) if _on_row(row[-1][1], box)), None)
        if row is None:
            rows.append([(line, box)])
        else:
            row.append((line, box))
    pieces = []
    for number, row in enumerate(rows):
        group: list[tuple[Line, Box]] = []
        for line, box in sorted(row, key=lambda one: one[1].left):
            if group and _apart(group[-1][1], box):
                pieces.append(_piece(group, page, number))
                group = []
            group.append((line, box))
        pieces.append(_piece(group, page, number))
    return pieces


def _apart(first: Box, second: Box) -> bool:
    low = min(first.height, second.height)
    return not -low <= second.left - first.right <= _WORD_GAP * low


def _piece(placed: Sequence[tuple[Line, Box]], page: int, row: int) -> Piece:
    lines = tuple(line for line, _ in placed)
    known = [line.confidence for line in lines if line.confidence is not None]
    text = " ".join(line.text.strip() for line in lines)
    return Piece(text, bounding_box(box for _, box in placed), page, lines, min(known, default=None), row)


def _common(first: Box, second: Box) -> float:
    """The height that two boxes have in common."""
    return min(first.bottom, second.bottom) - max(first.top, second.top)


def _on_row(first: Box, second: Box) -> bool:
    low = min(first.height, second.height)
    level = abs(first.center[1] - second.center[1]) <= _SAME_ROW * low
    return low > 0 and level and _common(first, second) >= _SAME_ROW * low


def _left(pieces: Sequence[Piece], index: int) -> int:
    one = pieces[index]
    best, least = -1, 0.0
    for i, other in enumerate(pieces):
        if i == index or other.page != one.page or other.box.center[0] >= one.box.center[0]:
            continue
        if _on_row(other.box, one.box):
            off = abs(other.box.center[1] - one.box.center[1])
            distance = one.box.left - other.box.right + _OFF_ROW * off
            if best < 0 or distance < least:
                best, least = i, distance
    return best


def _above(pieces: Sequence[Piece], index: int) -> int:
    one = pieces[index]
    best = -1
    for i, other in enumerate(pieces):
        if other.page != one.page or other.box.center[1] >= one.box.top:
            continue
        across = min(one.box.right, other.box.right) > max(one.box.left, other.box.left)
        if across and (best < 0 or other.box.bottom > pieces[best].box.bottom):
            best = i
    return best


def _below(pieces: Sequence[Piece], index: int) -> int:
    one = pieces[index]
    best = -1
    for i, other in enumerate(pieces):
        if i == index or other.page != one.page or other.box.center[1] <= one.box.bottom:
            continue
        low = min(one.box.height, other.box.height)
        near = other.box.top - one.box.bottom <= _NEXT_GAP * low and _lined_up(one.box, other.box)
        if near and (best < 0 or other.box.top < pieces[best].box.top):
            best = i
    return best


def _lined_up(first: Box, second: Box) -> bool:
    room = 1.5 * max(first.height, second.height)
    if min(first.right, second.right) <= max(first.left, second.left):
        return False
    return (
        abs(first.left - second.left) < room
        or abs(first.right - second.right) < room
        or abs(first.center[0] - second.center[0]) < 2 * room
    )


def box_of_span(piece: Piece, start: int, end: int) -> tuple[Box, ...]:
    """Around some letters of a piece, a box for each of its lines: by its words where they are known, or by shares."""
    boxes, begin = [], 0
    for line in piece.lines:
        text = line.text.strip()
        first, last = max(start - begin, 0), min(end - begin, len(text))
        if first < last:
            boxes.append(_part_of(line, text, first, last))
        begin += len(text) + 1
    return tuple(boxes)


def _part_of(line: Line, text: str, first: int, last: int) -> Box:
    box = _box(line)
    if first == 0 and last == len(text):
        return box
    at, inside = 0, list[Box]()
    for word in line.words:
        at = text.find(word.text, at)
        if at < 0:
            inside = []
            break
        if at < last and at + len(word.text) > first:
            inside.append(word.box)
        at += len(word.text)
    if inside:
        return bounding_box(inside)
    share = box.width / max(len(text), 1)
    return Box(box.left + share * first, box.top, box.left + share * last, box.bottom)
