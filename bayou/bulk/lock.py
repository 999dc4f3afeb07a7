"""One run at a time in one output, and a dead run holds nothing. Knows locks and heartbeats; not what a run does.

On a file system the lock is the system's own, which goes with the process. A bucket has none: there the lock is a
numbered lease, an object whose holder writes it anew every few seconds. The highest number holds. A lease that isn't
written any more is overtaken by creating the next number, which only one can do; so no clocks are compared.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from filelock import FileLock, Timeout

from bayou.bulk.store import BucketStore, FolderStore, Store, folder_told
from bayou.errors import BayouError, OutputError

LOCK_NAME = ".bayou-bulk.lock"
LEASES = "_bayou/leases"
BUSY = "another run is writing here; wait for it, or choose another --output"


class Lock(Protocol):
    """A context manager, entered by one run at a time."""

    def __enter__(self) -> Self:
        """Takes it; OutputError where another run has it."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Gives it back."""

    def check(self) -> None:
        """Nothing while it is held; OutputError once it was lost."""


def lock_of(store: Store) -> Lock:
    """The lock that suits a store."""
    if isinstance(store, FolderStore):
        return FolderLock(store)
    assert isinstance(store, BucketStore)
    return Lease(store)


class FolderLock:
    """The system's lock on a file in the folder."""

    def __init__(self, store: FolderStore) -> None:
        self._store = store
        self._lock = FileLock(store.folder / LOCK_NAME)

    def __enter__(self) -> Self:
        with folder_told(Path(self._store.label)):
            try:
                self._store.folder.mkdir(parents=True, exist_ok=True)
                self._lock.acquire(timeout=0)
            except Timeout as error:
                raise OutputError(BUSY, self._store.label) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lock.release()  # its empty file stays: removing it could take away the lock of the next run

    def check(self) -> None:
        """The system doesn't take it away."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds: between two heartbeats, and how long a lease that isn't written any more is watched."""

    beat: float = 10.0
    watch: float = 45.0


@dataclass(frozen=True, slots=True)
class _Holder:
    owner: str
    host: str
    process: int
    beats: int = 0
    released: bool = False


class Lease:
    """The lock of a bucket; ``on_wait`` is told where a lease has to be watched first."""

    def __init__(self, store: BucketStore, patience: Patience | None = None) -> None:
        self._store = store
        self._patience = patience or Patience()
        self.on_wait: Callable[[str], None] = lambda text: None
        self._number = 0
        self._holder = _Holder(secrets.token_hex(8), socket.gethostname(), os.getpid())
        self._ended = threading.Event()
        self._beating: threading.Thread | None = None
        self._trouble = ""

    def __enter__(self) -> Self:
        number, content = self._highest()
        if number and not _is_released(content):
            self._watch(number, content)
        self._number = number + 1
        if not self._store.create(self._name(self._number), self._content()):
            raise OutputError(BUSY, self._store.label)
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        if self._beating is not None:
            self._beating.join()
        if not self._trouble:
            self._holder = _Holder(**{**asdict(self._holder), "released": True})
            self._store.write(self._name(self._number), self._content())
            self._store.remove(name for name in self._store.names(LEASES) if name < self._name(self._number))

    def check(self) -> None:
        if self._trouble:
            raise OutputError(f"the lock of this run was lost: {self._trouble}", self._store.label)

    def _name(self, number: int) -> str:
        return f"{LEASES}/{number:08d}.json"

    def _content(self) -> bytes:
        return json.dumps(asdict(self._holder)).encode()

    def _highest(self) -> tuple[int, bytes]:
        names = self._store.names(LEASES)
        if not names:
            return 0, b""
        return int(names[-1].rpartition("/")[2].removesuffix(".json")), self._store.read(names[-1]) or b""

    def _watch(self, number: int, content: bytes) -> None:
        """Returns once the lease has stood still for long enough."""
        holder = json.loads(content)
        who = f"process {holder['process']} on {holder['host']}"
        self.on_wait(f"{self._store.label}: held by {who}; looking for {self._patience.watch:g} s whether it lives")
        end = time.monotonic() + self._patience.watch
        while time.monotonic() < end:
            time.sleep(min(1.0, self._patience.watch / 10))
            now, fresh = self._highest()
            if now == number and _is_released(fresh):
                return
            if (now, fresh) != (number, content):
                raise OutputError(f"{BUSY} ({who})", self._store.label)

    def _beat(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(self._patience.beat):
            try:
                number, _ = self._highest()
                if number != self._number:
                    self._trouble = "another run has taken it, since this one did not answer"
                    return
                self._holder = _Holder(**{**asdict(self._holder), "beats": self._holder.beats + 1})
                self._store.write(self._name(self._number), self._content())
                last = time.monotonic()
            except BayouError as error:
                if time.monotonic() - last > self._patience.watch / 2:
                    self._trouble = str(error)
                    return


def _is_released(content: bytes) -> bool:
    try:
        return bool(json.loads(content)["released"])
    except (ValueError, KeyError, TypeError):
        return False
