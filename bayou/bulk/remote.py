"""A run on a cluster that Ray's client reaches (``ray://``). Knows the way there and back; not what a run does.

Ray Data doesn't work through Ray's client, so the run itself goes to the cluster, as a task of it, and what it has to
say comes back through a mailbox. It ends when the connection does; the same command again goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bayou.bulk.cluster import CLIENT, check_address, load_ray, no_ray
from bayou.bulk.items import Receipt
from bayou.bulk.run import BulkOptions, RunReport, RunStopped, run_bulk
from bayou.bulk.shown_urls import is_url
from bayou.bulk.summary import Summary
from bayou.errors import BayouError

LOOK_SECONDS = 1.0
TRIES = 3
"""Ray forks a server of its own for each client, and where that dies at once, the next one mostly doesn't."""

Event = tuple[str, tuple[Any, ...]]


class Mailbox:
    """Lives in the cluster; events go in one by one and out all together."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def put(self, event: Event) -> None:
        self._events.append(event)

    def take(self) -> list[Event]:
        taken, self._events = self._events, []
        return taken


class _Posting:
    """A ``RunReport`` in the cluster."""

    def __init__(self, post: Callable[[Event], object]) -> None:
        self._post = post

    def note(self, text: str) -> None:
        self._post(("note", (text,)))

    def looking(self, done: int, total: int) -> None:
        self._post(("looking", (done, total)))

    def begin(self, pages: int, done: int) -> None:
        self._post(("begin", (pages, done)))

    def receipt(self, receipt: Receipt) -> None:
        self._post(("receipt", (receipt,)))


def _tell(report: RunReport, event: Event) -> None:
    match event:
        case ("note", (text,)):
            report.note(text)
        case ("looking", (done, total)):
            report.looking(done, total)
        case ("begin", (pages, done)):
            report.begin(pages, done)
        case ("receipt", (receipt,)):
            report.receipt(receipt)


def _run_there(options: BulkOptions, mailbox: Any) -> Summary | tuple[str, int]:
    """What the task does; an error is a value, since not every error survives its way back."""
    load_ray()
    try:
        return run_bulk(options, _Posting(lambda event: mailbox.put.remote(event)))
    except BayouError as error:
        return str(error), error.exit_code


def run_remotely(options: BulkOptions, report: RunReport) -> Summary:
    """``run_bulk`` in the cluster at ``options.cluster.address``; its paths are the cluster's.

    Raises:
        UsageError: There is no cluster.
        RunStopped: Whatever ended the run there.
    """
    address = options.cluster.address
    check_address(address)
    ray = load_ray()
    _connect(ray, str(address))
    try:
        there = replace(options, input=_absolute(options.input), output=_absolute(options.output))
        mailbox = ray.remote(num_cpus=0)(Mailbox).remote()
        running = ray.remote(num_cpus=0, max_retries=0)(_run_there).remote(there, mailbox)
        ended: list[Any] = []
        while not ended:
            ended, _ = ray.wait([running], timeout=LOOK_SECONDS)
            for event in ray.get(mailbox.take.remote()):
                _tell(report, event)
        outcome: Summary | tuple[str, int] = ray.get(running)
    finally:
        ray.shutdown()
    if not isinstance(outcome, Summary):
        raise RunStopped(*outcome)
    return outcome


def _connect(ray: Any, address: str) -> None:
    for left in reversed(range(TRIES)):
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
            return
        except (ConnectionError, ValueError, RuntimeError, OSError) as error:
            if not left or not isinstance(error, ConnectionAbortedError):
                raise no_ray(address, error) from error


def _absolute(place: str) -> str:
    return place if is_url(place) else str(Path(place).absolute())


def run_anywhere(options: BulkOptions, report: RunReport) -> Summary:
    """The run, here or in the cluster: errors as ``run_bulk``."""
    if (options.cluster.address or "").startswith(CLIENT):
        return run_remotely(options, report)
    return run_bulk(options, report)
