"""A reader whose pages are files of text, for a server that answers at once: quick, and as slow as it is told to be."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import numpy as np

from bayou.documents.document import Block, Line, Page
from bayou.documents.geometry import Box
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import OpenOptions
from bayou.errors import ModelError
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.progress import LinesRead, OnReading, PageBegun

SECONDS = "BAYOU_TEST_SECONDS_A_LINE"
LOG = "BAYOU_TEST_LOG"
"""A file that gets a line for each page that is read, also by other processes."""
LINES = 4
CRASH, HANG = 13, 14
"""Widths of pages that end the process, or keep it busy for good."""


class MadeReader:
    """States each page's size in some lines, as if it had read them one by one."""

    model = "made"
    answers = False

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def load(self, on_progress: Callable[[float], None] | None = None) -> None:
        """Nothing to load."""

    def read_pages(
        self, source: bytes, options: OpenOptions | None = None, on_reading: OnReading | None = None
    ) -> Iterator[Page]:
        for raw in open_pages(source, options or OpenOptions()):
            if raw.width == CRASH:
                os._exit(70)
            while raw.width == HANG:
                time.sleep(0.1)
            if on_reading is not None:
                on_reading(PageBegun(raw.number, raw.width, raw.height, raw.unit, np.ascontiguousarray(raw.image)))
            lines = []
            for number in range(LINES):
                time.sleep(self._seconds)
                box = Box(0, number, raw.width, number + 1)
                lines.append(Line(f"{raw.width:g} x {raw.height:g}, line {number}", box, 0.5, "model"))
                if on_reading is not None:
                    on_reading(LinesRead(raw.number, (lines[-1],)))
            if log := os.environ.get(LOG):
                with open(log, "a", encoding="utf-8") as file:
                    file.write(f"{raw.number}\n")
            block = Block("paragraph", Box(0, 0, raw.width, LINES), tuple(lines))
            yield Page(raw.number, raw.width, raw.height, raw.unit, (block,))


def make_reader(settings: ReadSettings) -> MadeReader:
    """What the pool takes in place of bayou's own reader."""
    if settings.model == "broken":
        raise ModelError("tensors are missing", "broken/model.safetensors")
    return MadeReader(float(os.environ.get(SECONDS, "0")))
