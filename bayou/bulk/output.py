"""What an output holds between runs: a header, what was measured, a receipt for each shard. Knows names; reads no page.

``part-*`` are results; a name that is there is whole and counts. Names with ``_`` or ``.`` in front are passed over by
programs that read a folder of Parquet: ``_summary.json``, ``_report.html`` for people, ``_bayou`` for the next run.
A shard's rows wait below ``_bayou/staged``; its receipt is written, and then its file gets its name, by the run alone
that holds the lock: so no worker of a run that was killed can add rows to those of the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from bayou.bulk.items import Measured, Receipt
from bayou.bulk.store import Store
from bayou.bulk.worker import STAGED, Task
from bayou.errors import OutputError

HEADER = "_bayou/run.json"
RECEIPTS = "_bayou/shards"
MEASURED = "_bayou/measured"
SUMMARY = "_summary.json"
REPORT = "_report.html"
PREFIX = "part-"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Header:
    """What a run into an output must have in common with those before."""

    input: str
    format: str
    settings: str
    described: str = ""
    version: int = FORMAT

    def difference(self, other: Header) -> str:
        """What differs, in words for a user; "" where nothing that matters does."""
        if self.version != other.version:
            return f"was written in layout {other.version}, and this bayou writes layout {self.version}"
        if self.input != other.input:
            return f"holds results of {other.input}"
        if self.format != other.format:
            return f"holds {other.format}, and --to says {self.format}"
        if self.settings != other.settings:
            same = "before the model or bayou changed" if self.described == other.described else f"now {self.described}"
            return f"was read with other settings: {other.described}; {same}"
        return ""


class Output:
    """One output, while its lock is held."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def begin(self, header: Header, overwrite: bool) -> None:
        """Makes the output this run's.

        Raises:
            OutputError: It holds results of something else, or files that bayou didn't write.
        """
        text = self.store.read(HEADER)
        if text is None and not overwrite and any(name.startswith(PREFIX) for name in self.store.names()):
            raise OutputError("there are results here that bayou didn't write; choose another --output", self._label)
        if overwrite:
            self._forget()
        elif text is not None:
            try:
                before = Header(**json.loads(text))
            except (ValueError, TypeError) as error:
                raise OutputError(f"{HEADER} is damaged ({error}); --overwrite begins anew", self._label) from error
            if difference := header.difference(before):
                raise OutputError(f"{difference}; choose another --output, or --overwrite begins anew", self._label)
        self.store.clear(STAGED)
        self.store.write(HEADER, json.dumps(asdict(header), indent=1).encode())

    def _forget(self) -> None:
        """All that bayou has written here, the results first: what is left of a forgetting that was stopped is none."""
        self.store.remove([*self._parts(), SUMMARY, REPORT])
        for folder in (RECEIPTS, MEASURED, STAGED):
            self.store.clear(folder)

    @property
    def _label(self) -> str:
        return self.store.label

    def _parts(self) -> list[str]:
        return [name for name in self.store.names() if name.startswith(PREFIX)]

    def receipts(self) -> list[Receipt]:
        """Of the shards that are there; what else lies around is taken away."""
        parts = set(self._parts())
        found: list[Receipt] = []
        for name, data in sorted(self.store.read_all(self.store.names(RECEIPTS)).items()):
            try:
                receipt = Receipt.from_json(data)
            except (ValueError, KeyError, TypeError) as error:
                raise OutputError(f"{name} is damaged ({error}); --overwrite begins anew", self._label) from error
            if receipt.file in parts:
                found.append(receipt)
            else:
                self.store.remove([name])  # the run was stopped before the shard got its name
        self.store.remove(parts - {receipt.file for receipt in found})
        return found

    def drop(self, receipts: Iterable[Receipt]) -> None:
        """Takes shards away that don't count any more; the rows go first."""
        for receipt in receipts:
            self.store.remove([receipt.file, _receipt_name(receipt)])

    def commit(self, receipt: Receipt, task: Task) -> None:
        """Gives a finished shard its name.

        Raises:
            OutputError: Its rows aren't there.
        """
        self.store.write(_receipt_name(receipt), receipt.to_json().encode())
        try:
            self.store.move(task.staged(receipt.shard), receipt.file)
        except OutputError as error:
            self.store.remove([_receipt_name(receipt)])
            message = "a worker's rows are not here; --output must be a place that all computers of the cluster share"
            raise OutputError(f"{message} ({error})", self._label) from error

    def measured(self) -> list[Measured]:
        """What earlier runs found out about documents."""
        found: list[Measured] = []
        for data in self.store.read_all(self.store.names(MEASURED)).values():
            try:
                found += [Measured.from_json(line) for line in data.decode().splitlines()]
            except (ValueError, KeyError, TypeError):  # another version's: these documents are looked at again
                continue
        return found

    def keep_measured(self, measured: Sequence[Measured], name: str) -> None:
        """Keeps what was found out, a piece at a time."""
        text = "".join(one.to_json() + "\n" for one in measured)
        self.store.write(f"{MEASURED}/{name}.jsonl", text.encode())

    def finish(self, summary: str, report: str) -> None:
        self.store.clear(STAGED)
        self.store.write(SUMMARY, summary.encode())
        self.store.write(REPORT, report.encode())


def _receipt_name(receipt: Receipt) -> str:
    return f"{RECEIPTS}/{receipt.shard}.json"
