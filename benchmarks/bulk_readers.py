"""Readers for benchmarks of bulk runs that only wait: for schedules, stragglers and failures. Knows no model."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from bayou.documents.document import Block, Document, Line, Page
from bayou.documents.geometry import Box
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.schemas import Schema

SECONDS = "BAYOU_BENCHMARK_SECONDS_A_PAGE"
"""The mean; each page takes between a half and one and a half of it, and one in fifty twenty times as long."""
RARE, LONG = 50, 20


class WaitingReader:
    """Waits instead of reading, as long as the page's pixels say; the same page always as long."""

    def __init__(self, settings: ReadSettings) -> None:
        self.model = "waiting"

    answers = False

    def load(self) -> None:
        """Nothing to load."""

    def read_page(self, raw: RawPage) -> Page:
        time.sleep(seconds_of(raw))
        box = Box(0, 0, raw.width, raw.height)
        line = Line(f"page {raw.number}, {int(raw.image.sum())}", box, 1.0, "model")
        return Page(raw.number, raw.width, raw.height, raw.unit, (Block("paragraph", box, (line,)),))

    def extract(self, source: Document | Path, schema: Schema, *, options: OpenOptions | None = None) -> object:
        raise NotImplementedError


def seconds_of(raw: RawPage) -> float:
    """How long a page takes."""
    chance = random.Random(int(raw.image.sum()))
    mean = float(os.environ.get(SECONDS, "0"))
    return mean * (LONG if chance.randrange(RARE) == 0 else chance.uniform(0.5, 1.5))


def make_waiting_reader(settings: ReadSettings) -> WaitingReader:
    """What ``bayou.bulk.run`` takes in place of bayou's own."""
    return WaitingReader(settings)
