"""Tables from rulings that cross: a grid of lines, with cells that may span. Knows rulings and words; not pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bayou.documents.document import Cell, Table
from bayou.documents.geometry import Box
from bayou.documents.table_pieces import (
    FoundTable,
    Leveller,
    Piece,
    Rule,
    cell_text,
    first_row_is_header,
    mostly_inside,
    text_rows,
)

_REACH = 0.6
"""In heights of the text: rulings this near to each other meet."""
_SAME = 0.45
"""In heights of the text: rulings this near stand at one place of the grid."""
_COVERED = 0.5
"""Share of a cell's side that must be ruled to part two cells."""
_FEWEST_FILLED = 0.25
"""Share of cells with text; a plot's grid has fewer."""
_MOST_WORDS = 60.0
"""Words in a cell on average; boxed columns of prose have more."""
_WORDY = 4.5
"""Words in a line of a cell, on average, from which on it is running text."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A cell on the grid: its first row and column, and the ones after its last."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class _Grid:
    rows: list[float]
    columns: list[float]
    spans: list[_Span]


def ruled_tables(
    pieces: Sequence[Piece], horizontal: Sequence[Rule], vertical: Sequence[Rule], height: float, leveller: Leveller
) -> list[FoundTable]:
    """Tables whose rulings cross, largest first; a box around text, or a frame of one row or column, is none."""
    found = []
    for level, upright in _clusters(horizontal, vertical, height):
        grid = _grid(level, upright, height)
        table = grid and _table(grid, pieces, height, leveller)
        if table:
            found.append(table)
    found.sort(key=lambda item: -item.box.area)
    kept: list[FoundTable] = []
    for table in found:
        # A table within a cell of another is part of that cell's text.
        if not any(set(table.line_indices) & set(other.line_indices) for other in kept):
            kept.append(table)
    return kept


def _clusters(
    horizontal: Sequence[Rule], vertical: Sequence[Rule], height: float
) -> list[tuple[list[Rule], list[Rule]]]:
    """Rulings connected by crossings."""
    reach = _REACH * height
    parent = list(range(len(horizontal) + len(vertical)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, level in enumerate(horizontal):
        for second, upright in enumerate(vertical, len(horizontal)):
            if (
                level.start - reach <= upright.place <= level.end + reach
                and upright.start - reach <= level.place <= upright.end + reach
            ):
                parent[root(first)] = root(second)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index in range(len(parent)):
        group = groups.setdefault(root(index), ([], []))
        if index < len(horizontal):
            group[0].append(horizontal[index])
        else:
            group[1].append(vertical[index - len(horizontal)])
    return [group for group in groups.values() if group[0] and group[1]]


def _grid(level: list[Rule], upright: list[Rule], height: float) -> _Grid | None:
    rows, columns = _places(level, height), _places(upright, height)
    # A table open at a side has rulings that run on beyond the last crossing one.
    rows = _with_open_ends(rows, upright, height)
    columns = _with_open_ends(columns, level, height)
    if len(rows) < 3 or len(columns) < 3:
        return None
    row_count, column_count = len(rows) - 1, len(columns) - 1

    def parted(rules: list[Rule], places: list[float], at: int, start: float, end: float) -> bool:
        return _coverage(rules, places[at], start, end, _SAME * height) >= _COVERED * (end - start)

    joined_right = {
        (row, column)
        for row in range(row_count)
        for column in range(column_count - 1)
        if not parted(upright, columns, column + 1, rows[row], rows[row + 1])
    }
    joined_down = {
        (row, column)
        for row in range(row_count - 1)
        for column in range(column_count)
        if not parted(level, rows, row + 1, columns[column], columns[column + 1])
    }
    spans = _spans(row_count, column_count, joined_right, joined_down)
    return _Grid(rows, columns, spans) if spans is not None else None


def _places(rules: Sequence[Rule], height: float) -> list[float]:
    """Where rulings stand, those close together as one."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda item: item.place):
        if groups and rule.place - groups[-1][-1].place <= _SAME * height:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return [
        sum(rule.place * rule.length for rule in group) / (sum(rule.length for rule in group) or 1.0)
        for group in groups
    ]


def _with_open_ends(places: list[float], crossing: Sequence[Rule], height: float) -> list[float]:
    # One stray ruling that sticks out opens nothing.
    starts = sorted(rule.start for rule in crossing)
    ends = sorted(rule.end for rule in crossing)
    if len(starts) < 2:
        return places
    start, end = starts[len(starts) // 2], ends[(len(ends) - 1) // 2]
    before = [start] if places[0] - start > height else []
    after = [end] if end - places[-1] > height else []
    return [*before, *places, *after]


def _coverage(rules: Sequence[Rule], place: float, start: float, end: float, near: float) -> float:
    """How much of ``start`` to ``end`` the rulings at ``place`` cover."""
    intervals = sorted(
        (max(rule.start, start), min(rule.end, end)) for rule in rules if abs(rule.place - place) <= near
    )
    covered, reached = 0.0, start
    for first, last in intervals:
        if last > max(first, reached):
            covered += last - max(first, reached)
            reached = last
    return covered


def _spans(
    rows: int, columns: int, joined_right: set[tuple[int, int]], joined_down: set[tuple[int, int]]
) -> list[_Span] | None:
    """Cells of the grid in reading order, or None where joined squares don't make rectangles."""
    taken: set[tuple[int, int]] = set()
    spans = []
    for top in range(rows):
        for left in range(columns):
            if (top, left) in taken:
                continue
            right = left + 1
            while right < columns and (top, right - 1) in joined_right and (top, right) not in taken:
                right += 1
            bottom = top + 1
            while bottom < rows and all((bottom - 1, column) in joined_down for column in range(left, right)):
                bottom += 1
            squares = {(row, column) for row in range(top, bottom) for column in range(left, right)}
            if squares & taken:
                return None
            taken |= squares
            spans.append(_Span(top, left, bottom, right))
    return spans


def _table(grid: _Grid, pieces: Sequence[Piece], height: float, leveller: Leveller) -> FoundTable | None:
    outline = Box(grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1])
    inside = {index for index, piece in enumerate(pieces) if _holds(outline, piece)}
    grid = _split_rows(_without_slivers(grid, height), [pieces[index] for index in inside], height)
    if len(grid.rows) < 3 or len(grid.columns) < 3:
        return None
    words = {
        span: [pieces[index] for index in inside if _holds(_box(grid, span), pieces[index])] for span in grid.spans
    }
    filled = [found for found in words.values() if found]
    if len(filled) < max(3, _FEWEST_FILLED * len(grid.spans)):
        return None
    if sum(map(len, filled)) > _MOST_WORDS * len(filled):
        return None
    texts = {span: cell_text(found, height) for span, found in words.items()}
    by_row = [[span for span in grid.spans if span.top == row] for row in range(len(grid.rows) - 1)]
    header = first_row_is_header([[texts[span] for span in row] for row in by_row])
    rows = tuple(
        tuple(
            Cell(
                texts[span],
                leveller.page_box(_box(grid, span)),
                span.bottom - span.top,
                span.right - span.left,
                header and index == 0,
            )
            for span in row
        )
        for index, row in enumerate(by_row)
    )
    return FoundTable(Table(rows), mostly_inside(pieces, inside), leveller.page_box(outline))


def _holds(box: Box, piece: Piece) -> bool:
    x, y = piece.box.center
    return box.left <= x < box.right and box.top <= y < box.bottom


def _box(grid: _Grid, span: _Span) -> Box:
    return Box(grid.columns[span.left], grid.rows[span.top], grid.columns[span.right], grid.rows[span.bottom])


def _without_slivers(grid: _Grid, height: float) -> _Grid:
    """The grid without rows and columns too thin for text: the space between the two lines of a double ruling."""
    thin_rows = [index for index, (a, b) in enumerate(pairwise(grid.rows)) if b - a < 0.6 * height]
    thin_columns = [index for index, (a, b) in enumerate(pairwise(grid.columns)) if b - a < 0.6 * height]
    if not thin_rows and not thin_columns:
        return grid
    row = _renumbering(len(grid.rows), thin_rows)
    column = _renumbering(len(grid.columns), thin_columns)
    spans = [_Span(row(s.top), column(s.left), row(s.bottom), column(s.right)) for s in grid.spans]
    return _Grid(
        [place for index, place in enumerate(grid.rows) if index - 1 not in thin_rows],
        [place for index, place in enumerate(grid.columns) if index - 1 not in thin_columns],
        [span for span in spans if span.top < span.bottom and span.left < span.right],
    )


def _renumbering(count: int, dropped: list[int]) -> Callable[[int], int]:
    numbers = [index - sum(gone < index for gone in dropped) for index in range(count)]
    return numbers.__getitem__


def _split_rows(grid: _Grid, pieces: Sequence[Piece], height: float) -> _Grid:
    """The grid with rows of text parted where only columns are ruled.

    A row of the grid with several rows of text is split if most of these have words in several columns; in a grid that
    is ruled between rows, several rows of text in a cell are one entry. Running text in several columns isn't split.
    """
    if len(grid.rows) > 4:
        return grid
    out: list[float] = [grid.rows[0]]
    first_of: list[int] = []
    for top, bottom in pairwise(grid.rows):
        first_of.append(len(out) - 1)
        rows = text_rows([piece for piece in pieces if top <= piece.box.center[1] < bottom], height)
        wide = [row for row in rows if len({_column(grid, piece) for piece in row}) > 1]
        short = sum(map(len, rows)) < _WORDY * sum(len({_column(grid, piece) for piece in row}) for row in rows)
        if len(rows) >= 3 and len(wide) >= 0.7 * len(rows) and short:
            middles = [sum(piece.box.center[1] for piece in row) / len(row) for row in rows]
            out.extend((above + below) / 2 for above, below in pairwise(middles))
        out.append(bottom)
    first_of.append(len(out) - 1)
    if len(out) == len(grid.rows):
        return grid
    spans: list[_Span] = []
    for span in grid.spans:
        if span.bottom - span.top > 1:
            return grid
        new = range(first_of[span.top], first_of[span.bottom])
        spans.extend(_Span(row, span.left, row + 1, span.right) for row in new)
    spans.sort(key=lambda item: (item.top, item.left))
    return _Grid(out, grid.columns, spans)


def _column(grid: _Grid, piece: Piece) -> int:
    return sum(place <= piece.box.center[0] for place in grid.columns)
