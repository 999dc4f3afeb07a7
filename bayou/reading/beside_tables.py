"""Lines beside a table, as an address beside a letter's facts: read whole, not parted by it. Knows boxes; not text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

import numpy as np

from bayou.documents.geometry import Box, bounding_box

FEWEST_ROWS = 2
"""A single row beside a table is read where it stands, from left to right."""
SAME_PITCH = 1.3
SAME_MARGIN = 0.5
"""Rows beside a table go on below it at their usual distance, and at their margin to so many heights."""

Rows = list[list[int]]


def around_tables(rows: Sequence[Sequence[int]], boxes: Sequence[Box], first_table: int) -> Rows:
    """The rows of a column, each table in a row of its own: after the lines to its left, before those to its right.

    Args:
        rows: Indices of boxes, as ``reading_order`` gives them.
        boxes: Of lines, and from ``first_table`` on of tables.
    """
    parted: Rows = []
    for row in rows:
        for is_table, part in groupby(row, lambda index: index >= first_table):
            members = list(part)
            parted += [[index] for index in members] if is_table else [members]
    for table in [row[0] for row in parted if row[0] >= first_table]:
        lines = [row for row in parted if row[0] < first_table]
        beside = [row for row in lines if boxes[table].top <= _box(row, boxes).center[1] <= boxes[table].bottom]
        if len(beside) < FEWEST_ROWS:
            continue
        parted.remove([table])
        if all(_box(row, boxes).right <= boxes[table].left for row in beside):
            parted.insert(parted.index(_last_of(beside, lines, boxes)) + 1, [table])
        else:
            parted.insert(parted.index(beside[0]), [table])
    return parted


def _box(row: Sequence[int], boxes: Sequence[Box]) -> Box:
    return bounding_box(boxes[index] for index in row)


def _last_of(beside: Sequence[list[int]], lines: Sequence[list[int]], boxes: Sequence[Box]) -> list[int]:
    """The last row of the lines beside a table, which may reach further down than it."""
    pitch = float(np.median([_pitch(first, second, boxes) for first, second in pairwise(beside)]))
    last = beside[-1]
    for row in lines[lines.index(last) + 1 :]:
        box, above = _box(row, boxes), _box(last, boxes)
        if _pitch(last, row, boxes) > SAME_PITCH * pitch or abs(box.left - above.left) > SAME_MARGIN * above.height:
            break
        last = row
    return last


def _pitch(first: Sequence[int], second: Sequence[int], boxes: Sequence[Box]) -> float:
    return _box(second, boxes).center[1] - _box(first, boxes).center[1]
