"""Opens files in a process that can be killed: for time, for memory, or because it crashed. Knows processes; no Ray."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self, cast

import psutil

from bayou.bulk.items import FailureKind
from bayou.bulk.page_messages import Alive, Finished, Job, MakeReader, Reply, Start, Stop, receive, send
from bayou.bulk.settings import BulkSettings

LOOK_SECONDS = 0.2
"""How often the process's memory is looked at."""
LEAST_MEMORY = 4 << 30
DYING_SECONDS = 2.0
START_TRIES = 3


class Killed(Exception):
    """The process died, or was killed, over a job.

    Args:
        kind: timeout, memory or crash.
        reason: For a user.
    """

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: FailureKind = kind
        self.reason = reason


class StopRun(Exception):
    """Not a fault of one file (a model that can't be used, a wrong option): the run ends here."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class PageProcess:
    """One process at a time, started when it is needed and again after it died. A context manager."""

    def __init__(self, make_reader: MakeReader, settings: BulkSettings) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bayou-bulk-", ignore_cleanup_errors=True)
        self._start = Start(make_reader, settings, self._folder.name)
        self._limits = settings.limits
        self._memory = self._limits.memory or default_memory()
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: queue.Queue[Reply | None] = queue.Queue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """Ends the process and removes what it fetched."""
        self.kill()
        self._folder.cleanup()

    def kill(self) -> int | None:
        """Ends the process, whatever it does; its exit status."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        return _ended(process)

    def ask(self, job: Job) -> Iterator[Reply]:
        """A job's replies as they come, without the last.

        Raises:
            Killed: The process is gone; the replies so far stand.
            StopRun: No job would fare better.
        """
        self._give(job)
        seconds = self._limits.seconds
        while True:
            reply = self._next(seconds)
            if isinstance(reply, Finished):
                return
            if isinstance(reply, Stop):
                raise StopRun(reply.message, reply.exit_code)
            loading = isinstance(reply, Alive) and reply.loading
            seconds = self._limits.start_seconds if loading else self._limits.seconds
            if not isinstance(reply, Alive):
                yield reply

    def _give(self, job: Job) -> None:
        """Sends a job to a process that is up; dying before it is isn't the job's fault."""
        if self._process is not None and self._process.poll() is not None:
            self.kill()  # it died while it had nothing to do
        tries = 0
        while self._process is None:
            self._process = self._started()
            tries += 1
            with contextlib.suppress(OSError):
                send(cast(BinaryIO, self._process.stdin), self._start)
            try:
                self._next(self._limits.start_seconds)  # it says that it is up
            except Killed as killed:
                if tries == START_TRIES:
                    raise StopRun(f"the process that opens files can't be started: {killed.reason}", 1) from killed
        with contextlib.suppress(OSError):  # it is dying; the next look at its replies says so
            send(cast(BinaryIO, self._process.stdin), job)

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "bayou.bulk.page_program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        replies: queue.Queue[Reply | None] = queue.Queue()
        self._replies = replies

        def listen() -> None:
            with contextlib.suppress(OSError, ValueError), cast(BinaryIO, process.stdout) as stream:
                for reply in receive(stream):
                    replies.put(reply)
            replies.put(None)

        threading.Thread(target=listen, daemon=True).start()
        return process

    def _next(self, seconds: float) -> Reply:
        process = self._process
        assert process is not None
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0:
                self.kill()
                raise Killed("timeout", f"took more than {seconds:g} s, twice; --seconds-a-page raises the limit")
            try:
                reply = self._replies.get(timeout=min(left, LOOK_SECONDS))
            except queue.Empty:
                if _held(process.pid) > self._memory:
                    self.kill()
                    held = f"{self._memory / 2**30:.1f} GB"
                    reason = f"took more than {held} of memory, twice; --memory-a-page raises the limit"
                    raise Killed("memory", reason) from None
                continue
            if reply is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=DYING_SECONDS)  # so that its own end is told, and not ours
                raise Killed("crash", _death(self.kill()))
            return reply


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Its exit status. Its output is closed by the thread that listens to it."""
    with contextlib.suppress(OSError):
        cast(BinaryIO, process.stdin).close()
    return process.wait()


def default_memory() -> int:
    """The computer's memory shared out among its processors, and at least 4 GB."""
    return max(LEAST_MEMORY, int(psutil.virtual_memory().total) // (os.cpu_count() or 1))


def _held(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0  # it is gone, which its replies will tell


def _death(status: int | None) -> str:
    how = f"was killed by signal {-status}" if status is not None and status < 0 else f"ended with {status}"
    more = ", perhaps for want of memory" if status == -9 else ""
    return f"the process that read it {how}{more}, twice"
