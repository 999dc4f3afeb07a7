"""What is measured: a reader of lines and pages, a member that answers, a server's model. Knows how each is asked."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bayou.documents.document import Document, Page
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.errors import InputError
from bayou.evaluation.benchmark import Asking, Picture, Reads, Reply, Sample
from bayou.reading.answers import Answer, Limits, answer_confidence
from bayou.reading.line_answers import answer_from_lines
from bayou.reading.lone_lines import read_alone
from bayou.reading.reader import line_pixels
from bayou.reading.recogniser import Recogniser
from bayou.reading.tasks import question_messages

if TYPE_CHECKING:
    from bayou.engine.endpoint_settings import EndpointSettings
    from bayou.engine.model import Model

LINES_AT_A_TIME = 32
Ask = Callable[[Sample, Asking], Reply]
ReadPage = Callable[[Picture], Document]


class Subject(Protocol):
    """Something that is measured.

    Attributes:
        name: What reports call it.
        identity: What tells it from any other: weights, runtime, precision. JSON.
        answers: Whether it answers questions about pictures, or only reads.
        reads: What it does of samples that it may do by reading.
    """

    name: str
    identity: Mapping[str, Any]
    answers: bool
    reads: Collection[Reads]

    @property
    def most_in_flight(self) -> int:
        """Most samples that were asked at a time so far."""

    def replies(self, samples: Iterable[Sample], asking: Asking) -> Iterator[tuple[Sample, Reply]]:
        """Each sample with what came back, in order.

        What a sample itself is at fault for (a picture that is none, a prompt too long) is a reply that failed; any
        other error ends the iteration, and the same call goes on later from where it stopped.
        """


def failed(error: InputError, seconds: float = 0.0) -> Reply:
    """The reply to a sample that can't be asked."""
    return Reply("", finish="failed", failure=type(error).__name__, message=str(error), seconds=seconds)


def page_reply(read: ReadPage, source: Picture) -> Reply:
    """A page, or a document of several, as read."""
    start = time.perf_counter()
    try:
        document = read(source)
    except InputError as error:
        return failed(error, time.perf_counter() - start)
    pages = document.pages
    return Reply(
        document.to_text(),
        document.to_markdown(),
        tuple((line.text, line.confidence) for page in pages for line in page.lines),
        confidence=pages[0].confidence if len(pages) == 1 else None,
        message=", ".join(page.status for page in pages),
        seconds=time.perf_counter() - start,
    )


class LineSubject:
    """nano or ppocr: lines in batches, pages one by one, plain questions looked up in what was read.

    Args:
        read_page: Reads a page as the product does.
    """

    answers = False
    reads: Collection[Reads] = ("line", "page", "question")

    def __init__(self, recogniser: Recogniser, read_page: ReadPage, identity: Mapping[str, Any]) -> None:
        self.name = recogniser.name
        self.identity = identity
        self.most_in_flight = 0
        self._recogniser, self._read_page = recogniser, read_page
        self._last: tuple[Picture, Document] | None = None

    def replies(self, samples: Iterable[Sample], asking: Asking) -> Iterator[tuple[Sample, Reply]]:
        """See ``Subject``; samples that can't be read are not to be among them."""
        for kind, group in groupby(samples, key=lambda sample: sample.reads):
            while batch := list(islice(group, LINES_AT_A_TIME if kind == "line" else 1)):
                self.most_in_flight = max(self.most_in_flight, len(batch))
                match kind:
                    case "line":
                        yield from self._lines(batch)
                    case "question":
                        yield batch[0], self._looked_up(batch[0])
                    case _:
                        yield batch[0], page_reply(self._read_page, batch[0].images[0])

    def _looked_up(self, sample: Sample) -> Reply:
        """An answer from what stands on the page; "" where it doesn't say, or where this can't be looked up."""
        start, picture = time.perf_counter(), sample.images[0]
        if self._last is None or self._last[0] != picture:  # several questions are about one page
            try:
                self._last = picture, self._read_page(picture)
            except InputError as error:
                return failed(error, time.perf_counter() - start)
        answer = answer_from_lines(self._last[1], sample.asks, self.name)
        seconds = time.perf_counter() - start
        if not answer.found:
            return Reply("", message=answer.text or answer.note, seconds=seconds)
        return Reply(answer.text, confidence=answer.confidence, message=answer.note, seconds=seconds)

    def _lines(self, batch: list[Sample]) -> Iterator[tuple[Sample, Reply]]:
        start = time.perf_counter()
        crops, refused = {}, {}
        for place, sample in enumerate(batch):
            try:
                crops[place] = line_pixels(sample.images[0])
            except InputError as error:
                refused[place] = failed(error)
        lines = dict(zip(crops, read_alone(self._recogniser, list(crops.values())) if crops else [], strict=True))
        seconds = (time.perf_counter() - start) / len(batch)
        for place, sample in enumerate(batch):
            if place in refused:
                yield sample, refused[place]
            else:
                yield sample, Reply(lines[place].text, confidence=lines[place].confidence, seconds=seconds)


@dataclass(slots=True)
class _Counter:
    """How many are asked now, and were at most."""

    now: int = 0
    most: int = 0


class AnsweringSubject:
    """A model that answers questions, several at a time; pages it reads one by one, as ``bayou read`` would.

    Args:
        open_asking: Makes ready for so many questions at a time and gives what asks one.
        reading_prompt: With what it is told to read a single line.
        read_page: Reads a page as the product does.
        jobs: Most questions at a time.
    """

    answers = True
    reads: Collection[Reads] = ("line", "page", "question")

    def __init__(
        self,
        name: str,
        identity: Mapping[str, Any],
        open_asking: Callable[[], AbstractContextManager[Ask]],
        reading_prompt: str,
        read_page: ReadPage,
        jobs: int,
    ) -> None:
        self.name, self.identity = name, identity
        self._open_asking, self._prompt, self._read_page, self._jobs = open_asking, reading_prompt, read_page, jobs
        self._count, self._lock = _Counter(), threading.Lock()

    @property
    def most_in_flight(self) -> int:
        """Most that were asked at a time."""
        return self._count.most

    def replies(self, samples: Iterable[Sample], asking: Asking) -> Iterator[tuple[Sample, Reply]]:
        """See ``Subject``."""
        for is_page, group in groupby(samples, key=lambda sample: not sample.prompt and sample.reads == "page"):
            if is_page:
                for sample in group:
                    self._count.most = max(self._count.most, 1)
                    yield sample, page_reply(self._read_page, sample.images[0])
            else:
                with self._open_asking() as ask, ThreadPoolExecutor(self._jobs) as pool:
                    yield from self._windowed(pool, ask, group, asking)

    def _windowed(
        self, pool: ThreadPoolExecutor, ask: Ask, samples: Iterator[Sample], asking: Asking
    ) -> Iterator[tuple[Sample, Reply]]:
        """No more samples are taken than are asked, so that memory stays as it is however many there are."""
        waiting: deque[tuple[Sample, Future[Reply]]] = deque()
        try:
            for sample in samples:
                waiting.append((sample, pool.submit(self._asked, ask, sample, asking)))
                if len(waiting) >= self._jobs:
                    first, answered = waiting.popleft()
                    yield first, answered.result()
            while waiting:
                first, answered = waiting.popleft()
                yield first, answered.result()
        finally:
            for _, answered in waiting:
                answered.cancel()

    def _asked(self, ask: Ask, sample: Sample, asking: Asking) -> Reply:
        with self._lock:
            self._count.now += 1
            self._count.most = max(self._count.most, self._count.now)
        start = time.perf_counter()
        try:
            return ask(sample, asking)
        except InputError as error:
            return failed(error, time.perf_counter() - start)
        finally:
            with self._lock:
                self._count.now -= 1


def full_prompt(sample: Sample, asking: Asking, reading_prompt: str) -> str:
    """What a sample asks, word for word."""
    if not sample.prompt:
        return reading_prompt
    return sample.prompt + (asking.ending if sample.ending is None else sample.ending)


def read_document(read: Callable[[RawPage], Page], name: str) -> ReadPage:
    """What opens a picture or file and reads its pages, a PDF's too from its pixels alone."""

    def read_all(source: Picture) -> Document:
        pages = tuple(read(raw) for raw in open_pages(source, OpenOptions(force_ocr=True)))
        return Document(pages, "" if isinstance(source, bytes) else Path(source).name, "", name)

    return read_all


@contextmanager
def scheduled(model: Model, reading_prompt: str, jobs: int) -> Iterator[Ask]:
    """Questions to a member in this process, batched while they are written."""
    from bayou.engine.scheduler import Scheduler
    from bayou.engine.tile_reader import Options

    def ask(sample: Sample, asking: Asking) -> Reply:
        start = time.perf_counter()
        messages = question_messages(full_prompt(sample, asking, reading_prompt), list(sample.images))
        options = Options(asking.max_new_tokens, asking.max_tiles, asking.msac if len(sample.images) == 1 else None)
        made = scheduler.submit(messages, options).result()
        return Reply(
            made.text,
            confidence=answer_confidence([[math.exp(value) for value in made.logprobs]]),
            finish="length" if made.finish_reason == "length" else "stop",
            seconds=time.perf_counter() - start,
            prompt_tokens=len(made.prompt_ids),
            new_tokens=len(made.token_ids),
        )

    with Scheduler(model, rows=jobs, waiting=max(jobs, 1)) as scheduler:
        yield ask


@contextmanager
def served(settings: EndpointSettings, model: str, reading_prompt: str) -> Iterator[Ask]:
    """Questions to a server, each thread over a connection of its own."""
    from bayou.reading.endpoint_answers import EndpointAnswerer

    own = threading.local()

    def ask(sample: Sample, asking: Asking) -> Reply:
        if "answerer" not in vars(own):
            own.answerer = EndpointAnswerer(settings, model)
        messages = question_messages(full_prompt(sample, asking, reading_prompt), list(sample.images))
        return answer_reply(own.answerer.answer(messages, Limits(asking.max_new_tokens)))

    yield ask


def answer_reply(answer: Answer) -> Reply:
    """An answer of the reading room as a reply."""
    return Reply(
        answer.text,
        confidence=answer.confidence,
        finish=answer.finish_reason,
        seconds=answer.seconds,
        prompt_tokens=answer.prompt_tokens,
        new_tokens=answer.new_tokens,
    )
