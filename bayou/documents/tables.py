"""Where the tables of a page are, and what their cells say. Knows lines, words and rulings; not models or formats.

First the grids that rulings draw, then what stands in well-aligned columns among the other lines. A paragraph, two
columns of text or a list is no table; where in doubt, neither is anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bayou.documents.aligned_tables import aligned_tables
from bayou.documents.document import Line
from bayou.documents.line_words import text_angle
from bayou.documents.ruled_tables import ruled_tables
from bayou.documents.rulings import Rulings, find_rulings
from bayou.documents.table_grid import table_to_csv, tables_to_csv
from bayou.documents.table_pieces import STEEPEST_TEXT, FoundTable, Leveller, Piece, line_height, pieces_of

__all__ = ["FoundTable", "find_tables", "table_to_csv", "tables_to_csv"]

_WORDY_LINE = 4.5
_FEWEST_LINES = 8
"""Lines on either side of a gutter between columns of text."""


def find_tables(
    lines: Sequence[Line], image: NDArray[np.uint8] | None, pixels_per_unit: float = 1.0
) -> list[FoundTable]:
    """The tables of a page, from top to bottom; no line is in two of them.

    Args:
        lines: All lines of the page with boxes in page units, in any order; one may run through several cells and is
            parted between its words.
        image: The page, uint8 RGB [H, W, 3], for its rulings; None where there is no image.
        pixels_per_unit: A box times this factor is in pixels of ``image``.
    """
    height = line_height(lines)
    if height <= 0:
        return []
    skew = _skew(lines)
    rulings = Rulings((), (), skew) if image is None else find_rulings(image, pixels_per_unit, height, skew)
    leveller = Leveller(rulings.skew)
    pieces = pieces_of(lines, leveller)
    found = ruled_tables(pieces, rulings.horizontal, rulings.vertical, height, leveller)
    taken = {index for table in found for index in table.line_indices}
    rest = [piece for piece in pieces if piece.line not in taken]
    for region in _regions(rest, height):
        found += aligned_tables(region, rulings.horizontal, height, leveller)
    return sorted((table for table in found if table.line_indices), key=lambda table: (table.box.top, table.box.left))


def _skew(lines: Sequence[Line]) -> float:
    """Clockwise degrees by which most lines lean."""
    angles = [text_angle(line) for line in lines if line.box is not None]
    angles = [angle for angle in angles if abs(angle) < STEEPEST_TEXT]
    return median(angles) if angles else 0.0


def _regions(pieces: Sequence[Piece], height: float) -> list[list[Piece]]:
    """The words of each column of running text apart, where the page has two; else all as one."""
    by_line: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_line.setdefault(piece.line, []).append(piece)
    spans = [(min(p.box.left for p in line), max(p.box.right for p in line), line) for line in by_line.values()]
    if len(spans) < 2 * _FEWEST_LINES:
        return [list(pieces)]
    left, right = min(span[0] for span in spans), max(span[1] for span in spans)
    best: float | None = None
    fewest = 0.1 * len(spans)
    steps = int((right - left) * 0.4 / (0.25 * height))
    for step in range(steps):
        place = left + (right - left) * 0.3 + step * 0.25 * height
        crossed = sum(start < place < end for start, end, _ in spans)
        if crossed < fewest:
            best, fewest = place, crossed
    if best is None:
        return [list(pieces)]
    sides = (
        [line for _, end, line in spans if end <= best],
        [line for start, _, line in spans if start >= best],
    )
    if any(len(side) < _FEWEST_LINES or sum(map(len, side)) < _WORDY_LINE * len(side) for side in sides):
        return [list(pieces)]
    across = [line for start, end, line in spans if start < best < end]
    return [[piece for line in side for piece in line] for side in (*sides, across)]
