"""Running text and tables on a sheet: wrapping, justifying, rows and rules. Knows sheets and styles; no documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bayou.data.synthetic.documents.sheet import Colour, DraftCell, Part, Sheet, Style, around


def wrap(sheet: Sheet, text: str, style: Style, width: float, first: float = 0.0) -> list[str]:
    """A text in lines of at most ``width`` points, the first one shorter by ``first``."""
    fine = sheet.cut(style, text)
    tracking = style.tracking * fine.size
    room, used = (width - first) * sheet.scale, 0.0
    space = fine.width(" ", tracking)
    lines: list[list[str]] = [[]]
    for word in text.split():
        wide = fine.width(word, tracking)
        if lines[-1] and used + space + wide > room:
            lines.append([])
            room, used = width * sheet.scale, 0.0
        used += wide + (space if lines[-1] else 0.0)
        lines[-1].append(word)
    return [" ".join(words) for words in lines if words]


@dataclass(frozen=True, slots=True)
class Column:
    """Where running text stands and how: left edge and width in points, distance of baselines in em, even edges."""

    x: float
    width: float
    leading: float = 1.3
    justified: bool = False
    indent: float = 0.0


def paragraph(
    sheet: Sheet, y: float, text: str, style: Style, column: Column, lowest: float = 1e9
) -> tuple[float, str]:
    """A paragraph whose first baseline is ``y``; what would come below ``lowest`` is left over.

    Returns:
        The baseline that the next line would have, and the words left over.
    """
    lines = wrap(sheet, text, style, column.width, column.indent)
    step = style.size * column.leading
    with sheet.block("paragraph", flowing=True):
        for number, line in enumerate(lines):
            if y > lowest:
                return y, " ".join(lines[number:])
            indent = column.indent if number == 0 else 0.0
            gap = 0.0
            if column.justified and number < len(lines) - 1 and " " in line:
                gap = (column.width - indent - sheet.text_width(line, style)) / line.count(" ")
            sheet.write(column.x + indent, y, line, style, gap=gap)
            y += step
    return y, ""


def stacked(sheet: Sheet, x: float, y: float, rows: Sequence[tuple[str | Part, Style]], leading: float = 1.3,
            align: str = "l") -> float:  # fmt: skip
    """Rows below each other as one block; gives the baseline after the last."""
    with sheet.block("paragraph"):
        for what, style in rows:
            part = what if isinstance(what, Part) else Part(what, style)
            sheet.write(x, y, [part], align=align)
            y += part.style.size * leading
    return y


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says; ``name`` of the field that it is the value of, ``span`` columns, ``style`` if not the row's."""

    text: str
    name: str = ""
    normal: str = ""
    span: int = 1
    style: Style | None = None
    header: bool = False


@dataclass(frozen=True, slots=True)
class TableLook:
    """How a table is drawn.

    Attributes:
        rules: "grid", "rows", "outer", "book" (lines above, below and under the head), "dotted" or "none".
        head_fill, stripe: Grounds of the head and of every other row, or None.
        colour, width: Of the rules.
        pad: Points between rule and text.
        row: Height of a one-line row in em.
    """

    rules: str = "grid"
    head_fill: Colour | None = None
    stripe: Colour | None = None
    colour: Colour = (90, 90, 90)
    width: float = 0.5
    pad: float = 4.0
    row: float = 1.9


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Columns of a table: left edge, widths, how each is aligned ("l", "m", "r")."""

    x: float
    widths: tuple[float, ...]
    aligns: str

    @property
    def edges(self) -> list[float]:
        edges = [self.x]
        for width in self.widths:
            edges.append(edges[-1] + width)
        return edges


def table(
    sheet: Sheet, y: float, plan: TablePlan, rows: Sequence[Sequence[Cell]], styles: tuple[Style, Style],
    look: TableLook, heads: int = 1,
) -> float:  # fmt: skip
    """A table whose upper edge is ``y``; the first ``heads`` rows are its head, in the second style.

    Returns:
        Its lower edge.
    """
    edges = plan.edges
    tops = [y]
    with sheet.block("table") as block:
        for number, row in enumerate(rows):
            head = number < heads
            style = styles[1] if head else styles[0]
            spans: list[tuple[int, int, Cell, list[str]]] = []
            column, most = 0, 1
            for cell in row:
                width = edges[column + cell.span] - edges[column] - 2 * look.pad
                lines = wrap(sheet, cell.text, cell.style or style, width) if cell.text else []
                spans.append((column, column + cell.span, cell, lines))
                most = max(most, len(lines))
                column += cell.span
            high = style.size * (look.row + 1.22 * (most - 1))
            _ground(sheet, plan, tops[-1], high, look, number - heads)
            block.cells.append([])
            for start, end, cell, lines in spans:
                left, right, top = edges[start], edges[end], tops[-1]
                align = "l" if cell.span > 1 and not head else "m" if cell.span > 1 else plan.aligns[start]
                at = {"l": left + look.pad, "r": right - look.pad, "m": (left + right) / 2}[align]
                used = cell.style or style
                line_y = top + style.size * (look.row / 2 + 0.36)
                for text in lines:
                    sheet.write(at, line_y, [Part(text, used, cell.name, cell.normal)], align=align)
                    line_y += style.size * 1.22
                corners = [(left * sheet.scale, top * sheet.scale), (right * sheet.scale, (top + high) * sheet.scale)]
                block.cells[-1].append(DraftCell(" ".join(lines), around(corners), cell.span, head or cell.header))
            tops.append(tops[-1] + high)
        corners = [(edges[0] * sheet.scale, y * sheet.scale), (edges[-1] * sheet.scale, tops[-1] * sheet.scale)]
        block.corners = around(corners)
    _rules(sheet, plan, tops, rows, look, heads)
    return tops[-1]


def _ground(sheet: Sheet, plan: TablePlan, top: float, high: float, look: TableLook, body_row: int) -> None:
    edges = plan.edges
    fill = look.head_fill if body_row < 0 else look.stripe if body_row % 2 else None
    if fill is not None:
        sheet.box(edges[0], top, edges[-1], top + high, fill=fill)


def _rules(
    sheet: Sheet, plan: TablePlan, tops: list[float], rows: Sequence[Sequence[Cell]], look: TableLook, heads: int
) -> None:
    edges = plan.edges
    left, right, colour, width = edges[0], edges[-1], look.colour, look.width
    if look.rules in ("grid", "rows"):
        for y in tops:
            sheet.rule(left, y, right, y, colour, width)
    if look.rules in ("grid", "outer"):
        for row, (top, bottom) in zip(rows, pairwise(tops), strict=True):
            column = 0
            for cell in row[:-1]:
                column += cell.span
                if look.rules == "grid":
                    sheet.rule(edges[column], top, edges[column], bottom, colour, width)
        sheet.box(left, tops[0], right, tops[-1], edge=colour, width=width)
    if look.rules == "book":
        for y, share in ((tops[0], 1.8), (tops[-1], 1.8), (tops[heads], 1.0)):
            sheet.rule(left, y, right, y, colour, width * share)
    if look.rules == "dotted":
        for y in tops[heads:]:
            sheet.dotted(left, y, right, colour)
    if look.rules == "outer":
        sheet.rule(left, tops[heads], right, tops[heads], colour, width)
