"""The process that opens files for a worker: ``python -m bayou.bulk.page_program``. Knows documents; not Ray or shards.

Whatever a file does to a process, it does to this one. Jobs come by standard input; replies go to what was standard
output, which anything else that prints is kept away from. It ends when its input does.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bayou.bulk.items import Failure, Listed, Measured, Origin, page_text
from bayou.bulk.page_messages import (
    Alive,
    BulkReader,
    Extract,
    Extracted,
    Finished,
    Job,
    Measure,
    PageDone,
    PageFailed,
    Read,
    Refused,
    Reply,
    Start,
    Stop,
    receive,
    send_all,
)
from bayou.bulk.places import Fetcher
from bayou.bulk.shown_urls import without_secrets
from bayou.documents.open_image import check_page_count
from bayou.documents.open_pages import count_pages, open_pages
from bayou.documents.page_ranges import select_pages
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.errors import (
    BayouError,
    InputError,
    LimitError,
    MissingExtraError,
    ModelError,
    PasswordError,
    UsageError,
)
from bayou.reading.page_reader import needs_model
from bayou.reading.schemas import load_schema

SPARE_SECONDS = 10.0
"""A process whose worker is gone, and that hangs in foreign code, ends by itself so long after its page's time."""


class PageProgram:
    """Does jobs, one after the other."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._settings = start.settings.read
        self._fetcher = Fetcher(Path(start.folder))
        self._reader: BulkReader | None = None
        self._loaded = False

    def replies(self, job: Job) -> Iterator[Reply]:
        """What a job gives; every one ends with ``Finished`` or ``Stop``."""
        try:
            match job:
                case Measure(documents):
                    yield from map(self._measured, documents)
                case Read():
                    yield from self._read(job)
                case Extract():
                    yield from self._extracted(job)
        except (UsageError, ModelError, MissingExtraError) as error:
            yield Stop(without_secrets(str(error)), error.exit_code)
        except Exception as error:
            yield Refused(failure_of(error))
        yield Finished()

    def _options(self, pages: str | None) -> OpenOptions:
        given = self._settings
        return OpenOptions(pages, given.dpi, given.password, given.max_pixels, given.max_pages, given.force_ocr)

    def _measured(self, listed: Listed) -> Measured:
        self._set_alarm()
        options = self._options(None)
        sha256, size = "", listed.size
        try:
            path, sha256 = self._fetch(listed.origin)
            size = path.stat().st_size
            count = count_pages(path, options, listed.document)
            wanted = select_pages(self._settings.pages, count, listed.document)
            check_page_count(len(wanted), options, listed.document)
        except UsageError:
            raise
        except Exception as error:
            return Measured(listed, sha256, size, failure=failure_of(error))
        return Measured(listed, sha256, size, count, tuple(wanted))

    def _fetch(self, origin: Origin) -> tuple[Path, str]:
        try:
            return self._fetcher.fetch(origin)
        except (BayouError, MemoryError):
            raise
        except Exception as error:  # each protocol's package raises its own
            reason = (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
            raise _Absent(without_secrets(reason, origin.url)) from error

    def _read(self, job: Read) -> Iterator[Reply]:
        self._set_alarm()
        started = time.perf_counter()
        path, sha256 = self._fetch(job.item.origin)
        if sha256 != job.item.sha256:
            raise _Changed
        fetched = time.perf_counter()
        yield Alive()
        options = self._options(page_text(job.pages))
        seconds = {"fetch": fetched - started}
        opening = fetched
        for raw in open_pages(path, options, job.item.document):
            seconds["open"] = time.perf_counter() - opening
            if raw.failure:
                yield PageFailed(raw.number, self._why(path, raw))
            else:
                if needs_model(raw):
                    yield from self._load()
                yield self._page(raw, seconds)
            self._set_alarm()
            seconds, opening = {}, time.perf_counter()

    def _load(self) -> Iterator[Reply]:
        """Loads the model before the first page that needs it; that isn't the page's time."""
        if self._loaded:
            return
        yield Alive(loading=True)
        self._set_alarm(self._start.settings.limits.start_seconds)
        self._made_reader().load()
        self._loaded = True
        yield Alive()
        self._set_alarm()

    def _page(self, raw: RawPage, seconds: dict[str, float]) -> Reply:
        started = time.perf_counter()
        try:
            page = self._made_reader().read_page(raw)
        except (UsageError, ModelError, MissingExtraError):
            raise
        except Exception as error:
            return PageFailed(raw.number, failure_of(error))
        return PageDone(page, {**seconds, "read": time.perf_counter() - started})

    def _why(self, path: Path, raw: RawPage) -> Failure:
        """Of what kind a page's failure is, which it tells when it is opened alone."""
        try:
            for _ in open_pages(path, self._options(str(raw.number))):
                pass
        except Exception as error:
            return failure_of(error)
        return Failure("input", raw.failure)

    def _extracted(self, job: Extract) -> Iterator[Reply]:
        self._set_alarm(self._start.settings.limits.start_seconds)
        yield from self._load()
        started = time.perf_counter()
        reader, schema = self._made_reader(), load_schema(self._start.settings.schema, files=False)
        if reader.answers:
            path, _ = self._fetch(job.item.origin)
            extraction = reader.extract(path, schema, options=self._options(page_text(job.item.pages)))
        else:
            extraction = reader.extract(job.document, schema)
        text = json.dumps(extraction.to_dict(), ensure_ascii=False)
        yield Extracted(text, time.perf_counter() - started)

    def _made_reader(self) -> BulkReader:
        if self._reader is None:
            self._reader = self._start.make_reader(self._settings)
        return self._reader

    def _set_alarm(self, seconds: float | None = None) -> None:
        """The system ends this process if nobody else does: a lost worker can't, and this may hang in foreign code."""
        if sys.platform != "win32":
            limit = self._start.settings.limits.seconds if seconds is None else seconds
            signal.setitimer(signal.ITIMER_REAL, limit + SPARE_SECONDS)


class _Absent(Exception):
    """The document can't be fetched."""


class _Changed(Exception):
    """The document isn't what it was when it was measured."""


def failure_of(error: BaseException) -> Failure:
    """What kind of failure an error is, in words for a user and without the secrets of URLs."""
    failure = _failure(error)
    return Failure(failure.kind, without_secrets(failure.message))


def _failure(error: BaseException) -> Failure:
    match error:
        case PasswordError():
            return Failure("password", error.message)
        case LimitError():
            return Failure("limit", error.message)
        case InputError():
            return Failure("input", error.message)
        case _Absent():
            return Failure("missing", f"can't be fetched: {error}")
        case _Changed():
            return Failure("changed", "changed while the run went on; the same command again reads it")
        case MemoryError():
            return Failure("memory", "not enough memory to read it; try a lower --dpi, or fewer workers")
        case OSError():
            return Failure("missing", f"can't be read: {error.strerror or error}")
        case BayouError():
            return Failure("fault", str(error))
        case _:
            return Failure("fault", f"unexpected {type(error).__name__}: {error} (a fault of bayou's)")


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Jobs and replies; what prints to standard output from now on prints to standard error."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    return jobs, replies


def main() -> None:
    """Serves until the input ends, and then ends at once, whatever it is doing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run
    stream, replies = _streams()
    messages = receive(stream)
    start = next(messages, None)
    if start is None:
        return
    waiting: queue.Queue[Job] = queue.Queue()

    def listen() -> None:
        for job in messages:
            waiting.put(job)
        shutil.rmtree(start.folder, ignore_errors=True)  # a worker that was killed can't
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    program = PageProgram(start)
    send_all(replies, [Alive()])  # what it took to come this far isn't a page's time
    while True:
        try:
            send_all(replies, program.replies(waiting.get()))
        except OSError:  # the worker is gone
            os._exit(0)
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
