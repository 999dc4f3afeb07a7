"""How well tables are found: pages drawn with a known table, read, and compared by tree edit distance similarity.

    python -m benchmarks.tables [--model nano] [--pages 10]

A page on which no table is found scores what an empty table scores; of several the best counts. Figures go to
``results/tables.json``.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bayou.scorers.tables import TableCell, teds
from benchmarks import measurement
from benchmarks.drawing import STYLES, table_pages

if TYPE_CHECKING:
    from bayou.documents.document import Document

Rows = list[list[TableCell]]


def found_tables(document: Document) -> list[Rows]:
    """The tables of a document as rows of scorer's cells."""
    blocks = [block for page in document.pages for block in page.blocks]
    return [
        [[TableCell(cell.text, cell.row_span, cell.column_span) for cell in row] for row in block.table.rows]
        for block in blocks
        if block.table is not None
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="Tree edit distance similarity of tables on drawn pages.")
    parser.add_argument("--model", default="nano", help="bayou's model")
    parser.add_argument("--pages", type=int, default=10, help="pages of each style")
    parser.add_argument("--data", help="not used; accepted so that all programs take the same arguments")
    options = parser.parse_args()
    from bayou.reading.reader import Reader

    reader = Reader(model=options.model)
    scores: dict[str, list[tuple[float, float]]] = {style: [] for style in STYLES}
    missed = dict.fromkeys(STYLES, 0)
    with tempfile.TemporaryDirectory() as folder:
        for drawn in table_pages(options.pages):
            path = Path(folder) / "page.png"
            drawn.page.save(path, dpi=(150, 150))
            tables = found_tables(reader.read(path))
            missed[drawn.style] += not tables
            candidates = tables or [[]]
            scores[drawn.style].append(
                (
                    max(teds(table, drawn.rows) for table in candidates),
                    max(teds(table, drawn.rows, structure_only=True) for table in candidates),
                )
            )
    rows = [
        {
            "engine": f"bayou {Path(options.model).name}",
            "style": style,
            "n": len(found),
            "teds": sum(score for score, _ in found) / len(found),
            "teds_structure": sum(score for _, score in found) / len(found),
            "no_table_found": missed[style],
        }
        for style, found in scores.items()
    ]
    measurement.show(rows)
    print(measurement.write("tables", {"pages_of_each_style": options.pages, "dpi": 150}, rows))


if __name__ == "__main__":
    main()
