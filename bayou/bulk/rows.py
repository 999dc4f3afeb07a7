"""A page as a row of results, and rows as a file. Knows the columns and two formats; not where files go."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bayou.bulk.items import Failure, Item
from bayou.bulk.settings import Format
from bayou.documents.document import Document, Page
from bayou.documents.to_markdown import to_markdown
from bayou.documents.to_text import to_text

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]

SUFFIXES: Mapping[Format, str] = {"parquet": ".parquet", "jsonl": ".jsonl"}
TIMED = ("seconds", "attempts")
"""Columns in which two runs may differ; all others are the same, whatever happened on the way."""


@dataclass(slots=True)
class PageResult:
    """What became of one page.

    Attributes:
        seconds: By stage.
        attempts: How often it was begun; 2 where its process died once.
        record: What the schema gave, as JSON; on a document's first row alone.
    """

    page: Page
    seconds: Mapping[str, float] = field(default_factory=dict)
    attempts: int = 1
    failure: Failure | None = None
    record: str | None = None


def row_of(item: Item, result: PageResult, model: str, settings: str) -> Row:
    """One row; every column is there, None where it has nothing."""
    page = result.page
    document = Document((page,))
    lines = [(block.kind, line) for block in page.blocks for line in block.lines]
    native = bool(lines) and all(line.source == "native" for _, line in lines)
    return {
        "document": item.document,
        "page": page.number,
        "pages": item.count,
        "sha256": item.sha256,
        "status": page.status,
        "message": page.message,
        "failure": "" if result.failure is None else result.failure.kind,
        "text": _whole(to_text(document)),
        "markdown": _whole(to_markdown(document)),
        "lines": [
            {
                "text": _whole(line.text),
                "box": None if line.box is None else [line.box.left, line.box.top, line.box.right, line.box.bottom],
                "confidence": line.confidence,
                "source": line.source,
                "kind": kind,
            }
            for kind, line in lines
        ],
        "confidence": page.confidence,
        "width": page.width,
        "height": page.height,
        "unit": page.unit if page.width else None,
        "rotation": page.rotation,
        "record": result.record,
        "model": "" if native else model,
        "settings": settings,
        "seconds": round(sum(result.seconds.values()), 4),
        "attempts": result.attempts,
    }


def _whole(text: str) -> str:
    """Half a surrogate pair, which a broken PDF's text may hold, is no character and becomes ``?``."""
    return text.encode("utf-8", errors="replace").decode()


def arrow_schema() -> pa.Schema:
    """The columns and their types."""
    import pyarrow as pa

    line = pa.struct(
        [
            ("text", pa.string()),
            ("box", pa.list_(pa.float64())),
            ("confidence", pa.float64()),
            ("source", pa.string()),
            ("kind", pa.string()),
        ]
    )
    texts = ("document", "sha256", "status", "message", "failure", "text", "markdown", "unit", "record", "model")
    types = {name: pa.string() for name in (*texts, "settings")}
    types |= {name: pa.int32() for name in ("page", "pages", "rotation", "attempts")}
    types |= {name: pa.float64() for name in ("confidence", "width", "height", "seconds")}
    types["lines"] = pa.list_(line)
    order = (
        *("document", "page", "pages", "sha256", "status", "message", "failure", "text", "markdown", "lines"),
        *("confidence", "width", "height", "unit", "rotation", "record", "model", "settings", "seconds", "attempts"),
    )
    return pa.schema([(name, types[name]) for name in order])


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=arrow_schema())


def encode(rows: Sequence[Row], format: Format) -> bytes:
    """Rows as the content of a file."""
    if format == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table_of(rows), file, compression="zstd")
    return file.getvalue()
