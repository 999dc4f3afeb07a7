"""Reads documents in this process or in several. Knows jobs and their results; not which files need reading, or why.

Each further process has a reader of its own and is started afresh ("spawn": the same on every system), because PDFium
isn't safe in threads and because a file that makes native code crash must cost that file alone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Protocol, runtime_checkable

from bayou.documents.document import Document, Page
from bayou.documents.raw_page import DEFAULT_DPI, DEFAULT_MAX_PAGES, DEFAULT_MAX_PIXELS, OpenOptions
from bayou.errors import BayouError, InputError, MissingExtraError, ModelError, OutputError, UsageError
from bayou.reading.extraction import Extraction
from bayou.reading.folder_inputs import Source
from bayou.reading.folder_outputs import Part, Place, discard, render_text, write_parts
from bayou.reading.schemas import Schema, load_schema


class DocumentReader(Protocol):
    """What a run needs of a reader; ``bayou.reading.reader.Reader`` is one."""

    def read(
        self,
        source: str | Path | bytes,
        *,
        pages: str | None,
        dpi: float,
        password: str | None,
        force_ocr: bool,
        max_pixels: int,
        max_pages: int,
        on_page: Callable[[Page], None] | None,
    ) -> Document:
        """Reads one document; ``on_page`` is told of each page as soon as it is read."""


@runtime_checkable
class ExtractingReader(Protocol):
    """What a run that makes records needs of a reader besides."""

    def extract(
        self,
        source: str | Path | bytes,
        schema: Schema,
        *,
        options: OpenOptions | None,
        on_page: Callable[[Page], None] | None,
    ) -> Extraction:
        """A record of one document; as ``Reader.extract``."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How every document of a run is read; which of it changes what is read, is said in ``folder_run``.

    Attributes:
        schema: The JSON text of a schema: each document becomes a record of it. "" for documents.
    """

    model: str = "nano"
    runtime: str | None = None
    precision: str | None = None
    device: str | None = None
    pages: str | None = None
    dpi: float = DEFAULT_DPI
    password: str | None = field(default=None, repr=False)
    force_ocr: bool = False
    max_pixels: int = DEFAULT_MAX_PIXELS
    max_pages: int = DEFAULT_MAX_PAGES
    threads: int | None = None
    max_memory: int | None = None
    url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    max_new_tokens: int | None = None
    max_tiles: int | None = None
    skip_blank_tiles: bool = False
    schema: str = ""


OnPage = Callable[[], None]
"""Told that one more page is read, in whichever process."""

MakeReader = Callable[[ReadSettings], DocumentReader]
"""Makes the reader of a process. A function of a module, so that it can be named to other processes."""


@dataclass(frozen=True, slots=True)
class Job:
    """One document to read, and what to make of it: files in ``output``, or one text where that is None."""

    number: int
    source: Source
    formats: tuple[str, ...]
    output: Path | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that crossed a process.

    Attributes:
        trace: Where a fault of bayou's own lies.
        ends_run: It isn't about one file: the next would fail alike.
    """

    message: str
    exit_code: int
    trace: str = ""
    ends_run: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job.

    Attributes:
        parts: Finished outputs, not yet in their places.
        text: The document in its one format, where there is no output folder.
        pages: How many pages have which status; ``remarks``: what is to be said of pages, in order.
    """

    number: int
    parts: tuple[Part, ...] = ()
    text: str = ""
    pages: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0
    model: str = ""
    failure: Failure | None = None


class StopRun(Exception):
    """Not a fault of one file (a model that can't be used, a wrong option): the run ends here."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def do_job(reader: DocumentReader, settings: ReadSettings, job: Job, on_page: OnPage) -> Result:
    """Reads a document and writes its parts; a failure is a result too."""
    start = time.perf_counter()
    source: Path | bytes | None = job.source.path if job.source.data is None else job.source.data
    if source is None:
        raise ValueError("a source is a path or bytes")
    parts: tuple[Part, ...] = ()
    text = ""
    try:
        made = _extracted(reader, settings, source, on_page) if settings.schema else None
        document = made.document if made is not None else _read(reader, settings, source, on_page)
    except Exception as error:
        return Result(job.number, failure=_failure(error, job.source), seconds=time.perf_counter() - start)
    try:
        if job.output is None:
            text = render_text(made or document, job.formats[0])
        else:
            options = OpenOptions(password=settings.password, max_pixels=settings.max_pixels)
            parts = write_parts(made or document, job.formats, source, options, Place(job.output, job.source.name))
    except Exception as error:
        failure = replace(_failure(error, job.source), ends_run=False)
        return Result(job.number, failure=failure, seconds=time.perf_counter() - start)
    return Result(
        job.number,
        parts,
        text,
        dict(sorted(Counter(page.status for page in document.pages).items())),
        tuple(_remarks(document)),
        time.perf_counter() - start,
        document.model,
    )


def _read(reader: DocumentReader, settings: ReadSettings, source: Path | bytes, on_page: OnPage) -> Document:
    return reader.read(
        source,
        pages=settings.pages,
        dpi=settings.dpi,
        password=settings.password,
        force_ocr=settings.force_ocr,
        max_pixels=settings.max_pixels,
        max_pages=settings.max_pages,
        on_page=lambda page: on_page(),
    )


def _extracted(reader: DocumentReader, settings: ReadSettings, source: Path | bytes, on_page: OnPage) -> Extraction:
    if not isinstance(reader, ExtractingReader):
        raise UsageError("this reader reads documents and makes no records")
    options = OpenOptions(
        settings.pages, settings.dpi, settings.password, settings.max_pixels, settings.max_pages, settings.force_ocr
    )
    schema = load_schema(settings.schema, files=False)
    return reader.extract(source, schema, options=options, on_page=lambda page: on_page())


def _remarks(document: Document) -> Iterator[str]:
    for page in document.pages:
        if page.status != "ok":
            yield f"page {page.number}: {page.status}" + (f" ({page.message})" if page.message else "")
        elif page.message:
            yield f"page {page.number}: {page.message}"


def _no_reader(error: Exception) -> Failure:
    """Without a reader no file can be read, whatever the reason."""
    return replace(_failure(error, Source(None, "")), message=_said(error), ends_run=True)


def _said(error: Exception) -> str:
    if isinstance(error, BayouError):
        return str(error)
    return f"unexpected {type(error).__name__}: {error} (a fault of bayou's; --verbose shows where)"


def _failure(error: Exception, source: Source) -> Failure:
    trace = "".join(traceback.format_exception(error))
    match error:
        case BayouError():
            message, code, trace = str(error), error.exit_code, ""
        case MemoryError():
            message, code = "not enough memory to read it; try a lower --dpi, or fewer --jobs", BayouError.exit_code
        case OSError():
            message, code = f"can't be read: {error.strerror or error}", InputError.exit_code
        case _:
            message, code = _said(error), BayouError.exit_code
    ends_run = isinstance(error, UsageError | ModelError | MissingExtraError)
    # What can't be written is named after the output, which tells the source too.
    named = source.label in message or ends_run or isinstance(error, OutputError)
    message = message if named else f"{source.label}: {message}"
    return Failure(message, code, trace, ends_run)


def do_jobs(
    jobs: Iterator[Job], workers: int, make_reader: MakeReader, settings: ReadSettings, on_page: OnPage
) -> Iterator[Result]:
    """The results of jobs as they are done; with 0 ``workers`` one after the other in this process.

    ``jobs`` is asked for the next job only when a worker is free for it.

    Raises:
        StopRun: The reader can't be made, or says so while it reads.
    """
    if workers:
        yield from _Pool(workers, make_reader, settings).results(jobs, on_page)
        return
    reader: DocumentReader | None = None
    for job in jobs:
        if reader is None:
            try:
                reader = make_reader(settings)
            except Exception as error:
                raise StopRun(_no_reader(error)) from error
        yield _unless_it_ends_the_run(do_job(reader, settings, job, on_page))


def _unless_it_ends_the_run(result: Result) -> Result:
    if result.failure is not None and result.failure.ends_run:
        raise StopRun(result.failure)
    return result


def _serve(connection: Connection, make_reader: MakeReader, settings: ReadSettings) -> None:
    """A worker's life: jobs in, results out, until the other end is closed or gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which then ends its workers
    reader: DocumentReader | None = None
    while True:
        try:
            job: Job = connection.recv()
        except EOFError:
            return
        try:
            reader = reader or make_reader(settings)
        except Exception as error:
            result = Result(job.number, failure=_no_reader(error))
        else:
            result = do_job(reader, settings, job, lambda: _send_page(connection))
        try:
            connection.send(result)
        except OSError:  # the run was killed meanwhile
            discard(result.parts)
            return


def _send_page(connection: Connection) -> None:
    """A None among the results: one more page."""
    with suppress(OSError):  # the run was killed; the result, when it comes, meets the same end
        connection.send(None)


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    connection: Connection
    job: Job | None = None


class _Pool:
    """Processes that read. A process that dies fails the job it had, and another takes its place."""

    def __init__(self, workers: int, make_reader: MakeReader, settings: ReadSettings) -> None:
        self._context = multiprocessing.get_context("spawn")
        if workers > 1:  # else each would use every core, and they would wait for each other
            settings = replace(settings, threads=max(1, (os.cpu_count() or 1) // workers))
        self._arguments = (make_reader, settings)
        self._most = workers
        self._workers: list[_Worker] = []

    def results(self, jobs: Iterator[Job], on_page: OnPage) -> Iterator[Result]:
        finished = False
        try:
            while True:
                while not finished and self._has_room():
                    job = next(jobs, None)
                    finished = job is None
                    if job is not None:
                        self._give(job)
                busy = {worker.connection: worker for worker in self._workers if worker.job is not None}
                if not busy:
                    break
                for ready in wait(list(busy)):
                    result = self._take(busy[ready])  # type: ignore[index]
                    if result is None:
                        on_page()
                    else:
                        yield _unless_it_ends_the_run(result)
            for worker in self._workers:
                worker.connection.close()  # an idle worker ends when nobody can send any more
            for worker in self._workers:
                worker.process.join(timeout=5)
        finally:
            for worker in self._workers:
                if worker.process.is_alive():
                    worker.process.terminate()
                    worker.process.join()

    def _has_room(self) -> bool:
        return len(self._workers) < self._most or any(worker.job is None for worker in self._workers)

    def _idle(self) -> _Worker:
        for worker in self._workers:
            if worker.job is None:
                return worker
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, *self._arguments), daemon=True)
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]

    def _give(self, job: Job) -> None:
        worker = self._idle()
        worker.job = job
        try:
            worker.connection.send(job)
        except OSError:
            return  # it died while it had nothing to do; _take finds the closed connection and says so

    def _take(self, worker: _Worker) -> Result | None:
        job = worker.job
        if job is None:
            raise ValueError("this worker has no job")
        try:
            result: Result | None = worker.connection.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            worker.process.join()
            return Result(job.number, failure=_death(worker.process.exitcode, job.source))
        if result is not None:
            worker.job = None
        return result


def _death(exitcode: int | None, source: Source) -> Failure:
    how = f"was killed by signal {-exitcode}" if exitcode is not None and exitcode < 0 else f"ended with {exitcode}"
    message = f"the process that read it {how}, perhaps for want of memory; try a lower --dpi, or fewer --jobs"
    return Failure(f"{source.label}: {message}", BayouError.exit_code)
