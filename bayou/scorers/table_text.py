"""Tables written in a text, as HTML or as Markdown with bars, to rows of cells. Knows strings; not who wrote them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from bayou.scorers.tables import Rows, TableCell

_HTML = re.compile(r"<table\b.*?(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)
_BARS = re.compile(r"^[ \t]*\|.*$(?:\n[ \t]*\|.*$)+", re.MULTILINE)
_RULE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*$")


class _Tables(HTMLParser):
    """Collects cells of the outermost tables; tags within a cell are left out of its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[TableCell]]] = []
        self._spans = (1, 1)
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            self._end_cell()
            given = dict(attributes)
            self._spans = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self._text = []
        elif tag == "br" and self._text is not None:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end_cell()

    def _end_cell(self) -> None:
        if self._text is None:
            return
        if not self.tables[-1]:
            self.tables[-1].append([])
        self.tables[-1][-1].append(TableCell(" ".join("".join(self._text).split()), *self._spans))
        self._text = None


def _span(value: str | None) -> int:
    return max(1, min(int(value), 1000)) if value and value.strip().isdecimal() else 1


def html_tables(text: str) -> list[Rows]:
    """Tables written as HTML; one that is cut off ends with the text."""
    parser = _Tables()
    parser.feed("".join(match[0] for match in _HTML.finditer(text)))
    parser.close()
    return list(parser.tables)


def markdown_tables(text: str) -> list[Rows]:
    """Tables written with bars; the line of dashes is no row."""
    found: list[Rows] = []
    for match in _BARS.finditer(text):
        rows = [
            [TableCell(cell.strip().replace(r"\|", "|")) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            for line in match[0].splitlines()
            if not _RULE.match(line)
        ]
        found.append(rows)
    return found


def tables_in(text: str) -> list[Rows]:
    """Tables of either kind, those in HTML first."""
    return [*html_tables(text), *markdown_tables(_HTML.sub("", text))]


def without_tables(text: str) -> str:
    """The text that stands outside tables."""
    return _BARS.sub("", _HTML.sub("", text))


def grid_of(rows: Rows) -> list[list[str]]:
    """Texts by place; a cell's text stands at each place it spans. Places without a cell are empty."""
    taken: dict[tuple[int, int], str] = {}
    for top, row in enumerate(rows):
        column = 0
        for cell in row:
            while (top, column) in taken:
                column += 1
            for down in range(min(cell.row_span, len(rows) - top)):
                for right in range(cell.column_span):
                    taken[top + down, column + right] = cell.text
            column += cell.column_span
    width = 1 + max((column for _, column in taken), default=-1)
    return [[taken.get((row, column), "") for column in range(width)] for row in range(len(rows))]


def best_pairs(scores: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Rows and columns of a matrix paired, the highest score first, each at most once."""
    order = sorted(
        ((score, row, column) for row, line in enumerate(scores) for column, score in enumerate(line)),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    rows, columns, pairs = set[int](), set[int](), []
    for _, row, column in order:
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            pairs.append((row, column))
    return pairs
