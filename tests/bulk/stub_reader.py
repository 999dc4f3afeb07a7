"""A reader that states each page's size and a hash of its pixels; pages of certain widths are poison."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

from bayou.documents.document import Block, Document, Line, Page, Source
from bayou.documents.geometry import Box
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.errors import ModelError
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.page_reader import needs_model
from bayou.reading.schemas import Schema

CRASHES, HANGS, GROWS, FAULTS, CRASHES_ONCE = 601, 602, 603, 604, 605
"""Widths in pixels of pages that are poison."""
SECONDS = "BAYOU_TEST_SECONDS_A_PAGE"
MARKS = "BAYOU_TEST_MARKS"
"""A folder for files that tell later processes what happened before."""


class StubReader:
    """``bayou.bulk.page_messages.BulkReader`` without a model."""

    def __init__(self, settings: ReadSettings) -> None:
        self.model = f"stub-{settings.model}"
        self._broken = settings.model == "broken"
        self._held: list[bytes] = []

    answers = False

    def load(self) -> None:
        if self._broken:
            raise ModelError("tensors are missing", "broken/model.safetensors")

    def read_page(self, raw: RawPage) -> Page:
        time.sleep(float(os.environ.get(SECONDS, "0")))
        self._do_harm(raw.image.shape[1])
        digest = hashlib.sha256(raw.image.tobytes()).hexdigest()[:12]
        box = Box(0, 0, raw.width, raw.height)
        source: Source = "model" if needs_model(raw) else "native"
        line = Line(f"page {raw.number}: {raw.width:g} x {raw.height:g} {raw.unit} {digest}", box, 0.5, source)
        blocks = (Block("paragraph", box, (line,)),)
        return Page(raw.number, raw.width, raw.height, raw.unit, blocks, confidence=0.5, seconds=time.perf_counter())

    def extract(self, source: Document | Path, schema: Schema, *, options: OpenOptions | None = None) -> StubExtraction:
        assert isinstance(source, Document)
        return StubExtraction(source, schema)

    def _do_harm(self, width: int) -> None:
        if width == CRASHES or (width == CRASHES_ONCE and _first_time("crashed")):
            os.kill(os.getpid(), signal.SIGSEGV)
        if width == HANGS:
            time.sleep(3600)
        while width == GROWS:
            self._held.append(b"x" * (16 << 20))
            time.sleep(0.01)
        if width == FAULTS:
            raise KeyError("a fault")


class StubExtraction:
    """Says how many pages there were and what was asked."""

    def __init__(self, source: Document, schema: Schema) -> None:
        self._record = {"pages": len(source.pages), "schema": schema.name}

    def to_dict(self) -> dict[str, object]:
        return {"record": self._record}


def _first_time(name: str) -> bool:
    try:
        (Path(os.environ[MARKS]) / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def make_stub_reader(settings: ReadSettings) -> StubReader:
    """What ``bayou.cli.main.main`` takes in place of bayou's own reader."""
    return StubReader(settings)
