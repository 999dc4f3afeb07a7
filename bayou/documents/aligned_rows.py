"""Rows of words that share gaps from row to row: where an unruled table could be. Knows words; not what a table is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bayou.documents.table_pieces import Piece, text_rows

_WORD_GAP = 0.9
"""In heights: a wider gap within a line parts segments; between two lines half of it does."""
_GUTTER = 0.7
"""In heights: the least width of the gap between two columns."""
_ROW_GAP = 3.2
"""In heights, from middle to middle: rows further apart aren't of one table."""
_CROSSED = 0.12
"""Share of rows that may reach across a gutter: cells that span columns."""
_LOOSE, _LOOSE_GAP = 0.34, 1.3
"""A column with entries in this share of rows at most, all nearer (in heights) to the words before, is none."""
_FEWEST_OF_MORE, _FEWEST_OF_LESS = 3, 2
"""Rows with a gap that a part of a run must have to stand for itself: with more columns than the run, and with less."""
_OFTEN_ALONE = 0.3
"""Share of rows without a gap from which on they belong to the rows above them: descriptions of goods, say."""
_MOST_WAITING = 2
"""Rows without a gap between two rows with one: a wrapped entry, or a line across the table."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """Words of one row, cut into segments at wide gaps."""

    segments: tuple[tuple[Piece, ...], ...]

    @property
    def pieces(self) -> list[Piece]:
        return [piece for segment in self.segments for piece in segment]

    @property
    def middle(self) -> float:
        """Mean height of the row on the page."""
        pieces = self.pieces
        return sum(piece.box.center[1] for piece in pieces) / len(pieces)

    def gaps(self) -> list[Interval]:
        """The spaces between segments."""
        return [(right_of(first), second[0].box.left) for first, second in pairwise(self.segments)]


@dataclass(slots=True)
class Run:
    """Rows that follow each other, and the gaps that run through all of them."""

    rows: list[Row]
    gutters: list[Interval]
    waiting: list[Row] = field(default_factory=list)


def right_of(segment: Sequence[Piece]) -> float:
    """The right end of a segment."""
    return max(piece.box.right for piece in segment)


def segmented(pieces: Sequence[Piece], height: float) -> Row:
    """A row, whose words come from left to right, cut at wide gaps."""
    segments: list[list[Piece]] = [[pieces[0]]]
    reached = pieces[0].box.right
    for before, piece in pairwise(pieces):
        limit = _WORD_GAP * height * (1.0 if before.line == piece.line else 0.5)
        if piece.box.left - reached > limit:
            segments.append([])
        segments[-1].append(piece)
        reached = max(reached, piece.box.right)
    return Row(tuple(tuple(segment) for segment in segments))


def find_runs(pieces: Sequence[Piece], height: float) -> list[Run]:
    """Runs of rows with a common gap, top to bottom; each begins and ends with a row of several segments."""
    finished: list[Run] = []
    run: Run | None = None
    for row in (segmented(row, height) for row in text_rows(pieces, height)):
        if run is not None and not _taken(run, row, height):
            finished.append(run)
            run = None
        if run is None and len(row.segments) > 1:
            run = Run([row], row.gaps())
    if run is not None:
        finished.append(run)
    for run in finished:
        _keep_last_wrap(run, height)
    return finished


def _taken(run: Run, row: Row, height: float) -> bool:
    """Add ``row`` to ``run`` if it goes on there."""
    before = run.waiting[-1] if run.waiting else run.rows[-1]
    if row.middle - before.middle > _ROW_GAP * height:
        return False
    if len(row.segments) == 1:
        run.waiting.append(row)
        return len(run.waiting) <= _MOST_WAITING
    gutters = _narrowed(run.gutters, row, height)
    if not gutters:
        return False
    run.rows += [*run.waiting, row]
    run.waiting = []
    run.gutters = gutters
    return True


def _narrowed(gutters: list[Interval], row: Row, height: float) -> list[Interval]:
    """What of the gutters the row's segments leave free."""
    free = list(gutters)
    for segment in row.segments:
        left, right = segment[0].box.left, right_of(segment)
        free = [
            part
            for start, end in free
            for part in ((start, min(end, left)), (max(start, right), end))
            if part[1] - part[0] >= _GUTTER * height
        ]
    return sorted(set(free))


def _keep_last_wrap(run: Run, height: float) -> None:
    """A last row that only goes on in a column beyond the first, close below, is the end of the entry above."""
    if not run.waiting:
        return
    row = run.waiting[0]
    (segment,) = row.segments
    close = row.middle - run.rows[-1].middle < 0.8 * _usual_pitch(run)
    left, right = segment[0].box.left, right_of(segment)
    crosses = any(left < end and right > start for start, end in run.gutters)
    if close and not crosses and left > run.gutters[0][0] + 0.1 * height:
        run.rows.append(row)


def _usual_pitch(run: Run) -> float:
    pitches = sorted(second.middle - first.middle for first, second in pairwise(run.rows))
    return pitches[len(pitches) // 2] if pitches else 0.0


def sections(rows: Sequence[Row], height: float) -> list[list[Row]]:
    """The rows of a run, parted where other columns begin: the sums below a receipt's goods reach across theirs.

    A row without a gap at such a place is the last of the part above, if many there are like it; else it is in none.
    """
    wide = [index for index, row in enumerate(rows) if len(row.segments) > 1]
    columns = columns_of(rows, height)
    most, place = _entry_count(rows, columns), 0
    for above in range(_FEWEST_OF_LESS, len(wide) - _FEWEST_OF_LESS + 1):
        parts = (rows[: wide[above]], above), (rows[wide[above] :], len(wide) - above)
        found = [columns_of(part, height) for part, _ in parts]
        if any(
            len(own) > len(columns) and number < _FEWEST_OF_MORE for own, (_, number) in zip(found, parts, strict=True)
        ):
            continue
        count = sum(_entry_count(part, own) for own, (part, _) in zip(found, parts, strict=True))
        if count >= most + _FEWEST_OF_MORE:
            most, place = count - _FEWEST_OF_MORE + 1, above
    if not place:
        return [list(rows)]
    end = wide[place]
    often = sum(len(row.segments) == 1 for row in rows[:end]) >= _OFTEN_ALONE * end
    top = rows[:end] if often else rows[: wide[place - 1] + 1]
    return [*sections(top, height), *sections(rows[end:], height)]


def _entry_count(rows: Sequence[Row], columns: Sequence[Interval]) -> int:
    """How many entries the rows have in these columns; one that reaches across several counts once."""
    count = 0
    for row in rows:
        held = [
            {index for index, (left, right) in enumerate(columns) if piece.box.left < right and piece.box.right > left}
            for piece in row.pieces
        ]
        count += len(set().union(*held)) - sum(len(found) - 1 for found in held if found)
    return count


def columns_of(rows: Sequence[Row], height: float) -> list[Interval]:
    """Left and right end of each column: where words stand, parted by gaps that nearly all rows share."""
    wide = [row for row in rows if len(row.segments) > 1]
    edges: list[tuple[float, int]] = []
    for row in wide:
        for left, right in _joined([(piece.box.left, piece.box.right) for piece in row.pieces], 0.0):
            edges += [(left, 1), (right, -1)]
    allowed = int(_CROSSED * len(wide))
    columns: list[Interval] = []
    depth, start = 0, 0.0
    for place, step in sorted(edges):
        before, depth = depth, depth + step
        if before <= allowed < depth:
            start = place
        elif depth <= allowed < before:
            columns.append((start, place))
    return _without_loose_words(_joined(columns, _GUTTER * height), wide, height)


def _without_loose_words(columns: list[Interval], rows: Sequence[Row], height: float) -> list[Interval]:
    """The columns, where a wide space before a word here and there doesn't make one."""
    kept: list[Interval] = columns[:1]
    for column in columns[1:]:
        gaps = []
        for row in rows:
            pieces = row.pieces
            gaps += [
                piece.box.left - before.box.right
                for before, piece in pairwise(pieces)
                if column[0] <= piece.box.center[0] <= column[1] and before.box.center[0] < column[0]
            ]
        filled = sum(any(column[0] <= piece.box.center[0] <= column[1] for piece in row.pieces) for row in rows)
        if filled <= _LOOSE * len(rows) and gaps and max(gaps) < _LOOSE_GAP * height:
            kept[-1] = (kept[-1][0], column[1])
        else:
            kept.append(column)
    return kept


def _joined(intervals: list[Interval], gap: float) -> list[Interval]:
    """Intervals, those less than ``gap`` apart as one."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
