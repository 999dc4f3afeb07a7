"""Results of a run as plain rows, and what they should be. Knows Parquet and the stub reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bayou.bulk.rows import TIMED
from bayou.documents.document import Document
from bayou.documents.open_pages import open_pages
from bayou.documents.to_text import to_text
from bayou.errors import InputError
from bayou.reading.folder_inputs import find_sources
from bayou.reading.folder_workers import ReadSettings
from tests.bulk.stub_reader import StubReader

Row = dict[str, Any]


def rows_in(output: Path) -> list[Row]:
    """All rows, by document and page, without the columns in which two runs may differ."""
    rows = [row for path in sorted(output.glob("part-*.parquet")) for row in pq.read_table(path).to_pylist()]
    plain = [{name: value for name, value in row.items() if name not in TIMED} for row in rows]
    return sorted(plain, key=lambda row: (row["document"], row["page"]))


def texts_of(scans: Path) -> list[tuple[str, int, str, str]]:
    """Document, page, status and text of each page, read one after the other in this process, without any of bulk."""
    reader = StubReader(ReadSettings())
    found: list[tuple[str, int, str, str]] = []
    for source in find_sources([str(scans)]).sources:
        assert source.path is not None
        try:
            pages = [reader.read_page(raw) for raw in open_pages(source.path)]
        except InputError:
            found.append((source.name, 0, "failed", ""))
        else:
            found += [(source.name, page.number, page.status, to_text(Document((page,)))) for page in pages]
    return sorted(found)


def told(rows: list[Row]) -> list[tuple[str, int, str, str]]:
    """The same of rows."""
    return [(row["document"], row["page"], row["status"], row["text"]) for row in rows]
