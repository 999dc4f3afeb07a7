"""A reader whose pages state their size, for a server that answers at once: quick, and as slow as it is told to be."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bayou.documents.document import Block, Document, Line, Page
from bayou.documents.geometry import Box
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import OpenOptions
from bayou.engine.request import ImageEncoded, PromptRead, TextPiece
from bayou.errors import ModelError, UsageError
from bayou.inputs.messages import Message
from bayou.reading.answers import Answer, OnEvent
from bayou.reading.evidence import Evidence
from bayou.reading.extraction import Extraction, Field
from bayou.reading.folder_workers import ReadSettings
from bayou.reading.progress import LinesRead, OnReading, PageBegun
from bayou.reading.schemas import Schema

SECONDS = "BAYOU_TEST_SECONDS_A_LINE"
LOG = "BAYOU_TEST_LOG"
"""A file that gets a line for each page that is read, also by other processes."""
LINES = 4
CRASH, HANG = 13, 14
"""Widths of pages that end the process, or keep it busy for good."""
ANSWERING = "made-answerer"
"""A model of this name answers by itself."""


class MadeReader:
    """States each page's size in some lines, as if it had read them one by one; answers with what it was asked."""

    def __init__(self, model: str, seconds: float) -> None:
        self.model = model
        self.reads_lines = model != ANSWERING
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

    def extract(
        self, source: bytes | Document, schema: Schema, *, options: OpenOptions | None, on_event: OnEvent | None
    ) -> Extraction:
        assert isinstance(source, Document)
        text = source.pages[0].lines[0].text
        field = Field("total", text, text, 0.5, (Evidence(text, 1, (Box(0, 0, 1, 1),)),))
        return Extraction({"total": text}, (field,), self.model, source, schema.problems({"total": text}))

    def ask(
        self,
        sources: Sequence[bytes | Document],
        question: str,
        *,
        history: Sequence[tuple[str, str]],
        max_new_tokens: int,
        options: OpenOptions | None,
        evidence: bool,
        on_event: OnEvent | None,
    ) -> Answer:
        if "joke" in question:
            return Answer("", "stop", self.model, note="larger models tell jokes: bayou pull 2b", found=False)
        said = f"{len(sources)} sources, {len(history)} turns: {question}"
        return Answer(said, "stop", self.model, confidence=0.5, evidence=(Evidence("q", 1),), found=True)

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        schema: Mapping[str, Any] | None,
        on_event: OnEvent | None,
    ) -> Answer:
        assert on_event is not None
        pictures = sum(len(message.images) for message in messages)
        text = '{"pictures": 2}' if schema is not None else f"I see {pictures} pictures. Nothing else."
        if "wrong" in str(messages[-1].parts[-1]):
            raise UsageError("that can't be")
        words = [word if number == 0 else " " + word for number, word in enumerate(text.split(" "))][:max_new_tokens]
        for done in range(pictures):
            on_event(ImageEncoded(done + 1, pictures))
        on_event(PromptRead(100))
        for word in words:
            time.sleep(self._seconds)
            on_event(TextPiece(word))
        reason = "length" if len(words) < len(text.split(" ")) else "stop"
        tokens = tuple((word, 0.5) for word in words)
        return Answer("".join(words), reason, self.model, 100, len(words), 0.5, tokens=tokens)


def make_reader(settings: ReadSettings) -> MadeReader:
    """What the pool takes in place of bayou's own reader."""
    if settings.model == "broken":
        raise ModelError("tensors are missing", "broken/model.safetensors")
    return MadeReader("made" if settings.model == "nano" else settings.model, float(os.environ.get(SECONDS, "0")))
