"""The life of a process that reads: work comes in, events go out. Knows pipes and errors; not HTTP or queues.

A process apart, because native code that crashes or hangs must cost one request alone, and because only a process can
be stopped from outside. While it works it looks at its pipe whenever it tells something: a message there means that
nobody waits for the work any more.
"""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bayou.errors import BayouError
from bayou.reading.folder_workers import ReadSettings
from bayou.serving.performing import ServedReader, perform
from bayou.serving.work import CANCELLED, Done, Failed, Ready, Told, Work

MakeServedReader = Callable[[ReadSettings], ServedReader]
"""Makes the reader of a process. A function of a module, so that it can be named to other processes."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A piece of work with its number."""

    number: int
    work: Work


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for the work of that number."""

    number: int


class _Cancelled(Exception):
    """The work in hand is given up."""


class _Gone(Exception):
    """The server is no more."""


def live(connection: Connection, make_reader: MakeServedReader, settings: ReadSettings) -> None:
    """A worker's life, until the other end is closed or gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        reader = make_reader(settings)
        reader.load()
        connection.send(Ready(reader.model, not reader.reads_lines))
    except Exception as error:
        connection.send(failure_of(error))
        return
    while True:
        try:
            message: Ask | Cancel = connection.recv()
            if isinstance(message, Ask):  # a Cancel here is for work that has ended meanwhile
                connection.send(_end_of(reader, message, connection))
        except (EOFError, OSError, _Gone):
            return


def _end_of(reader: ServedReader, ask: Ask, connection: Connection) -> Done | Failed:
    def tell(told: Told) -> None:
        try:
            is_cancelled = connection.poll() and connection.recv() == Cancel(ask.number)
            if not is_cancelled:
                connection.send(told)
        except (EOFError, OSError) as error:
            raise _Gone from error
        if is_cancelled:
            raise _Cancelled

    try:
        return perform(reader, ask.work, tell)
    except _Cancelled:
        return CANCELLED
    except _Gone:
        raise
    except Exception as error:
        return failure_of(error)


def failure_of(error: Exception) -> Failed:
    """An error for another process. Of a fault of bayou's own, nothing is told that a document may have said."""
    match error:
        case BayouError():
            return Failed(type(error).__name__, str(error))
        case MemoryError():
            return Failed("MemoryError", "not enough memory to read it; send fewer or smaller pages, or a lower dpi")
        case _:
            frames = "".join(traceback.format_tb(error.__traceback__))
            message = f"unexpected {type(error).__name__} (a fault of bayou's; the server's log shows where)"
            return Failed("Fault", message, f"{frames}{type(error).__name__}")
