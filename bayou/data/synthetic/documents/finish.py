"""From a finished sheet to a page with its truth: rows, pieces, Markdown. Knows drafts and documents; no drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bayou.data.synthetic.documents.page import Field
from bayou.data.synthetic.documents.sheet import WIDEST_GAP, DraftBlock, DraftField, Points, Run, Sheet, around
from bayou.documents.document import Block, Cell, Line, Table
from bayou.documents.geometry import Box, Quad, bounding_box, box_of_points
from bayou.documents.table_grid import has_spans
from bayou.documents.to_html import table_to_html
from bayou.documents.to_markdown import escape, table_to_pipes

Mover = Callable[[Points], Points]
"""Where points of the drawn page lie in the picture."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What stands on a page, in pixels of its picture."""

    blocks: tuple[Block, ...]
    pieces: tuple[Line, ...]
    fields: tuple[Field, ...]


class _Corners:
    """Fours of corners, gathered so that all of them move at once: a bent page takes as long for one as for all."""

    def __init__(self) -> None:
        self.points: Points = []

    def take(self, corners: Points) -> int:
        """Takes in four corners; their number, by which ``Quads`` gives them back."""
        self.points += corners
        return len(self.points) // 4 - 1

    def moved(self, move: Mover | None) -> list[Quad]:
        points = move(self.points) if move is not None and self.points else self.points
        return [(points[k], points[k + 1], points[k + 2], points[k + 3]) for k in range(0, len(points), 4)]


def truth_of(sheet: Sheet, move: Mover | None = None) -> Truth:
    """Blocks, pieces and fields of a sheet, each corner moved as the picture was."""
    corners = _Corners()
    plans = [_plan(block, corners) for block in sheet.blocks]
    runs = [
        (run.text, corners.take(run.corners))
        for block in sheet.blocks
        for row in block.rows
        for run in (row if block.cells else _merged(row))
    ]
    fields = [(entry, [corners.take(c) for c in entry.corners]) for entry in sheet.fields.values()]
    quads = corners.moved(move)
    return Truth(
        tuple(_block(block, plan, quads) for block, plan in zip(sheet.blocks, plans, strict=True)),
        tuple(_line(text, quads[number]) for text, number in runs),
        tuple(_field(entry, [quads[n] for n in numbers]) for entry, numbers in fields),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """A block's lines and cells with the numbers of their corners."""

    lines: tuple[tuple[str, int], ...]
    cells: tuple[tuple[int, ...], ...]
    around: int


def _plan(block: DraftBlock, corners: _Corners) -> _Plan:
    if block.cells:
        lines = tuple((run.text, corners.take(run.corners)) for row in block.rows for run in row)
        cells = tuple(tuple(corners.take(cell.corners) for cell in row) for row in block.cells)
        return _Plan(lines, cells, corners.take(block.corners))
    return _Plan(tuple((_row_text(row), corners.take(_row_corners(row))) for row in block.rows), (), -1)


def _row_text(row: Sequence[Run]) -> str:
    return " ".join(run.text for run in row)


def _row_corners(row: Sequence[Run]) -> Points:
    """Around all runs of a row, in the text's own direction."""
    return row[0].corners if len(row) == 1 else around([p for run in row for p in run.corners])


def markdown_of(sheet: Sheet) -> str:
    """The sheet's text as Markdown, in the forms of ``bayou.documents.to_markdown``.

    Which rows stand apart and which run on is known here, and needn't be guessed from their places.
    """
    parts: list[str] = []
    listed = False
    for block in sheet.blocks:
        text = _markdown(block)
        item = block.kind == "list_item"
        if item and listed:
            parts[-1] += f"\n{text}"
        else:
            parts.append(text)
        listed = item
    return "\n\n".join(parts)


def _markdown(block: DraftBlock) -> str:
    rows = [" ".join(run.text for run in row) for row in block.rows]
    if block.cells:
        # Places don't matter here, only what the cells say and span.
        nowhere = Box(0, 0, 0, 0)
        table = Table(tuple(tuple(Cell(c.text, nowhere, 1, c.column_span, c.header) for c in r) for r in block.cells))
        return table_to_html(table) if has_spans(table) else table_to_pipes(table)
    if block.kind == "heading":
        # What counts at a line's beginning alone needs no escape here: a heading begins with its hashes.
        text = escape("x" + " ".join(rows))[1:]
        return f"{'#' * block.level} {text}"
    if block.kind == "list_item":
        text = " ".join(rows)
        text = escape(text[len(block.marker) :].strip())
        return f"{block.marker} {text}" if block.marker[:1].isdigit() else f"- {text}"
    return escape(" ".join(rows)) if block.flowing else "  \n".join(map(escape, rows))


def _block(block: DraftBlock, plan: _Plan, quads: Sequence[Quad]) -> Block:
    lines = tuple(_line(text, quads[number]) for text, number in plan.lines)
    if block.cells:
        rows = tuple(
            tuple(
                Cell(cell.text, box_of_points(quads[n]), column_span=cell.column_span, header=cell.header)
                for cell, n in zip(row, numbers, strict=True)
            )
            for row, numbers in zip(block.cells, plan.cells, strict=True)
        )
        return Block("table", box_of_points(quads[plan.around]), lines, table=Table(rows))
    boxes = [line.box for line in lines if line.box is not None]
    return Block(block.kind, bounding_box(boxes), lines, block.level, block.marker)


def _merged(row: Sequence[Run]) -> list[Run]:
    """Runs with no wide gap between them as one, as a line detector sees them."""
    merged: list[Run] = []
    for run in row:
        before = merged[-1] if merged else None
        if before is not None:
            high = before.corners[2][1] - before.corners[0][1]
            gap = run.corners[0][0] - before.corners[1][0]
            if -0.2 * high < gap < WIDEST_GAP * high:
                merged[-1] = Run(f"{before.text} {run.text}", around(before.corners + run.corners))
                continue
        merged.append(run)
    return merged


def _line(text: str, quad: Quad) -> Line:
    (left, top), (right, _), (_, bottom), _ = quad
    upright = quad == ((left, top), (right, top), (right, bottom), (left, bottom)) and left <= right and top <= bottom
    return Line(text, Box(left, top, right, bottom)) if upright else Line(text, box_of_points(quad), quad=quad)


def _field(entry: DraftField, quads: list[Quad]) -> Field:
    between = " " if "." in entry.name else ", "
    return Field(entry.name, between.join(t.rstrip(",") for t in entry.texts), tuple(quads), entry.normal)
