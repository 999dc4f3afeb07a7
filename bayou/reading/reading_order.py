"""In which order pieces of text on a level page are read: columns, rows in them, left to right. Knows boxes; not text.

The page is cut recursively. A gutter (an upright white strip) parts two columns only where both sides look like running
text; else pieces side by side belong to one row, as on a receipt, a form or a table. What spans a gutter (a heading
across two columns) ends it, so that the columns above it are read before it and those below after.
Unit of length: the median height of the boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.documents.geometry import Box

SLACK = 0.2
"""How far a line may reach over a gutter's middle and still not cross it."""
NARROWEST_GUTTER = 0.5
FEWEST_ROWS = 3
SHORTEST_GUTTER = 3.0
NARROWEST_COLUMN = 5.0
NARROWEST_ALIGNED_COLUMN = 10.0
LEAST_FILL = 0.6
"""How much of a column's rows is text, on average; all of the columns on one side count together."""
ALIGNED = 0.25
MOSTLY_ALIGNED = 0.7
EDGE_GAP = 1.0
"""White above or below which a page's header or footer is no part of its columns."""
EDGE_SHARE = 0.15
SAME_ROW = 0.5
"""Share of the lower one's height that two pieces of one row have in common."""
MOST_ROW_CONFLICT = 0.3

Rows = list[list[int]]
Bounds = NDArray[np.float64]
"""[n, 4]: left, top, right, bottom of each box."""


@dataclass(frozen=True, slots=True)
class _Gutter:
    x: float
    members: NDArray[np.intp]
    height: float


def reading_order(boxes: Sequence[Box]) -> list[Rows]:
    """Columns in reading order: lists of rows from top to bottom, each row a list of indices from left to right.

    Every index appears exactly once.
    """
    if not boxes:
        return []
    bounds = np.array([[b.left, b.top, b.right, b.bottom] for b in boxes], np.float64)
    unit = max(float(np.median(bounds[:, 3] - bounds[:, 1])), 1e-6)
    return [_rows(bounds, part) for part in _columns(bounds / unit, np.arange(len(boxes)))]


def _columns(bounds: Bounds, members: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    gutter = _best_gutter(bounds, members)
    if gutter is None:
        return [members] if len(members) else []
    middle = (bounds[:, 1] + bounds[:, 3]) / 2
    first, last = middle[gutter.members].min(), middle[gutter.members].max()
    inside = np.isin(members, gutter.members)
    left = bounds[members, 2] <= gutter.x + SLACK
    parts = (
        members[~inside & (middle[members] < first)],
        members[inside & left],
        members[inside & ~left],
        # What crosses the gutter beside its columns can't be: such a line would have ended it.
        members[~inside & (middle[members] >= first) & (middle[members] <= last)],
        members[~inside & (middle[members] > last)],
    )
    return [column for part in parts for column in _columns(bounds, part)]


def _best_gutter(bounds: Bounds, members: NDArray[np.intp]) -> _Gutter | None:
    if len(members) < 2 * FEWEST_ROWS:
        return None
    own = bounds[members]
    order = np.argsort((own[:, 1] + own[:, 3]) / 2, kind="stable")
    members, own = members[order], own[order]
    best: _Gutter | None = None
    for x in np.unique(np.round((own[:, 0] - NARROWEST_GUTTER / 2) * 4) / 4):
        crosses = (own[:, 0] < x - SLACK) & (own[:, 2] > x + SLACK)
        for start, end in _runs(~crosses):
            if end - start < 2 * FEWEST_ROWS:
                continue
            kept = _without_edges(own, start, end)
            height = _column_height(own[kept], x)
            if height is not None and (best is None or height > best.height):
                best = _Gutter(float(x), members[kept], height)
    return best


def _runs(good: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(int)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _without_edges(own: Bounds, start: int, end: int) -> NDArray[np.intp]:
    """Indices start..end without the header and footer: few boxes, set off by a white band across the page."""
    most = max(2, int(EDGE_SHARE * (end - start)))
    bottoms = np.maximum.accumulate(own[start:end, 3])
    tops = np.minimum.accumulate(own[start:end, 1][::-1])[::-1]
    gaps = np.flatnonzero(tops[1:] - bottoms[:-1] >= EDGE_GAP) + 1
    heads = [int(gap) for gap in gaps if gap <= most]
    feet = [int(gap) for gap in gaps if end - start - gap <= most]
    low = start + (heads[-1] if heads else 0)
    high = start + (feet[0] if feet else end - start)
    return np.arange(low, max(low, high))


def _column_height(own: Bounds, x: float) -> float | None:
    """Height over which ``x`` parts two columns of running text, or None where it doesn't."""
    left, right = own[own[:, 2] <= x + SLACK], own[own[:, 2] > x + SLACK]
    if min(len(left), len(right)) < FEWEST_ROWS:
        return None
    if right[:, 0].min() - left[:, 2].max() < NARROWEST_GUTTER:
        return None
    height = float(min(left[:, 3].max(), right[:, 3].max()) - max(left[:, 1].min(), right[:, 1].min()))
    if height < SHORTEST_GUTTER:
        return None
    few, many = sorted((left, right), key=len)
    distances = np.abs((few[:, None, 1] + few[:, None, 3]) - (many[None, :, 1] + many[None, :, 3])) / 2
    aligned = float((distances.min(axis=1) < ALIGNED).mean()) >= MOSTLY_ALIGNED
    narrowest = NARROWEST_ALIGNED_COLUMN if aligned else NARROWEST_COLUMN
    return height if all(_is_running_text(side, narrowest, aligned) for side in (left, right)) else None


def _is_running_text(side: Bounds, narrowest: float, aligned: bool) -> bool:
    widths = side[:, 2] - side[:, 0]
    typical = float(np.median(widths))
    if typical < narrowest:
        return False
    middles = np.sort(side[:, 1] + side[:, 3]) / 2
    rows = 1 + int((np.diff(middles) > SAME_ROW).sum())
    whole = float(side[:, 2].max() - side[:, 0].min())
    return not aligned or float(widths.sum()) >= LEAST_FILL * rows * whole


def _rows(bounds: Bounds, members: NDArray[np.intp]) -> Rows:
    """Pieces that share a baseline, joined into rows."""
    rows: Rows = []
    for index in sorted(members.tolist(), key=lambda i: bounds[i, 1] + bounds[i, 3]):
        row = next((row for row in reversed(rows[-4:]) if _fits(bounds, index, row)), None)
        if row is None:
            rows.append([index])
        else:
            row.append(index)
    return [sorted(row, key=lambda i: bounds[i, 0]) for row in rows]


def _fits(bounds: Bounds, index: int, row: list[int]) -> bool:
    left, top, right, bottom = bounds[index]
    for other in row:
        common = min(right, bounds[other, 2]) - max(left, bounds[other, 0])
        if common > MOST_ROW_CONFLICT * min(right - left, bounds[other, 2] - bounds[other, 0]):
            return False
    nearest = min(row, key=lambda i: max(bounds[i, 0] - right, left - bounds[i, 2]))
    common = min(bottom, bounds[nearest, 3]) - max(top, bounds[nearest, 1])
    return bool(common >= SAME_ROW * min(bottom - top, bounds[nearest, 3] - bounds[nearest, 1]))
