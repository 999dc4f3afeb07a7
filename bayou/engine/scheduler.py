"""Several requests at a time: they come, read, write and leave independently, in one thread. Knows no runtime's ways.

Between two passes of all that write there is one piece of reading for the oldest that doesn't write yet: a tile through
the tower, or a chunk of its prompt. So nobody waits for another's whole page. What has been read joins the writers,
several requests at once where they come soon after each other. Answers are those of ``Model.generate``.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from types import TracebackType

from bayou.engine.generation import Asked, Generation, collect
from bayou.engine.model import Model
from bayou.engine.request import Event, Failed, Finished, PromptRead, Request, TilePrompt, Token, Usage
from bayou.engine.speculation import Batch
from bayou.engine.text_stream import TextStream, with_text
from bayou.engine.tile_reader import Options
from bayou.errors import BusyError, UsageError
from bayou.inputs.processor import GivenMessage

MOST_PASSES_READY = 16
"""Passes of those who write, at most, before a request that has been read joins them.

To join is to copy the keys and values of all, which takes as long as some tokens do. So whoever comes meanwhile joins
in the same copy.
"""


class Ticket:
    """One request's events, as they come; iterate once, or take ``result``."""

    def __init__(self, asked: Asked, request: Request[TilePrompt], text: TextStream) -> None:
        self._asked, self.request, self._text = asked, request, text
        self._arrived: SimpleQueue[Event | Exception] = SimpleQueue()
        self._started = time.perf_counter()
        self.is_cancelled = False

    def cancel(self) -> None:
        """Write no more; the events end with ``Finished("cancelled")``. Without effect on what has ended."""
        self.is_cancelled = True

    def put(self, event: Event | Exception) -> None:
        """For the scheduler: what ``__iter__`` gives next, or raises."""
        self._arrived.put(event.error if isinstance(event, Failed) else event)

    def __iter__(self) -> Iterator[Event]:
        """Waits for each event.

        Raises:
            Exception: Whatever went wrong with this request.
        """
        return with_text(self._events(), self._text)

    def _events(self) -> Iterator[Event]:
        while True:
            event = self._arrived.get()
            if isinstance(event, Exception):
                raise event
            yield event
            if isinstance(event, Finished):
                return

    def result(self) -> Generation:
        """All of it, as ``Model.generate``; seconds spent waiting for others count as encoding or reading."""
        return collect(self._asked, self, self._started)


@dataclass(eq=False)
class _Reading:
    """A request whose prompt is not read yet."""

    index: int
    ticket: Ticket
    pieces: Generator[Event | None, None, Batch]


class Scheduler:
    """Continuous batching of a model with square tiles. The model is its alone until ``close``.

    Use it as a context manager, or close it. Methods may be called from any thread.

    Args:
        rows: Most requests that read or write at a time. Keys and values of each take about 100 KB a position for the
            0.8B in float32.
        waiting: Most requests that wait to begin.

    Raises:
        UsageError: nano, which reads lines in batches by itself; no rows.
    """

    def __init__(self, model: Model, rows: int = 4, waiting: int = 64) -> None:
        if model.tiles is None:
            raise UsageError(f"{model.name or 'this model'} reads lines: give them to read_lines, many at a time")
        if rows < 1 or waiting < 1:
            raise UsageError(f"rows and waiting must be at least 1, not {rows} and {waiting}")
        self._tiles, self._runtime = model.tiles, model.runtime
        self._most_rows, self._most_waiting = rows, waiting
        self._changed = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._closing = self._cancelling = False
        self._next_index = 0
        # What follows is the thread's own.
        self._reading: deque[_Reading] = deque()
        self._ready: list[Batch] = []
        self._passes_since_ready = 0
        self._writing: dict[int, Ticket] = {}
        """Of all that have been read, in a batch of their own yet or in that of all."""
        self._batch = Batch(self._runtime)
        self._thread = threading.Thread(target=self._run, name="bayou-scheduler", daemon=True)
        self._thread.start()

    def submit(self, messages: Sequence[GivenMessage], options: Options | None = None) -> Ticket:
        """Ask; arguments as for ``Model.stream``. Pictures are cut into tiles here, in the caller's thread.

        Raises:
            BusyError: As many requests as may wait do.
            InputError: The messages are not what the model reads.
            UsageError: An option that can't be, or the scheduler is closed.
        """
        self._check_room()
        asked, request = self._tiles.request(messages, options or Options())
        ticket = Ticket(asked, request, self._tiles.text_stream(request))
        with self._changed:
            self._check_room()
            self._waiting.append(ticket)
            self._changed.notify()
        return ticket

    @property
    def waiting(self) -> int:
        """How many requests wait to begin."""
        return len(self._waiting)

    def _check_room(self) -> None:
        if self._closing:
            raise UsageError("the scheduler is closed")
        if len(self._waiting) >= self._most_waiting:
            raise BusyError(f"{self._most_waiting} requests wait already: ask again later")

    def close(self, cancel: bool = False) -> None:
        """Take no more requests, and return when those that are there have ended; with ``cancel``, end them now."""
        with self._changed:
            self._closing = True
            self._cancelling = self._cancelling or cancel
            self._changed.notify()
        self._thread.join()

    def __enter__(self) -> Scheduler:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(cancel=error is not None)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._reading or self._writing or self._closing)
                if not (self._waiting or self._reading or self._writing):
                    return
                self._end_waiting()
                while self._waiting and len(self._reading) + len(self._writing) < self._most_rows:
                    self._admit(self._waiting.popleft())
            self._end_cancelled()
            self._read()
            self._write()

    def _admit(self, ticket: Ticket) -> None:
        pieces = self._tiles.prompts.read(self._next_index, ticket.request)
        self._reading.append(_Reading(self._next_index, ticket, pieces))
        self._next_index += 1

    def _ends(self, ticket: Ticket) -> bool:
        return ticket.is_cancelled or self._cancelling

    def _end_waiting(self) -> None:
        for ticket in [ticket for ticket in self._waiting if self._ends(ticket)]:
            self._waiting.remove(ticket)
            ticket.put(_never_written(ticket))

    def _end_cancelled(self) -> None:
        for one in [one for one in self._reading if self._ends(one.ticket)]:
            self._reading.remove(one)
            one.pieces.close()
            one.ticket.put(_never_written(one.ticket))
        for index in [index for index, ticket in self._writing.items() if self._ends(ticket)]:
            (batch,) = (one for one in [self._batch, *self._ready] if any(row.index == index for row in one.rows))
            self._writing.pop(index).put(batch.drop(index))
        self._ready = [batch for batch in self._ready if batch.rows]

    def _read(self) -> None:
        """One piece of reading for the oldest that hasn't begun to write."""
        if not self._reading:
            return
        one = self._reading[0]
        try:
            event = next(one.pieces)
            while isinstance(event, PromptRead | Token | Finished | Failed):  # all of one pass
                one.ticket.put(event)
                event = next(one.pieces)
        except StopIteration as end:
            self._reading.popleft()
            if end.value.rows:
                self._writing[one.index] = one.ticket
                self._ready.append(end.value)
        except Exception as error:  # it is that request's, and goes to whoever waits for it
            self._reading.popleft()
            one.ticket.put(error)
        else:
            if event is not None:
                one.ticket.put(event)

    def _write(self) -> None:
        """One pass of all that write, after those that are ready have joined them if it is time."""
        if not self._writing:
            return
        if not self._batch.rows or not self._reading or self._passes_since_ready >= MOST_PASSES_READY:
            self._batch.join(*self._ready)
            self._ready, self._passes_since_ready = [], 0
        self._passes_since_ready += bool(self._ready)
        try:
            events = list(self._batch.step())
        except Exception as error:  # nobody's in particular: all who share the pass are told
            for ticket in self._writing.values():
                ticket.put(error)
            self._writing.clear()
            self._ready, self._batch = [], Batch(self._runtime)
            return
        for index, event in events:
            self._writing[index].put(event)
            if isinstance(event, Finished | Failed):
                del self._writing[index]


def _never_written(ticket: Ticket) -> Finished:
    return Finished("cancelled", Usage(ticket.request.prompt.length, 0, 0))
