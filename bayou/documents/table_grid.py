"""A table's cells on their grid of rows and columns, and as CSV. Knows spans; not pages or images."""

from __future__ import annotations

import csv
import io

from bayou.documents.document import Cell, Document, Table

Grid = list[list[Cell | None]]


def table_grid(table: Table) -> Grid:
    """Each cell at its first row and column; None where a span reaches, or where a row is short."""
    places: dict[tuple[int, int], Cell | None] = {}
    for row, cells in enumerate(table.rows):
        column = 0
        for cell in cells:
            while (row, column) in places:
                column += 1
            for down in range(max(1, cell.row_span)):
                for along in range(max(1, cell.column_span)):
                    places.setdefault((row + down, column + along), None)
            places[row, column] = cell
            column += max(1, cell.column_span)
    rows = max(len(table.rows), max((row for row, _ in places), default=-1) + 1)
    columns = max((column for _, column in places), default=-1) + 1
    return [[places.get((row, column)) for column in range(columns)] for row in range(rows)]


def has_spans(table: Table) -> bool:
    """Whether some cell covers more than one row or column."""
    return any(cell.row_span > 1 or cell.column_span > 1 for row in table.rows for cell in row)


def table_to_csv(table: Table) -> str:
    """One table as CSV (comma, double quotes where needed); a span's text stands in its first place."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in table_grid(table):
        writer.writerow([cell.text if cell else "" for cell in row])
    return out.getvalue()


def tables_to_csv(document: Document) -> tuple[str, ...]:
    """Every table of the document as CSV, in reading order."""
    return tuple(
        table_to_csv(block.table) for page in document.pages for block in page.blocks if block.table is not None
    )
