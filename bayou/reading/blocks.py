"""Rows of a column to paragraphs, headings and list items. Knows level lines; not columns, tables or pixels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bayou.documents.document import Block, BlockKind, Line
from bayou.documents.geometry import Box, bounding_box

HEADING_RATIO = 1.25
HEADING_LEVELS = ((2.0, 1), (1.5, 2), (HEADING_RATIO, 3))
"""How many times higher than the page's running text, and which level that is."""
LONGEST_HEADING = 3
"""Lines."""
SIZE_RATIO = 1.3
PITCH_RATIO = 1.3
"""Distance of two baselines over the usual one, from which on a new block begins."""
INDENT = 0.8
"""In line heights."""
TEXT_WIDTH = 8.0
"""A page's running text is judged by its lines at least this many times wider than high, if there are any."""

_BULLETS = "•·▪▫◦‣●○■□◆◇►▶➢➤✓✔–—*»-"
_BULLET = re.compile(rf"([{re.escape(_BULLETS)}])\s+\S")
_NUMBERED = re.compile(r"(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5}|[IVX]{2,5})[.)])\s+\S")


@dataclass(frozen=True, slots=True)
class Row:
    """One line and its box on the level page, in any unit."""

    line: Line
    box: Box


@dataclass(frozen=True, slots=True)
class _Draft:
    rows: list[Row]
    marker: str = ""


def body_height(rows: Sequence[Row]) -> float:
    """Height of the page's running text: the median over its characters; 0.0 where there is none."""
    rows = [row for row in rows if row.line.text]
    rows = [row for row in rows if row.box.width >= TEXT_WIDTH * row.box.height] or rows
    heights = sorted((row.box.height, len(row.line.text)) for row in rows)
    half = sum(weight for _, weight in heights) / 2
    for height, weight in heights:
        half -= weight
        if half <= 0:
            return height
    return 0.0


def make_blocks(rows: Sequence[Row], body: float) -> list[Block]:
    """The blocks of one column's rows, in their order; ``body`` is ``body_height`` of the whole page."""
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
    low, high = sorted((last.box.height, row.box.height))
    distance = row.box.center[1] - last.box.center[1]
    if distance > PITCH_RATIO * max(pitch, 0.9 * high) or distance < 0:
        return True
    if high > SIZE_RATIO * low and distance > 0.9 * pitch:
        return True
    if before.marker:
        return row.box.left < before.rows[0].box.left + INDENT / 2 * row.box.height
    indent = row.box.left - last.box.left
    goes_back = following is None or following.box.left < row.box.left - INDENT / 2 * row.box.height
    return len(before.rows) > 1 and INDENT * low < indent < 5 * low and goes_back


def _list_levels(drafts: Sequence[_Draft], body: float) -> list[int]:
    """Nesting depth of each list item by its indent among the items that follow one another; 0 for what is no item."""
    levels: list[int] = []
    indents: list[float] = []
    for draft in drafts:
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
    ratio = float(np.median([row.box.height for row in draft.rows])) / body
    return next((level for least, level in HEADING_LEVELS if ratio >= least), 0)
