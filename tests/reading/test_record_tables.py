from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from bayou.reading.line_record import fill
from bayou.reading.record_tables import csv_text, flat_columns, list_table, lists_of, main_table, workbook
from bayou.reading.schemas import load_schema, schema_of
from tests.reading.printed_pages import RECEIPT, printed

SCHEMA = load_schema("receipt").json


def test_a_row_a_document_and_a_table_for_its_list() -> None:
    found = [fill(RECEIPT, load_schema("receipt"), "nano").to_dict()]
    assert lists_of(SCHEMA) == {"line_items": ["description", "quantity", "unit_price", "amount"]}
    head, row = main_table(SCHEMA, found, whole=False)
    assert dict(zip(head, row, strict=True))["total"] == 37.63
    assert "line_items" not in head
    assert main_table(SCHEMA, found, whole=True)[0] == ["document", *flat_columns(SCHEMA)]
    assert list_table("line_items", ["description", "amount"], found) == [
        ["document", "entry", "description", "amount"],
        ["page.png", 1, "CUTTING DISC", 30.0],
        ["page.png", 2, "PAINT BRUSH", 5.5],
    ]
    assert csv_text([["a", None, 1.5], ['say "x"', "two\nlines", ""]]) == 'a,,1.5\n"say ""x""","two\nlines",\n'


def test_no_text_on_a_page_becomes_a_formula() -> None:
    page = printed([(40, "Motto"), (300, "=HYPERLINK(1)")])
    schema = {"type": "object", "properties": {"motto": {"type": "string"}}}
    found = [fill(page, schema_of(schema), "nano").to_dict()]
    cell = load_workbook(io.BytesIO(workbook(schema, found)))["records"]["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_a_workbook_without_its_package_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from bayou.errors import MissingExtraError

    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"bayou\[xlsx\]"):
        workbook(SCHEMA, [])
