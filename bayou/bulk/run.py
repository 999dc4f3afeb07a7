"""A bulk run into an output: what is there stays, the rest is read. Knows the order of steps; reads no page."""

from __future__ import annotations

import pickle
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bayou.bulk.cluster import ClusterOptions, check_address, cluster, load_ray
from bayou.bulk.items import Listed, Measured, Receipt, Shard
from bayou.bulk.listing import Columns, Listing, list_input
from bayou.bulk.lock import Lease, Lock, lock_of
from bayou.bulk.output import Header, Output
from bayou.bulk.page_messages import MakeReader
from bayou.bulk.plan import Cut, Done, items_of, known, shards_of
from bayou.bulk.report import to_html
from bayou.bulk.settings import BulkSettings, Format
from bayou.bulk.shown_urls import is_url, shown, without_secrets
from bayou.bulk.store import open_store
from bayou.bulk.summary import RunFigures, Subject, Summary, summary_of
from bayou.bulk.worker import ShardActor, Task, measure_batch
from bayou.errors import BayouError

MEASURE_BATCH, MEASURED_A_FILE = 256, 2048
"""Documents that a process looks into (it takes a second to start), and those kept for the next run in a file."""
TASKS_A_WORKER = 2
"""Shards that a worker has at a time, the one it reads included, so that it needn't wait for the next."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """What a run reads, how, and where to.

    Attributes:
        cut: How many pages a file of results has at most.
        overwrite: Begin anew, whatever the output holds.
        retry_failed: Read again what failed.
    """

    input: str
    output: str
    make_reader: MakeReader
    format: Format = "parquet"
    columns: Columns = field(default_factory=Columns)
    settings: BulkSettings = field(default_factory=BulkSettings)
    cluster: ClusterOptions = field(default_factory=ClusterOptions)
    cut: Cut = field(default_factory=Cut)
    overwrite: bool = False
    retry_failed: bool = False


class RunReport(Protocol):
    """Who is told what happens."""

    def note(self, text: str) -> None:
        """Something to be said in passing."""

    def looking(self, done: int, total: int) -> None:
        """So many documents are looked into."""

    def begin(self, pages: int, done: int) -> None:
        """Reading begins; ``done`` pages of all were there before."""

    def receipt(self, receipt: Receipt) -> None:
        """A shard is finished and counts."""


class RunStopped(BayouError):
    """The run can't go on, and not because of one file; what was finished stays."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def run_bulk(options: BulkOptions, report: RunReport) -> Summary:
    """Reads what the output lacks.

    Raises:
        InputError: The input can't be listed.
        OutputError: The output can't be written, holds something else, or another run has it.
        UsageError: The model, the columns or the cluster can't be what was said.
        RunStopped: A worker could not go on.
    """
    started = time.perf_counter()
    model: str = options.make_reader(options.settings.read).model  # a wrong name is said before anything is begun
    check_address(options.cluster.address)
    listing = list_input(options.input, options.columns, options.output)
    for note in listing.notes:
        report.note(note)
    store = open_store(options.output)
    lock = lock_of(store)
    if isinstance(lock, Lease):
        lock.on_wait = report.note
    with ExitStack() as ending:
        ending.enter_context(lock)
        output = Output(store)
        source = options.input if is_url(options.input) else str(Path(options.input).absolute())
        output.begin(
            Header(shown(source), options.format, options.settings.hash, options.settings.described), options.overwrite
        )
        task = Task(store, options.format, options.settings, options.make_reader, secrets.token_hex(6), model)
        return _Run(options, report, lock, output, task, ending).read(listing, started)


class _Run:
    """One run with the lock held. Ray is started when there is something for it to do, and stopped at the end."""

    def __init__(
        self, options: BulkOptions, report: RunReport, lock: Lock, output: Output, task: Task, ending: ExitStack
    ) -> None:
        self._options, self._report, self._lock, self._output = options, report, lock, output
        self._task = task
        self._ending = ending

    @cached_property
    def _workers(self) -> int:
        return self._ending.enter_context(cluster(self._options.cluster))

    def read(self, listing: Listing, started: float) -> Summary:
        documents = self._measured(listing.documents)
        receipts, done = self._kept(documents)
        pages = sum(len(one.wanted) or 1 for one in documents.values())
        there = sum(receipt.rows for receipt in receipts)
        whole = bool(self._options.settings.schema)
        cut = Cut(self._options.cut.pages, whole)
        if pages > there:
            cut = cut.for_run(pages - there, self._workers)
        items = (item for one in documents.values() for item in items_of(one, done.pages(one.listed.document), cut))
        shards = list(shards_of(items, self._task.settings.hash, cut))
        workers = min(self._workers, len(shards)) if shards else 0
        self._report.begin(pages, there)
        begun = time.perf_counter()
        before = len(receipts)
        subject = Subject(shown(self._options.input), self._task.model, self._task.settings.hash, len(documents), pages)
        for receipt in self._results(shards):
            self._lock.check()
            self._output.commit(receipt, self._task)
            receipts.append(receipt)
            self._report.receipt(receipt)
        new = sum(receipt.rows for receipt in receipts[before:])
        run = RunFigures(new, time.perf_counter() - started, begun - started, workers)
        summary = summary_of(subject, receipts, run)
        self._lock.check()
        self._output.finish(summary.to_json(), to_html(summary))
        return summary

    def _measured(self, listed: Sequence[Listed]) -> dict[str, Measured]:
        """Every document's content and pages, in the order of the input."""
        before = self._output.measured()
        if self._options.retry_failed:
            before = [one for one in before if one.failure is None]
        found, others = known(listed, before)
        new: list[Measured] = []
        files = 0
        self._report.looking(len(found), len(listed))
        task = self._task
        looking = looked_into(others, task.make_reader, task.settings, self._workers) if others else ()
        for measured in looking:
            found[measured.listed.document] = measured
            new.append(measured)
            if len(new) >= MEASURED_A_FILE:
                self._output.keep_measured(new, f"{task.run}-{files:06d}")
                files, new = files + 1, []
            self._report.looking(len(found), len(listed))
        if new:
            self._output.keep_measured(new, f"{task.run}-{files:06d}")
        return {one.document: found[one.document] for one in listed}

    def _kept(self, documents: dict[str, Measured]) -> tuple[list[Receipt], Done]:
        """The shards that still count, and what is in them; the others are taken away."""
        done, kept, dropped = Done(), list[Receipt](), list[Receipt]()
        for receipt in self._output.receipts():
            failed = self._options.retry_failed and bool(receipt.failures)
            whole = bool(self._options.settings.schema)
            good = not failed and done.take(receipt, documents, self._task.settings.hash, whole)
            (kept if good else dropped).append(receipt)
        if dropped:
            rows = sum(receipt.rows for receipt in dropped)
            self._report.note(f"{rows:,} rows are out of date or to be tried again; their pages are read anew")
            self._output.drop(dropped)
        return kept, done

    def _results(self, shards: Sequence[Shard]) -> Iterator[Receipt]:
        if not shards:
            return
        ray = load_ray()
        rows = [{"shard": pickle.dumps(shard)} for shard in shards]
        wanted = self._options.cluster
        data = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            ShardActor,
            fn_constructor_args=(self._task,),
            batch_size=1,
            compute=actors(min(self._workers, len(rows))),
            num_cpus=wanted.cpus,
            num_gpus=wanted.gpus or None,
        )
        for text in _rows(data, "receipt"):
            receipt = Receipt.from_json(text)
            if receipt.stop is not None:
                raise RunStopped(*receipt.stop)
            yield receipt


def looked_into(
    listed: Sequence[Listed], reader: MakeReader, settings: BulkSettings, workers: int
) -> Iterator[Measured]:
    """Each document's content and pages, as Ray's workers find them.

    Raises:
        RunStopped: The settings can't be used.
    """
    if not listed:
        return
    batch = max(1, min(MEASURE_BATCH, -(-len(listed) // (2 * workers))))
    rows = [{"document": pickle.dumps(one)} for one in listed]
    data = (
        load_ray()
        .data.from_items(rows, override_num_blocks=-(-len(rows) // batch))
        .map_batches(measure_batch, batch_size=batch, fn_kwargs={"make_reader": reader, "settings": settings})
    )
    for one in _rows(data, "measured"):
        measured = pickle.loads(one)
        if not isinstance(measured, Measured):
            raise RunStopped(*measured)
        yield measured


def actors(workers: int) -> Any:
    """A pool of workers that shrinks where a node is lost, and when there is nothing left to do."""
    load_ray()
    from ray.data import ActorPoolStrategy

    return ActorPoolStrategy(
        min_size=1, max_size=workers, initial_size=workers, max_tasks_in_flight_per_actor=TASKS_A_WORKER
    )


def _rows(data: Any, column: str) -> Iterator[Any]:
    """One column's values as they are made.

    Raises:
        RunStopped: Ray gave up.
    """
    from ray.exceptions import RayError

    try:
        for batch in data.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pyarrow"):
            yield from batch.column(column).to_pylist()
    except RayError as error:
        said = f"Ray gave up; what is done stays, and the same command again goes on. It said: {error}"
        raise RunStopped(without_secrets(said), BayouError.exit_code) from error
