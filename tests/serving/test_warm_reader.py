"""The reader of a server has loaded all that a page needs before the first request."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bayou.reading.folder_workers import ReadSettings
from bayou.serving.warm_reader import make_warm_reader

INVOICE = Path(__file__).resolve().parent.parent.parent / "examples" / "invoice.png"


@pytest.mark.slow
def test_nothing_is_loaded_with_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = make_warm_reader(ReadSettings(model="nano"))

    def late(*_: object) -> None:
        raise AssertionError("loaded when the page had come")

    monkeypatch.setattr("bayou.reading.page_reader.LineDetector", late)
    monkeypatch.setattr("bayou.reading.page_reader.HeadDownClassifier", late)
    file = io.BytesIO()
    with Image.open(INVOICE) as invoice:
        invoice.convert("RGB").crop((0, 0, invoice.width, invoice.height // 8)).save(file, "PNG")
    page = next(reader.read_pages(file.getvalue()))
    assert page.status == "ok"
