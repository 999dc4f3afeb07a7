"""Records of many documents as one table: CSV, JSON Lines, a workbook. Knows extractions as JSON; reads no documents.

One row is one document. A list within the records, such as an invoice's entries, is a table of its own, with the
document's name and the entry's number in front; in a single CSV it is JSON in its cell.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bayou.errors import MissingExtraError
from bayou.reading.schemas import DEEPEST, JsonSchema, resolve

Row = list[Any]
NAME = "document"
_LONGEST_SHEET_NAME = 31


def flat_columns(schema: JsonSchema) -> list[str]:
    """The paths of all values outside lists, and of the lists themselves, in the schema's order."""
    return [path for path, _ in _parts(schema, schema, "")]


def lists_of(schema: JsonSchema) -> dict[str, list[str]]:
    """For each list of objects its path and its columns."""
    lists = {}
    for path, node in _parts(schema, schema, ""):
        inner = resolve(schema, node.get("items", {})) if isinstance(node.get("items"), Mapping) else {}
        if inner.get("properties"):
            lists[path] = list(inner["properties"])
    return lists


def _parts(whole: JsonSchema, node: JsonSchema, path: str, depth: int = 0) -> list[tuple[str, JsonSchema]]:
    found: list[tuple[str, JsonSchema]] = []
    for name, part in resolve(whole, node).get("properties", {}).items():
        inner, where = resolve(whole, part), f"{path}.{name}" if path else name
        deeper = bool(inner.get("properties")) and depth < DEEPEST
        found += _parts(whole, inner, where, depth + 1) if deeper else [(where, inner)]
    return found


def value_at(record: Any, path: str) -> Any:
    """The value of a path of names; None where there is none."""
    for name in path.split("."):
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def main_table(schema: JsonSchema, extractions: Iterable[Mapping[str, Any]], whole: bool) -> list[Row]:
    """A head and a row for each document.

    Args:
        extractions: Of each document what ``Extraction.to_dict`` gives.
        whole: Lists are columns too, as JSON.
    """
    lists = lists_of(schema)
    columns = [path for path in flat_columns(schema) if whole or path not in lists]
    rows = [[NAME, *columns]]
    for one in extractions:
        rows.append([one["name"], *(_cell(value_at(one["record"], path)) for path in columns)])
    return rows


def list_table(path: str, columns: Sequence[str], extractions: Iterable[Mapping[str, Any]]) -> list[Row]:
    """A head and a row for each entry of one list."""
    rows: list[Row] = [[NAME, "entry", *columns]]
    for one in extractions:
        for number, entry in enumerate(value_at(one["record"], path) or (), start=1):
            rows.append([one["name"], number, *(_cell(value_at(entry, name)) for name in columns)])
    return rows


def evidence_table(extractions: Iterable[Mapping[str, Any]]) -> list[Row]:
    """A head and a row for each value: where it stands and how sure it is."""
    rows: list[Row] = [[NAME, "field", "value", "printed", "confidence", "page", "reason"]]
    for one in extractions:
        for field in one["fields"]:
            pages = [evidence["page"] for evidence in field["evidence"]]
            page = pages[0] if pages else None
            rows.append(
                [
                    one["name"],
                    field["path"],
                    _cell(field["value"]),
                    field["printed"],
                    field["confidence"],
                    page,
                    field["reason"],
                ]
            )
    return rows


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def csv_text(rows: Iterable[Row]) -> str:
    """Rows as CSV; nothing for what is null."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def check_workbooks() -> None:
    """MissingExtraError where no workbook can be written."""
    try:
        import openpyxl  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingExtraError('--to xlsx needs the package openpyxl: pip install "bayou[xlsx]"') from error


def workbook(schema: JsonSchema, extractions: Sequence[Mapping[str, Any]]) -> bytes:
    """An Excel file: a sheet of records, one for each list, one of evidence. No text in it is taken for a formula.

    Raises:
        MissingExtraError: The extra ``xlsx`` is not installed.
    """
    check_workbooks()
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    tables = {"records": main_table(schema, extractions, whole=False)}
    tables |= {path: list_table(path, columns, extractions) for path, columns in lists_of(schema).items()}
    tables["evidence"] = evidence_table(extractions)
    for title, rows in tables.items():
        sheet = book.create_sheet(title[:_LONGEST_SHEET_NAME].replace("[", "(").replace("]", ")"))
        for number, row in enumerate(rows):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=_printable(value))
                if isinstance(value, str):
                    cell.data_type = "s"
                if number == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _printable(value: Any) -> Any:
    """Without the control characters that a workbook can't hold."""
    return "".join(c for c in value if c >= " " or c in "\t\n") if isinstance(value, str) else value
