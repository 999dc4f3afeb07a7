"""Things made ahead by other processes, in order, a bounded number of them. Knows processes; not what is made."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import count
from multiprocessing.connection import wait
from typing import Any, TypeVar

from bayou.errors import BayouError

T = TypeVar("T")
_MAKE: list[Callable[[int], Any]] = []
"""In a process that makes things: how."""


def made_ahead(
    make: Callable[[int], T], start: int, workers: int, ahead: int, end: int | None = None
) -> Generator[T, None, None]:
    """``make(start)``, ``make(start + 1)`` and so on, in order; closing it ends the processes.

    Args:
        make: Picklable, and the same for the same number in every process.
        workers: Processes that make them; 0: this one does, when the next is asked for.
        ahead: Things that each process may have made or begun that weren't asked for yet.
        end: The number before which to stop; None: never.

    Raises:
        BayouError: A process was ended from outside, as a system short of memory does.
    """
    numbers = iter(count(start) if end is None else range(start, end))
    if not workers:
        yield from map(make, numbers)
        return
    executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (make,))
    waiting: deque[Future[T]] = deque()
    try:
        while True:
            while len(waiting) < workers * ahead and (number := next(numbers, None)) is not None:
                waiting.append(executor.submit(_made, number))
            if not waiting:
                return
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise BayouError(
            "a process that makes training data was ended, probably for want of memory: "
            "lower data.workers, data.ahead or data.pool_batches"
        ) from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _begin(make: Callable[[int], Any]) -> None:
    _MAKE.append(make)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed can't end its processes, and they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _made(number: int) -> Any:
    return _MAKE[0](number)
