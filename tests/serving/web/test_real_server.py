"""The page of a real ``bayou serve`` with nano: the example invoice read, corrected and exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bayou.documents.json_format import from_json
from benchmarks.web_page import INVOICE, serving
from tests.serving.web.conftest import Open

pytestmark = pytest.mark.slow
SECONDS = 120_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    pytest.importorskip("fastapi", reason="bayou[serve] isn't installed")
    with serving() as address:
        yield address


def test_the_invoice_is_read_corrected_and_exported(open_page: Open, address: str, tmp_path: Path) -> None:
    page = open_page(address)
    page.set_default_timeout(SECONDS)
    page.set_input_files("#file-input", INVOICE)
    page.wait_for_selector(".draft")  # text comes before the page is whole
    page.wait_for_selector(".file[data-state=read]")
    said = page.locator("#text .line").all_text_contents()
    assert "Larkspur & Wren Joinery Ltd" in said and "£4,399.14" in said
    assert page.locator("#viewer .box").count() == len(said)
    page.locator("#text .line", has_text="LW-2025-0417").click()
    page.keyboard.press("Control+a")
    page.keyboard.type("LW-2025-0418")
    page.keyboard.press("Enter")
    page.click("#tab-export")
    for to, beginning in {"markdown": b"#", "json": b"{", "pdf": b"%PDF-", "csv": b"", "alto": b"<?xml"}.items():
        with page.expect_download() as download:
            page.click(f"button[data-to={to}]")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        content = path.read_bytes()
        assert content.startswith(beginning) and len(content) > 100, to
        if to in ("markdown", "csv"):
            assert b"LW-2025-0418" in content
        if to == "json":
            lines = from_json(content).pages[0].lines
            assert [line.text for line in lines if line.source == "hand"] == ["LW-2025-0418"]


def test_what_can_not_be_read_is_told_in_its_place(open_page: Open, address: str) -> None:
    page = open_page(address)
    page.set_default_timeout(SECONDS)
    page.set_input_files("#file-input", {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"no PDF"})
    page.wait_for_selector(".file[data-state=failed]")
    assert "notes.pdf" in page.locator(".trouble .error").inner_text()
