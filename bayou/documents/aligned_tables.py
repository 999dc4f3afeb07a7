"""Tables without upright rulings: words that stand in columns over several rows. Knows words and rulings; not pixels.

Cautious by design: columns of running text, lists and captions also stand in rows, and losing a table's shape costs
less than tearing a paragraph apart. Entries must be aligned and short, and something must speak for a table: figures,
rulings, or many well-filled rows of three columns and more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from bayou.documents.aligned_rows import Interval, Row, columns_of, find_runs, sections
from bayou.documents.document import Cell, Table
from bayou.documents.geometry import Box, bounding_box
from bayou.documents.table_pieces import (
    FoundTable,
    Leveller,
    Piece,
    Rule,
    cell_text,
    first_row_is_header,
    is_number,
    mostly_inside,
)

_WORDY = 4.5
"""Words in an entry, on average, from which on a column is running text."""
_ALIGNED = 0.7
"""Share of a column's entries that must begin, end or be centred at one place."""
_LEVEL = 0.28
"""In heights: how far the first words of entries of one row may stand apart, in the median."""
_DRIFT = 0.3
"""In heights: how far they may move apart from the first row to the last, if they move one way all along."""
_FIGURES = 0.6
"""Share of a column's entries that must be figures to make it a column of figures."""
_MANY_FILLED = 0.6, 0.45
"""Share of rows that must have several entries, where there are two columns, and where there are more."""
_MARKER = re.compile(r"[•◦▪‣·*–—-]|[([]?(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)\]]")


@dataclass(frozen=True, slots=True)
class _Entry:
    """Words of one cell and the columns it covers, ``first`` up to before ``last``."""

    pieces: tuple[Piece, ...]
    first: int
    last: int


_Rows = list[list[_Entry]]


def aligned_tables(
    pieces: Sequence[Piece], horizontal: Sequence[Rule], height: float, leveller: Leveller
) -> list[FoundTable]:
    """Tables among ``pieces`` (words of one region of the page), top to bottom."""
    found = []
    for run in [part for found_run in find_runs(pieces, height) for part in sections(found_run.rows, height)]:
        columns = columns_of(run, height)
        if len(columns) < 2:
            continue
        rules = _rules_of(run, columns, horizontal, height)
        rows = _entry_rows(run, columns, rules, height)
        groups = _column_groups(rows, len(columns), height)
        if len(groups) == 1 and _is_table(rows, columns, rules, height):
            found.append(_table(rows, columns, pieces, height, leveller))
            continue
        for first, last in groups:
            # A table beside running text, or beside lines that stand at other heights, is looked for by itself.
            if 2 <= last - first < len(columns):
                left, right = columns[first][0], columns[last - 1][1]
                part = [p for row in run for p in row.pieces if left <= p.box.center[0] <= right]
                tables = aligned_tables(part, horizontal, height, leveller)
                found += [table for table in tables if _owns_its_lines(table, part, pieces)]
    return found


def _column_groups(rows: _Rows, count: int, height: float) -> list[tuple[int, int]]:
    """Neighbouring columns (first, after the last) whose entries stand level; running text is apart from the rest."""
    wordy = _wordy_columns(rows, count)
    if len(wordy) == 1 and count > 2:
        # One column of descriptions belongs to a table, unless it is all that stands beside it.
        wordy = set()
    starts = [0]
    for column in range(1, count):
        if (column in wordy) != (column - 1 in wordy) or not _stand_level(rows, column, height):
            starts.append(column)
    return list(zip(starts, [*starts[1:], count], strict=True))


def _stand_level(rows: _Rows, column: int, height: float) -> bool:
    """Whether the entries of ``column`` stand as high as those of the column before it, on one pitch."""
    steps: list[float] = []
    before: list[float] = []
    after: list[float] = []
    for row in rows:
        left = [entry.pieces[0].box.center[1] for entry in row if entry.last == column]
        right = [entry.pieces[0].box.center[1] for entry in row if entry.first == column]
        before, after = before + left, after + right
        if left and right:
            steps.append(abs(right[0] - left[0]))
    return not steps or (median(steps) <= _LEVEL * height and not _drift(before, after, height))


def _drift(before: Sequence[float], after: Sequence[float], height: float) -> bool:
    """Whether two columns, each on a pitch of its own, move apart: an address beside the facts of a letter."""
    nearest = [place - min(before, key=lambda other: abs(place - other)) for place in after]
    steps = [step for step in nearest if abs(step) <= height]
    moves = [second - first for first, second in pairwise(steps)]
    one_way = all(move > 0 for move in moves) or all(move < 0 for move in moves)
    return len(moves) > 1 and one_way and abs(steps[-1] - steps[0]) > _DRIFT * height


def _owns_its_lines(table: FoundTable, part: Sequence[Piece], pieces: Sequence[Piece]) -> bool:
    mine = set(table.line_indices)
    return sum(piece.line in mine for piece in part) == sum(piece.line in mine for piece in pieces)


def _rules_of(run: Sequence[Row], columns: list[Interval], horizontal: Sequence[Rule], height: float) -> list[float]:
    """Heights of the rulings that cross most of the run, from just above it to just below."""
    left, right = columns[0][0], columns[-1][1]
    top, bottom = run[0].middle - 2 * height, run[-1].middle + 2 * height
    return sorted(
        rule.place
        for rule in horizontal
        if top <= rule.place <= bottom
        and min(rule.end, right) - max(rule.start, left) >= 0.7 * (right - left)
        and rule.length <= 1.4 * (right - left) + 4 * height
    )


def _entry_rows(rows: Sequence[Row], columns: list[Interval], rules: list[float], height: float) -> _Rows:
    """The run's rows as entries on the columns; wrapped entries are put together."""
    groups: list[list[Row]] = []
    banded = _is_banded(rows, rules)
    usual = median([second.middle - first.middle for first, second in pairwise(rows)] or [0.0])
    for row in rows:
        if not groups:
            groups.append([row])
            continue
        before = groups[-1][-1]
        if banded:
            joins = not any(before.middle < rule < row.middle for rule in rules)
        else:
            # Nothing under the first column, and closer than rows are: the entry above goes on. A sum does not.
            joins = row.pieces[0].box.left > columns[0][1] and row.middle - before.middle < 0.85 * usual
            joins = joins and not (len(row.segments) > 1 and any(map(_is_figure, row.segments)))
        if joins:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [_entries(group, columns, height) for group in groups]


def _is_figure(segment: Sequence[Piece]) -> bool:
    return is_number(" ".join(piece.text for piece in segment))


def _is_banded(rows: Sequence[Row], rules: list[float]) -> bool:
    """Whether rulings part most of the rows."""
    parted = sum(any(first.middle < rule < second.middle for rule in rules) for first, second in pairwise(rows))
    return parted >= 2 and parted >= 0.4 * (len(rows) - 1)


def _entries(group: list[Row], columns: list[Interval], height: float) -> list[_Entry]:
    entries: list[tuple[set[int], list[Piece]]] = []
    for row in group:
        for segment in row.segments:
            for covered, pieces in _by_column(segment, columns, height):
                # Words of a wrapped entry join the entry whose column they stand in.
                joined = [entry for entry in entries if entry[0] & covered]
                for entry in joined:
                    entries.remove(entry)
                    covered, pieces = covered | entry[0], [*entry[1], *pieces]
                entries.append((covered, pieces))
    entries.sort(key=lambda entry: min(entry[0]))
    return [_Entry(tuple(pieces), min(covered), max(covered) + 1) for covered, pieces in entries]


def _by_column(segment: Sequence[Piece], columns: list[Interval], height: float) -> list[tuple[set[int], list[Piece]]]:
    """A segment cut where one of its own gaps lies in a gutter; what can't be cut covers several columns."""
    parts: list[tuple[set[int], list[Piece]]] = []
    for piece in segment:
        covered = {
            index
            for index, (left, right) in enumerate(columns)
            if min(right, piece.box.right) - max(left, piece.box.left) > 0.2 * min(height, piece.box.width)
        } or {min(range(len(columns)), key=lambda index: abs(sum(columns[index]) / 2 - piece.box.center[0]))}
        if parts and (parts[-1][0] & covered or piece.box.left - parts[-1][1][-1].box.right < 0.5 * height):
            parts[-1] = (parts[-1][0] | covered, [*parts[-1][1], piece])
        else:
            parts.append((covered, [piece]))
    return parts


def _single(rows: _Rows, column: int) -> list[_Entry]:
    """The entries of one column, without those that span."""
    return [entry for row in rows for entry in row if entry.first == column and entry.last == column + 1]


def _wordy_columns(rows: _Rows, count: int) -> set[int]:
    wordy = set()
    for column in range(count):
        words = [len(entry.pieces) for entry in _single(rows, column)]
        if words and sum(words) / len(words) >= _WORDY:
            wordy.add(column)
    return wordy


def _is_table(rows: _Rows, columns: list[Interval], rules: list[float], height: float) -> bool:
    count = len(columns)
    banded = len(rules) >= max(3, len(rows) - 1)
    if len(rows) < (2 if banded and count > 2 else 3):
        return False
    filled = sum(entry.last - entry.first for row in rows for entry in row) / (len(rows) * count)
    if filled < (0.8 if count == 2 else 0.5) or sum(len(row) > 1 for row in rows) < _MANY_FILLED[count > 2] * len(rows):
        return False
    wordy = _wordy_columns(rows, count)
    if len(wordy) > (count - 1 if banded else 1) or len(wordy) == count:
        return False
    crooked = sum(not _is_aligned(_single(rows, column), height) for column in range(count))
    if crooked > count // 4:
        return False
    firsts = [_text(entry) for entry in _single(rows, 0)]
    if count == 2 and sum(bool(_MARKER.fullmatch(text)) for text in firsts) > 0.5 * len(firsts):
        return False
    if banded:
        return True
    figures = [_is_figures(rows, column) for column in range(count)]
    if count == 2:
        return figures[1] and 0 not in wordy
    if any(figures) or len(rules) >= 2:
        return True
    short = all(len(entry.pieces) <= 4 for row in rows for entry in row)
    return len(rows) >= 4 and filled >= 0.85 and short and not wordy


def _text(entry: _Entry) -> str:
    return " ".join(piece.text for piece in entry.pieces)


def _is_figures(rows: _Rows, column: int) -> bool:
    """Whether most entries below the first row are figures."""
    texts = [_text(entry) for entry in _single(rows[1:], column)]
    return len(texts) >= 2 and sum(map(is_number, texts)) >= _FIGURES * len(texts)


def _is_aligned(entries: list[_Entry], height: float) -> bool:
    if len(entries) < 2:
        return True
    boxes = [bounding_box(piece.box for piece in entry.pieces) for entry in entries]
    for places in (
        [box.left for box in boxes],
        [box.right for box in boxes],
        [box.center[0] for box in boxes],
    ):
        middle = median(places)
        if sum(abs(place - middle) <= 0.5 * height for place in places) >= _ALIGNED * len(places):
            return True
    return False


def _table(
    rows: _Rows, columns: list[Interval], pieces: Sequence[Piece], height: float, leveller: Leveller
) -> FoundTable:
    boxes = [bounding_box(piece.box for entry in row for piece in entry.pieces) for row in rows]
    # Cells reach half-way to their neighbours, so that together they fill the table.
    ups = [boxes[0].top, *((a.bottom + b.top) / 2 for a, b in pairwise(boxes)), boxes[-1].bottom]
    cuts = [columns[0][0], *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), columns[-1][1]]
    texts = [[cell_text(entry.pieces, height) for entry in row] for row in rows]
    header = first_row_is_header(texts)
    out = []
    for index, row in enumerate(rows):
        cells: list[Cell] = []
        column = 0
        for entry, text in zip(row, texts[index], strict=True):
            cells += [_empty(cuts, ups, index, empty, leveller, header) for empty in range(column, entry.first)]
            box = Box(cuts[entry.first], ups[index], cuts[entry.last], ups[index + 1])
            span = entry.last - entry.first
            cells.append(Cell(text, leveller.page_box(box), 1, span, header and index == 0))
            column = entry.last
        cells += [_empty(cuts, ups, index, empty, leveller, header) for empty in range(column, len(columns))]
        out.append(tuple(cells))
    inside = {id(piece) for row in rows for entry in row for piece in entry.pieces}
    indices = {index for index, piece in enumerate(pieces) if id(piece) in inside}
    outline = leveller.page_box(Box(cuts[0], ups[0], cuts[-1], ups[-1]))
    return FoundTable(Table(tuple(out)), mostly_inside(pieces, indices), outline)


def _empty(cuts: list[float], ups: list[float], row: int, column: int, leveller: Leveller, header: bool) -> Cell:
    box = Box(cuts[column], ups[row], cuts[column + 1], ups[row + 1])
    return Cell("", leveller.page_box(box), header=header and row == 0)
