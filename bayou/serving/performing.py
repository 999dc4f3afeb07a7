"""Does what a worker is asked, with a reader. Knows readers and documents; not processes, queues or HTTP."""

from __future__ import annotations

import base64
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bayou.documents.document import Document, Line, Page
from bayou.documents.json_format import from_json, page_to_dict, to_json
from bayou.documents.open_pages import count_pages
from bayou.documents.page_ranges import select_pages
from bayou.documents.raw_page import OpenOptions
from bayou.errors import LimitError
from bayou.reading.progress import LinesRead, OnReading, PageBegun, ReadingEvent
from bayou.reading.read_document import document_of
from bayou.reading.schemas import load_schema
from bayou.serving.answering import AnsweringReader, ask, chat, told_progress
from bayou.serving.exporting import export
from bayou.serving.work import AskWork, ChatWork, CountWork, Done, ExportWork, ExtractWork, ReadWork, Told, Upload, Work

LARGEST_PICTURE = 1600
"""Pixels of the longer side of a page's picture in a stream."""
JPEG_QUALITY = 80

Tell = Callable[[Told], None]
"""Says something on the way. It raises where the work is given up."""


class ServedReader(AnsweringReader, Protocol):
    """What a worker needs of a reader; ``bayou.reading.reader.Reader`` is one."""

    def load(self, on_progress: Callable[[float], None] | None = None) -> None:
        """Loads the model now."""

    def read_pages(
        self, source: bytes, options: OpenOptions | None = None, on_reading: OnReading | None = None
    ) -> Iterator[Page]:
        """The pages, each read when it is asked for."""


def perform(reader: ServedReader, work: Work, tell: Tell) -> Done:
    """Does a piece of work; ``tell`` is called often, so that it can be given up."""

    def read_for(options: OpenOptions) -> Callable[[Upload], Document]:
        return lambda upload: _document(reader, ReadWork(upload, options), tell)[0]

    match work:
        case ReadWork():
            return _read(reader, work, tell)
        case CountWork():
            numbers, _ = _numbers(work.upload, work.options)
            return Done(json.dumps(list(numbers)))
        case ExportWork():
            return export(from_json(work.document), work)
        case ExtractWork():
            return _extract(reader, work, tell)
        case AskWork():
            return Done(_json(ask(reader, work, read_for(work.options), lambda event: tell(told_progress(event)))))
        case ChatWork():
            return Done(_json(chat(reader, work, read_for(work.options), tell)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _numbers(upload: Upload, options: OpenOptions) -> tuple[range | tuple[int, ...], int]:
    """The pages asked for, and how many the file has."""
    total = count_pages(upload.data, options, upload.name or None)
    numbers = select_pages(options.pages, total, upload.name or None)
    if len(numbers) > options.max_pages:
        raise LimitError(
            f"{len(numbers)} pages, but at most {options.max_pages} are read at once: ask for fewer, or make it a job",
            upload.name or None,
        )
    return numbers, total


def _read(reader: ServedReader, work: ReadWork, tell: Tell) -> Done:
    document, seconds = _document(reader, work, tell)
    return Done(to_json(document), counts=_statuses(document), seconds=seconds)


def _document(reader: ServedReader, work: ReadWork, tell: Tell) -> tuple[Document, dict[str, float]]:
    """What is read, and seconds by stage."""
    start = time.perf_counter()
    numbers, total = _numbers(work.upload, work.options)
    tell(Told("pages", {"count": len(numbers), "total": total}))
    pages: list[Page] = []
    first: float | None = None

    def on_reading(event: ReadingEvent) -> None:
        nonlocal first
        if isinstance(event, LinesRead) and event.lines and first is None:
            first = time.perf_counter() - start
        tell(_told(event, work))

    for page in reader.read_pages(work.upload.data, work.options, on_reading):
        pages.append(page)
        tell(Told("page", page_to_dict(page)))
    document = document_of(pages, work.upload.data, work.upload.name, reader.model)
    seconds = {"pages": sum(page.seconds for page in pages)}
    if first is not None:
        seconds["first_lines"] = first
    return document, seconds


def _extract(reader: ServedReader, work: ExtractWork, tell: Tell) -> Done:
    schema = load_schema(work.schema, files=False)
    source: bytes | Document
    counts: dict[str, int] = {}
    seconds: dict[str, float] = {}
    if work.document is not None:
        source = from_json(work.document)
    else:
        assert work.upload is not None
        source = work.upload.data
        if reader.reads_lines:  # read here, so that it can be given up between lines
            source, seconds = _document(reader, ReadWork(work.upload, work.options), tell)
            counts = _statuses(source)
    found = reader.extract(source, schema, options=work.options, on_event=lambda event: tell(told_progress(event)))
    return Done(found.to_json(), counts=counts, seconds=seconds)


def _statuses(document: Document) -> dict[str, int]:
    return dict(Counter(str(page.status) for page in document.pages))


def _told(event: ReadingEvent, work: ReadWork) -> Told:
    match event:
        case PageBegun():
            data: dict[str, object] = {
                "page": event.number,
                "width": event.width,
                "height": event.height,
                "unit": event.unit,
            }
            if work.images:
                data["image"] = picture(event.image)
            return Told("page_start", data)
        case LinesRead():
            lines = [line_dict(line) for line in event.lines] if work.lines else []
            return Told("lines", {"page": event.number, "lines": lines, "draft": event.is_draft})
        case _:
            return told_progress(event)


def line_dict(line: Line) -> dict[str, object]:
    """A line of a stream; its box in the page's unit."""
    box = None if line.box is None else [line.box.left, line.box.top, line.box.right, line.box.bottom]
    return {"text": line.text, "box": box, "confidence": line.confidence}


def picture(image: NDArray[np.uint8]) -> str:
    """A page (uint8 RGB [H, W, 3]) as a data address, no larger than a screen."""
    made = Image.fromarray(image)
    made.thumbnail((LARGEST_PICTURE, LARGEST_PICTURE))
    file = io.BytesIO()
    made.save(file, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
