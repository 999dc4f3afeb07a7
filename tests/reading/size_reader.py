"""A reader that opens documents for real and, instead of reading, states each page's size: quick and steady."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from bayou.documents.document import Block, Document, Line, Page
from bayou.documents.geometry import Box
from bayou.documents.open_pages import OpenOptions, RawPage, open_pages
from bayou.errors import ModelError, UsageError
from bayou.reading.extraction import Extraction
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.line_record import fill
from bayou.reading.schemas import Schema

SECONDS = "BAYOU_TEST_SECONDS_A_DOCUMENT"
LOG = "BAYOU_TEST_LOG"
"""A file that gets a line for each document that is read, also by other processes."""


class SizeReader:
    """A file called ``crash...`` ends the process, ``fault...`` raises what no reader should."""

    def __init__(self, model: str = "nano") -> None:
        if model == "unknown":
            raise UsageError("no model is called 'unknown'; there are nano, ppocr, or a folder")
        if model == "broken":
            raise ModelError("tensors are missing", "broken/model.safetensors")
        if model == "uninstalled":
            raise ModuleNotFoundError("No module named 'rapidocr'")
        self.model = model

    def read(
        self,
        source: str | Path | bytes,
        *,
        pages: str | None = None,
        dpi: float = 200,
        password: str | None = None,
        force_ocr: bool = False,
        max_pixels: int = 150_000_000,
        max_pages: int = 5_000,
        on_page: Callable[[Page], None] | None = None,
    ) -> Document:
        name = "" if isinstance(source, bytes) else Path(source).name
        if log := os.environ.get(LOG):
            with open(log, "a", encoding="utf-8") as file:
                file.write(f"{name}\n")
        if name.startswith("crash"):
            os._exit(70)
        if name.startswith("fault"):
            raise KeyError("a fault")
        if name.startswith("interrupt"):
            raise KeyboardInterrupt
        options = OpenOptions(pages, dpi, password, max_pixels, max_pages, force_ocr)
        read: list[Page] = []
        for raw in open_pages(source, options):
            read.append(_page(raw, name.startswith("halffailed")))
            if on_page is not None:
                on_page(read[-1])
        time.sleep(float(os.environ.get(SECONDS, "0")))
        return Document(tuple(read), name=name, model=self.model)

    def extract(
        self,
        source: str | Path | bytes,
        schema: Schema,
        *,
        options: OpenOptions | None = None,
        on_page: Callable[[Page], None] | None = None,
    ) -> Extraction:
        opened = options or OpenOptions()
        return fill(self.read(source, pages=opened.pages, on_page=on_page), schema, self.model)


def _page(raw: RawPage, last_fails: bool) -> Page:
    if last_fails and raw.number == 2:
        return Page(raw.number, raw.width, raw.height, raw.unit, status="failed", message="the detector gave up")
    if raw.image.min() == 255:
        return Page(raw.number, raw.width, raw.height, raw.unit, status="blank", seconds=time.perf_counter())
    digest = hashlib.sha256(raw.image.tobytes()).hexdigest()[:8]
    box = Box(0, 0, raw.width, raw.height)
    line = Line(f"page {raw.number}: {raw.width:g} x {raw.height:g} {raw.unit} {digest}", box, 0.5, "model")
    block = Block("paragraph", box, (line,))
    return Page(raw.number, raw.width, raw.height, raw.unit, (block,), message=raw.message, seconds=time.perf_counter())


def make_size_reader(settings: ReadSettings) -> SizeReader:
    """What ``bayou.cli.main.main`` takes in place of bayou's own reader."""
    return SizeReader(settings.model)
