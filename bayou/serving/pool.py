"""Workers and the queue before them. Knows processes, time limits and who waits; not HTTP or what the work is.

A thread stands beside each worker: it gives work, passes on what is told, and kills a worker that is silent too long,
takes too long, or doesn't give up what nobody waits for. Then a fresh one takes its place.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from bayou.errors import BusyError, ModelError
from bayou.reading.folder_workers import ReadSettings
from bayou.serving.settings import ServingLimits
from bayou.serving.work import CANCELLED, Done, Event, Failed, Ready, Told, Work
from bayou.serving.worker import Ask, Cancel, MakeServedReader, live

LOG = logging.getLogger("bayou.serving")

POLL_SECONDS = 0.05
"""How soon a thread sees that its work was cancelled."""
GRACE_SECONDS = 10.0
"""So long a worker may take to give up what was cancelled: a tile of a larger member takes some seconds."""
RESTART_SECONDS = 1.0
"""Pause before a worker that could not start is started again, doubled each time."""
LONGEST_PAUSE = 60.0

Deliver = Callable[[Event], None]
"""Takes an event in a thread of the pool's."""


@dataclass(eq=False, slots=True)
class Ticket:
    """A piece of work that was asked for.

    Attributes:
        waited: Seconds until a worker took it; None as long as it waits.
        ended: When it ended, by ``time.monotonic``; None before.
    """

    number: int
    work: Work
    deliver: Deliver
    in_background: bool
    since: float = field(default_factory=time.monotonic)
    waited: float | None = None
    cancelled_at: float | None = None
    ended: float | None = None


@dataclass(eq=False, slots=True)
class _Seat:
    """Where one worker sits."""

    process: SpawnProcess | None = None
    connection: Connection | None = None
    ticket: Ticket | None = None


class Pool:
    """Processes that work, one thread beside each. Methods may be called from any thread."""

    def __init__(
        self, make_reader: MakeServedReader, reading: ReadSettings, workers: int, limits: ServingLimits
    ) -> None:
        self._context = multiprocessing.get_context("spawn")
        if workers > 1:  # else each would use every core, and they would wait for each other
            cores = multiprocessing.cpu_count()
            reading = replace(reading, threads=reading.threads or max(1, cores // workers))
        self._arguments = (make_reader, reading)
        self._limits = limits
        self._changed = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._background: deque[Ticket] = deque()
        self._seats = [_Seat() for _ in range(workers)]
        self._numbers = itertools.count(1)
        self._closing = False
        self._recent = 1.0
        self.ready: Ready | None = None
        self.restarts = 0
        self._threads = [
            threading.Thread(target=self._run, args=(seat,), name="bayou-worker", daemon=True) for seat in self._seats
        ]

    def start(self) -> Ready:
        """Start all workers, and return when they have loaded their models.

        Raises:
            ModelError: One can't.
        """
        found: Ready | Failed | None = None
        for seat in self._seats:
            self._start(seat)
        for seat in self._seats:
            found = self._greeting(seat)
            if isinstance(found, Failed):
                self._end_all()
                raise ModelError(found.message)
        assert isinstance(found, Ready)
        self.ready = found
        for thread in self._threads:
            thread.start()
        return found

    def submit(self, work: Work, deliver: Deliver, in_background: bool = False) -> Ticket:
        """Ask for a piece of work; ``deliver`` is told what happens, ``Done`` or ``Failed`` last.

        Args:
            in_background: It waits until nothing else does, and isn't counted among those who wait.

        Raises:
            BusyError: As many wait as may.
        """
        with self._changed:
            self.check_room(in_background)
            ticket = Ticket(next(self._numbers), work, deliver, in_background)
            (self._background if in_background else self._waiting).append(ticket)
            self._changed.notify()
        return ticket

    def check_room(self, in_background: bool = False) -> None:
        """BusyError where one more could not wait."""
        if self._closing:
            raise BusyError("the server is going down")
        if not in_background and len(self._waiting) >= self._limits.waiting:
            raise BusyError(f"{len(self._waiting)} requests wait already; ask again in {self.retry_after} s")

    def cancel(self, ticket: Ticket) -> None:
        """Nobody waits for it any more. Without effect on what has ended."""
        with self._changed:
            ticket.cancelled_at = ticket.cancelled_at or time.monotonic()
            for queue in (self._waiting, self._background):
                if ticket in queue:
                    queue.remove(ticket)
                    self._end(ticket, CANCELLED)

    @property
    def waiting(self) -> int:
        """How many wait for a worker."""
        return len(self._waiting)

    @property
    def working(self) -> int:
        """How many workers have something to do."""
        return sum(seat.ticket is not None for seat in self._seats)

    @property
    def alive(self) -> int:
        """How many workers there are."""
        return sum(seat.process is not None and seat.process.is_alive() for seat in self._seats)

    @property
    def process_ids(self) -> list[int]:
        """Of the workers."""
        return [seat.process.pid for seat in self._seats if seat.process is not None and seat.process.pid is not None]

    @property
    def retry_after(self) -> int:
        """Seconds after which there is likely to be room: as long as two of the last requests took on average."""
        return max(1, min(60, round(2 * self._recent / len(self._seats))))

    def close(self) -> None:
        """Take no more work, and end the workers."""
        with self._changed:
            self._closing = True
            for ticket in [*self._waiting, *self._background]:
                self._end(ticket, Failed("BusyError", "the server is going down"))
            self._waiting.clear()
            self._background.clear()
            self._changed.notify_all()
        self._end_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=5)

    def _end_all(self) -> None:
        for seat in self._seats:
            if seat.process is not None:
                seat.process.kill()
                seat.process.join()

    def _start(self, seat: _Seat) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=live, args=(theirs, *self._arguments), daemon=True)
        process.start()
        theirs.close()
        seat.process, seat.connection = process, ours

    def _greeting(self, seat: _Seat) -> Ready | Failed:
        assert seat.connection is not None
        try:
            found: Ready | Failed = seat.connection.recv()
        except (EOFError, OSError):
            return Failed("Fault", "the process that reads ended before it was ready")
        return found

    def _restart(self, seat: _Seat) -> None:
        """A fresh worker, however often it takes."""
        pause = RESTART_SECONDS
        while not self._closing:
            if seat.process is not None:
                seat.process.kill()
                seat.process.join()
            if seat.connection is not None:
                seat.connection.close()
            self.restarts += 1
            self._start(seat)
            if isinstance(self._greeting(seat), Ready):
                return
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)

    def _run(self, seat: _Seat) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._background or self._closing)
                if self._closing:
                    return
                seat.ticket = ticket = (self._waiting or self._background).popleft()
            ticket.waited = time.monotonic() - ticket.since
            if seat.process is None or not seat.process.is_alive():  # it died while it had nothing to do
                self._restart(seat)
            end, is_fit = self._work(seat, ticket)
            seat.ticket = None
            self._end(ticket, end)
            if not is_fit:
                self._restart(seat)

    def _end(self, ticket: Ticket, end: Done | Failed) -> None:
        ticket.ended = time.monotonic()
        if isinstance(end, Failed) and end.trace:
            LOG.error("a fault of bayou's in a worker\n%s", end.trace)
        if ticket.waited is not None and isinstance(end, Done) and not ticket.in_background:
            self._recent += (ticket.ended - ticket.since - ticket.waited - self._recent) / 8
        ticket.deliver(end)

    def _work(self, seat: _Seat, ticket: Ticket) -> tuple[Done | Failed, bool]:
        """How the work ended, and whether the worker can go on."""
        assert seat.connection is not None
        start = heard = time.monotonic()
        is_told = False
        try:
            seat.connection.send(Ask(ticket.number, ticket.work))
            while True:
                if seat.connection.poll(POLL_SECONDS):
                    event: Event = seat.connection.recv()
                    heard = time.monotonic()
                    if not isinstance(event, Told):
                        return event, True
                    if ticket.cancelled_at is None:
                        ticket.deliver(event)
                now = time.monotonic()
                if ticket.cancelled_at is not None and not is_told:
                    seat.connection.send(Cancel(ticket.number))
                    is_told = True
                if ticket.cancelled_at is not None and now > ticket.cancelled_at + GRACE_SECONDS:
                    return CANCELLED, False
                if now > heard + self._limits.page_seconds:
                    return _too_long(f"nothing was read for {self._limits.page_seconds:g} seconds"), False
                if now > start + self._limits.request_seconds:
                    return _too_long(f"it was not read in {self._limits.request_seconds:g} seconds"), False
        except (EOFError, OSError):
            return Failed("WorkerDied", "the process that read it died, perhaps for want of memory"), False


def _too_long(what: str) -> Failed:
    return Failed("TimeLimit", f"{what}; send fewer pages, or make it a job")
