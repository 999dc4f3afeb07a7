"""Lines of a page to its blocks in reading order: columns, rows, tables. Knows boxes; not how lines were read."""

from __future__ import annotations

from collections.abc import Sequence

from bayou.documents.document import Block, Line
from bayou.documents.geometry import Box, bounding_box
from bayou.documents.tables import FoundTable
from bayou.reading.beside_tables import around_tables
from bayou.reading.blocks import Row, body_size, make_blocks
from bayou.reading.level import lean, level_box
from bayou.reading.reading_order import reading_order
from bayou.reading.words import corners, join_row

MOST_LEAN = 45.0
"""Degrees; a line that leans more is not part of the page's columns."""
ANOTHER_SIZE = 1.5
FAR_AWAY = 4.0
"""In sizes of the smaller type: a title and the date at the other edge of its row are not one line."""


def assemble(
    lines: Sequence[Line], sizes: Sequence[float], tables: Sequence[FoundTable] = (), skew: float = 0.0
) -> tuple[Block, ...]:
    """Blocks in reading order; every line is in exactly one of them.

    Pieces of one source that stand side by side on one row of a column become one line. Lines that run up or down the
    page, or stand on their heads, come last.

    Args:
        lines: With text and boxes in page units.
        sizes: Of each line's type, in page units.
        tables: Found among just these lines; each is read as one block where it stands.
        skew: Clockwise degrees by which the page leans.
    """
    in_table = {index for table in tables for index in table.line_indices}
    rows = [Row(line, _level(line, skew), sizes[i]) for i, line in enumerate(lines) if i not in in_table]
    loose = [row for row in rows if not _is_turned(row.line)]
    body = body_size(loose)
    boxes = [row.box for row in loose] + [_table_box(table, lines, skew) for table in tables]
    blocks: list[Block] = []
    for column in reading_order(boxes):
        pending: list[Row] = []
        for indices in around_tables(column, boxes, len(loose)):
            if indices[0] < len(loose):
                pending += [_joined(run) for run in _runs([loose[index] for index in indices])]
                continue
            blocks += make_blocks(pending, body)
            pending = []
            blocks.append(_table_block(tables[indices[0] - len(loose)], lines))
        blocks += make_blocks(pending, body)
    blocks += [Block("paragraph", row.line.box or row.box, (row.line,)) for row in rows if _is_turned(row.line)]
    return tuple(blocks)


def _runs(pieces: Sequence[Row]) -> list[list[Row]]:
    """A row's pieces, parted where the source changes, or where type of another size stands far away."""
    runs: list[list[Row]] = []
    for piece in pieces:
        last = runs[-1][-1] if runs else None
        if last is None or last.line.source != piece.line.source or _is_another_size(last, piece):
            runs.append([piece])
        else:
            runs[-1].append(piece)
    return runs


def _is_another_size(first: Row, second: Row) -> bool:
    low, high = sorted((first.size, second.size))
    return high > ANOTHER_SIZE * low and second.box.left - first.box.right > FAR_AWAY * low


def _joined(pieces: Sequence[Row]) -> Row:
    line = join_row([piece.line for piece in pieces])
    return Row(line, bounding_box(piece.box for piece in pieces), min(piece.size for piece in pieces))


def _is_turned(line: Line) -> bool:
    return line.quad is not None and abs(lean(line.quad)) > MOST_LEAN


def _level(line: Line, skew: float) -> Box:
    assert line.box is not None
    return line.box if skew == 0 else level_box(corners(line), skew)


def _table_box(table: FoundTable, lines: Sequence[Line], skew: float) -> Box:
    return bounding_box([_level(lines[index], skew) for index in table.line_indices] or [table.box])


def _table_block(table: FoundTable, lines: Sequence[Line]) -> Block:
    return Block("table", table.box, tuple(lines[index] for index in table.line_indices), table=table.table)
