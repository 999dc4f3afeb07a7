"""Rows of a column to paragraphs, headings and list items. Knows level lines; not columns, tables or pixels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bayou.documents.document import Block, BlockKind, Line
from bayou.documents.geometry import Box, bounding_box

HEADING_LEVELS = ((1.8, 1), (1.35, 2), (1.17, 3))
"""How many times larger than the page's running text, and which level that is."""
LONGEST_HEADING = 3
"""Lines."""
SIZE_RATIO = 1.25
PITCH_RATIO = 1.3
"""Distance of two baselines over the usual one, from which on a new block begins."""
LEADING = 1.2
"""Usual distance of two baselines over the size of the type."""
INDENT = 0.8
MOST_INDENT = 4.0
"""In sizes of the type."""
TEXT_WIDTH = 8.0
"""A page's running text is judged by its lines at least this many times wider than high, if there are any."""

_BULLETS = "•·▪▫◦‣●○■□◆◇►▶➢➤✓✔–—*»-"
_BULLET = re.compile(rf"([{re.escape(_BULLETS)}])\s+\S")
_NUMBERED = re.compile(r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5}|[IVX]{2,5})[.)])\s+\S")


@dataclass(frozen=True, slots=True)
class Row:
    """One line, its box on the level page, and the size of its type, in any unit."""

    line: Line
    box: Box
    size: float


@dataclass(frozen=True, slots=True)
class _Draft:
    rows: list[Row]
    marker: str = ""


def body_size(rows: Sequence[Row]) -> float:
    """Size of the page's running text: the median over its characters; 0.0 where there is none."""
    rows = [row for row in rows if row.line.text]
    rows = [row for row in rows if row.box.width >= TEXT_WIDTH * row.box.height] or rows
    sizes = sorted((row.size, len(row.line.text)) for row in rows)
    half = sum(weight for _, weight in sizes) / 2
    for size, weight in sizes:
        half -= weight
        if half <= 0:
            return size
    return 0.0


def make_blocks(rows: Sequence[Row], body: float) -> list[Block]:
    """The blocks of one column's rows, in their order; ``body`` is ``body_size`` of the whole page."""
    drafts: list[_Draft] = []
    pitch = _usual_pitch(rows)
    for index, row in enumerate(rows):
        marker = list_marker(row.line.text)
        before = drafts[-1] if drafts else None
        following = rows[index + 1] if index + 1 < len(rows) else None
        if before is None or marker or _begins(before, row, following, pitch):
            drafts.append(_Draft([row], marker))
        else:
            before.rows.append(row)
    levels = _list_levels(drafts, body)
    return [_block(draft, level, body) for draft, level in zip(drafts, levels, strict=True)]


def list_marker(text: str) -> str:
    """The bullet or number that a list item begins with, or ""."""
    match = _BULLET.match(text) or _NUMBERED.match(text)
    return match.group(1) if match else ""


def _usual_pitch(rows: Sequence[Row]) -> float:
    pitches = [b.box.center[1] - a.box.center[1] for a, b in pairwise(rows)]
    heights = [row.box.height for row in rows]
    near = [pitch for pitch in pitches if 0 < pitch < 2.5 * float(np.median(heights))]
    # Within paragraphs rows stand closest; their distance is the lower part of all distances.
    return float(np.percentile(near, 35)) if near else 1.5 * float(np.median(heights or [1.0]))


def _begins(before: _Draft, row: Row, following: Row | None, pitch: float) -> bool:
    last = before.rows[-1]
    if _stands_apart(last, row, pitch):
        return True
    if max(row.size, last.size) > SIZE_RATIO * min(row.size, last.size):
        return True
    if before.marker:
        return row.box.left < before.rows[0].box.left + INDENT / 2 * row.size
    # What stands apart, or is an item where its bullet stands, shows no margin of the rows before it.
    goes_on = following and not _stands_apart(row, following, pitch) and not list_marker(following.line.text)
    return _is_indented(before, row, following if goes_on else None)


def _stands_apart(first: Row, second: Row, pitch: float) -> bool:
    distance = second.box.center[1] - first.box.center[1]
    return distance > PITCH_RATIO * max(pitch, LEADING * max(first.size, second.size)) or distance < 0


def _is_indented(before: _Draft, row: Row, following: Row | None) -> bool:
    """Whether a first line stands in from the margin that the rows around it keep. Centred rows don't count."""
    last = before.rows[-1]
    least, most = INDENT * row.size, MOST_INDENT * row.size
    margin = min(other.box.left for other in [*before.rows, *([following] if following else [])])
    if not least < row.box.left - margin < most:
        return False
    moved = row.box.left - last.box.left
    centred = (
        abs(moved) > INDENT / 4 * row.size and abs(moved - (last.box.right - row.box.right)) < INDENT / 2 * row.size
    )
    first_lines = abs(row.box.left - before.rows[0].box.left) < INDENT / 2 * row.size
    return not centred and (last.box.left - margin < least or first_lines)


def _list_levels(drafts: Sequence[_Draft], body: float) -> list[int]:
    """Nesting depth of each list item by its indent among the items that follow one another; 0 for what is no item."""
    levels: list[int] = []
    indents: list[float] = []
    for draft in drafts:
        if draft.marker and _heading_level(draft, body):
            # "2. Methods", large: no item, and the items below it are not nested in it.
            indents = []
            levels.append(0)
            continue
        if not draft.marker:
            # Rows that belong to an item stand further right than it; anything else ends the list.
            if indents and draft.rows[0].box.left < indents[0] + INDENT * body:
                indents = []
            levels.append(0)
            continue
        left = draft.rows[0].box.left
        while indents and left < indents[-1] - INDENT * body:
            indents.pop()
        if not indents or left > indents[-1] + INDENT * body:
            indents.append(left)
        levels.append(len(indents))
    return levels


def _block(draft: _Draft, level: int, body: float) -> Block:
    kind: BlockKind = "list_item" if draft.marker else "paragraph"
    heading = _heading_level(draft, body)
    if heading:
        kind, level = "heading", heading
    box = bounding_box(row.line.box or row.box for row in draft.rows)
    marker = draft.marker if kind == "list_item" else ""
    return Block(kind, box, tuple(row.line for row in draft.rows), level, marker)


def _heading_level(draft: _Draft, body: float) -> int:
    text = " ".join(row.line.text for row in draft.rows)
    if body <= 0 or len(draft.rows) > LONGEST_HEADING or not any(c.isalpha() for c in text):
        return 0
    ratio = float(np.median([row.size for row in draft.rows])) / body
    return next((level for least, level in HEADING_LEVELS if ratio >= least), 0)
