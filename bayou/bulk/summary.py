"""What a run comes to: counts, time by stage, the slowest and the failed. Knows receipts; not where they lie."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bayou.bulk.items import Receipt

SLOWEST, FAILED = 20, 1000
"""So many are told by name; the rows have them all."""


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Of the one run that ends now.

    Attributes:
        pages: Done in this run; the others were there before.
        seconds: From its start to its end; ``start_seconds`` of them until the first shard was begun.
    """

    pages: int = 0
    seconds: float = 0.0
    start_seconds: float = 0.0
    workers: int = 0

    @property
    def pages_a_second(self) -> float:
        return self.pages / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """Of all results in an output.

    Attributes:
        statuses, failures: Pages by status, and those that failed by kind.
        seconds: Spent by workers, by stage.
        slowest, failed: As in ``Receipt``; the slowest first.
        left: Pages that this run didn't come to.
    """

    input: str
    model: str
    settings: str
    documents: int
    pages: int
    statuses: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)
    retried: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    slowest: Sequence[tuple[float, str, int]] = ()
    failed: Sequence[tuple[str, int, str, str]] = ()
    files: int = 0
    size: int = 0
    left: int = 0
    run: RunFigures = field(default_factory=RunFigures)

    def to_json(self) -> str:
        values = asdict(self)
        values["run"]["pages_a_second"] = round(self.run.pages_a_second, 4)
        return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was read, how, and how many documents and pages that is."""

    input: str
    model: str
    settings: str
    documents: int
    pages: int


def summary_of(subject: Subject, receipts: Iterable[Receipt], run: RunFigures) -> Summary:
    """The sum of all shards."""
    statuses: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    slowest: list[tuple[float, str, int]] = []
    failed: list[tuple[str, int, str, str]] = []
    retried = files = size = 0
    for receipt in receipts:
        statuses.update(receipt.statuses)
        failures.update(receipt.failures)
        seconds.update(receipt.seconds)
        slowest = sorted([*slowest, *receipt.slowest], reverse=True)[:SLOWEST]
        failed += receipt.failed[: max(0, FAILED - len(failed))]
        retried, files, size = retried + receipt.retried, files + 1, size + receipt.size
    return Summary(
        subject.input,
        subject.model,
        subject.settings,
        subject.documents,
        subject.pages,
        dict(sorted(statuses.items())),
        dict(sorted(failures.items())),
        retried,
        {name: round(value, 3) for name, value in seconds.items()},
        slowest,
        sorted(failed),
        files,
        size,
        max(0, subject.pages - statuses.total()),
        run,
    )
