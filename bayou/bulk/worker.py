"""What runs on Ray's workers: documents measured, shards read and written. Knows items and a store; not the run."""

from __future__ import annotations

import os
import pickle
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from bayou.bulk.item_reader import ItemReader, measure
from bayou.bulk.items import Item, Listed, Measured, Receipt, Shard
from bayou.bulk.metrics import PageMetrics
from bayou.bulk.page_messages import MakeReader
from bayou.bulk.page_process import PageProcess, StopRun
from bayou.bulk.rows import SUFFIXES, PageResult, Row, encode, row_of
from bayou.bulk.settings import BulkSettings, Format
from bayou.bulk.store import Store

STAGED = "_bayou/staged"
SLOWEST = 5
"""So many of a shard's slowest pages are told; the report has the slowest of all."""
MOST_FAILED = 200
"""So many of a shard's failed pages are told with their reasons; its rows have them all."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every worker of a run knows."""

    store: Store
    format: Format
    settings: BulkSettings
    make_reader: MakeReader
    run: str
    model: str

    def staged(self, shard: str) -> str:
        """Where a shard's rows wait until the run, which alone may do that, gives them their name."""
        return f"{STAGED}/{self.run}/{shard}{SUFFIXES[self.format]}"


def measure_batch(batch: Mapping[str, Any], make_reader: MakeReader, settings: BulkSettings) -> dict[str, list[bytes]]:
    """Pickled ``Listed`` to pickled ``Measured``, or to what ends the run."""
    documents: list[Listed] = [pickle.loads(one) for one in batch["document"]]
    measured: list[Measured | tuple[str, int]] = []
    with PageProcess(make_reader, settings) as process:
        try:
            measured += measure(process, documents)
        except StopRun as stop:
            measured = [(str(stop), stop.exit_code)]
    return {"measured": [pickle.dumps(one) for one in measured]}


class ShardReader:
    """Reads shards with a process of its own, and leaves their rows in the store. A context manager."""

    def __init__(self, task: Task) -> None:
        self._task = task
        settings = task.settings
        self._process = PageProcess(task.make_reader, settings)
        self._items = ItemReader(self._process, settings.schema)
        self._metrics = PageMetrics()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.close()

    @property
    def pid(self) -> int | None:
        """The process that opens files."""
        return self._process.pid

    def read(self, shard: Shard) -> Receipt:
        """The receipt of a shard whose rows are in the store, or of one that ends the run."""
        task = self._task
        results: list[tuple[Item, PageResult]] = []
        file = shard.name + SUFFIXES[task.format]
        try:
            for item in shard.items:
                results += self._read(item)
        except StopRun as stop:
            return Receipt(shard.name, file, task.settings.hash, stop=(str(stop), stop.exit_code))
        started = time.perf_counter()
        data = encode(rows_of(results, task), task.format)
        task.store.write(task.staged(shard.name), data)
        return receipt_of(shard, file, task.settings.hash, results, (len(data), time.perf_counter() - started))

    def _read(self, item: Item) -> Iterator[tuple[Item, PageResult]]:
        for result in self._items.read(item):
            self._metrics.page(result)
            yield item, result


def rows_of(results: Sequence[tuple[Item, PageResult]], task: Task) -> list[Row]:
    return [row_of(item, result, task.model, task.settings.hash) for item, result in results]


def receipt_of(
    shard: Shard, file: str, settings: str, results: Sequence[tuple[Item, PageResult]], written: tuple[int, float]
) -> Receipt:
    """What is to be known of a shard's rows; ``written``: their bytes, and the seconds that took."""
    seconds = {"write": written[1]}
    for _, result in results:
        for stage, value in result.seconds.items():
            seconds[stage] = seconds.get(stage, 0.0) + value
    failed = [(item, result, result.failure) for item, result in results if result.failure is not None]
    took = [(round(sum(result.seconds.values()), 3), item.document, result.page.number) for item, result in results]
    return Receipt(
        shard.name,
        file,
        settings,
        done=tuple((item.document, item.sha256, item.places) for item in shard.items),
        statuses=dict(Counter(result.page.status for _, result in results)),
        failures=dict(Counter(failure.kind for _, _, failure in failed)),
        seconds={name: round(value, 4) for name, value in seconds.items()},
        slowest=tuple(sorted(took, reverse=True)[:SLOWEST]),
        failed=tuple(
            (item.document, result.page.number, failure.kind, failure.message)
            for item, result, failure in failed[:MOST_FAILED]
        ),
        retried=sum(result.attempts > 1 for _, result in results),
        rows=len(results),
        size=written[0],
    )


class ShardActor:
    """A ``ShardReader`` as Ray Data wants it: batches of pickled shards in, receipts as JSON out."""

    def __init__(self, task: Task) -> None:
        self._reader = ShardReader(task)

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[Any]]:
        receipts = [self._reader.read(pickle.loads(one)) for one in batch["shard"]]
        return {"receipt": [receipt.to_json() for receipt in receipts], "worker": [os.getpid()] * len(receipts)}
