"""Workers that crash, hang or are asked too much; clients that go: what is lost is one request."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from queue import SimpleQueue
from urllib.parse import urlsplit

import pytest

from bayou.documents.raw_page import OpenOptions
from bayou.errors import BusyError, ModelError
from bayou.reading.folder_workers import ReadSettings
from bayou.serving.app import make_app
from bayou.serving.job_store import JobStore
from bayou.serving.pool import Pool
from bayou.serving.settings import ServingLimits, ServingSettings
from bayou.serving.work import CANCELLED, Done, Event, Failed, ReadWork, Told, Upload
from tests.serving.made_reader import CRASH, HANG, SECONDS, make_reader
from tests.serving.pictures import png, tiff
from tests.serving.running_server import running

PATIENCE = 30
SOON = 4
"""Seconds in which work is ended: less than it would take, more than a busy machine needs for it."""
SLOW = tiff(*[20] * 40)
"""40 pages of four lines: with a twentieth of a second a line eight seconds."""


def read(width: int = 30) -> ReadWork:
    return ReadWork(Upload(png(width)), OpenOptions())


def end(events: SimpleQueue[Event]) -> Done | Failed:
    while isinstance(event := events.get(timeout=PATIENCE), Told):
        pass
    return event


@pytest.fixture(scope="module")
def slow_pool() -> Iterator[Pool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECONDS, "0.05")
        made = Pool(make_reader, ReadSettings(), 1, ServingLimits(waiting=2, page_seconds=3))
        made.start()
        yield made  # a worker that takes another's place is as slow
        made.close()


def test_a_model_that_cant_be_loaded_is_told_at_the_start() -> None:
    with pytest.raises(ModelError, match="tensors are missing"):
        Pool(make_reader, ReadSettings(model="broken"), 1, ServingLimits()).start()


@pytest.mark.slow  # a fresh worker takes seconds
@pytest.mark.parametrize(("width", "kind"), [(CRASH, "WorkerDied"), (HANG, "TimeLimit")])
def test_a_page_that_ends_its_worker_costs_that_request_alone(slow_pool: Pool, width: int, kind: str) -> None:
    first: SimpleQueue[Event] = SimpleQueue()
    second: SimpleQueue[Event] = SimpleQueue()
    before = slow_pool.restarts
    slow_pool.submit(read(width), first.put)
    slow_pool.submit(read(), second.put)
    failed = end(first)
    assert isinstance(failed, Failed) and failed.kind == kind
    assert isinstance(end(second), Done)
    assert slow_pool.restarts == before + 1


def test_a_full_queue_refuses_and_background_work_waits_for_all_others(slow_pool: Pool) -> None:
    order: list[str] = []
    done: SimpleQueue[Event] = SimpleQueue()

    def note(name: str):
        return lambda event: None if isinstance(event, Told) else (order.append(name), done.put(event))

    slow_pool.submit(read(), note("first"))
    until = time.monotonic() + PATIENCE
    while slow_pool.working == 0 and time.monotonic() < until:
        time.sleep(0.01)
    slow_pool.submit(read(), note("background"), in_background=True)
    slow_pool.submit(read(), note("second"))
    slow_pool.submit(read(), note("third"))
    with pytest.raises(BusyError, match="ask again"):
        slow_pool.submit(read(), note("fourth"))
    assert slow_pool.retry_after >= 1
    for _ in range(4):
        end(done)
    assert order == ["first", "second", "third", "background"]


def test_work_is_cancelled_while_it_waits_and_while_it_is_done(slow_pool: Pool) -> None:
    running_one: SimpleQueue[Event] = SimpleQueue()
    waiting_one: SimpleQueue[Event] = SimpleQueue()
    in_hand = slow_pool.submit(ReadWork(Upload(SLOW), OpenOptions(), lines=True), running_one.put)
    waits = slow_pool.submit(read(), waiting_one.put)
    assert isinstance(running_one.get(timeout=PATIENCE), Told)
    slow_pool.cancel(waits)
    assert end(waiting_one) == CANCELLED
    slow_pool.cancel(in_hand)
    assert end(running_one) == CANCELLED
    assert in_hand.ended is not None and in_hand.cancelled_at is not None
    assert in_hand.ended - in_hand.cancelled_at < SOON


def connect(address: str, body: dict[str, str]) -> http.client.HTTPConnection:
    """Sends a page that takes long, and doesn't wait for the reply."""
    boundary = "x"
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in body.items()]
    file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.tif"\r\n\r\n'
    sent = "".join(parts).encode() + file.encode() + SLOW + b"\r\n--x--\r\n"
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
    connection.request("POST", "/v1/read", sent, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    return connection


@pytest.mark.parametrize("stream", ["true", "false"])
def test_a_client_that_goes_frees_its_worker_at_once(slow_pool: Pool, store: JobStore, stream: str) -> None:
    with running(make_app(ServingSettings(), slow_pool, store, "0")) as address:
        connection = connect(address, {"stream": stream})
        until = time.monotonic() + PATIENCE
        while slow_pool.working == 0:
            assert time.monotonic() < until
            time.sleep(0.01)
        gone = time.monotonic()
        connection.close()
        while slow_pool.working:
            assert time.monotonic() < gone + SOON
            time.sleep(0.01)


def test_a_full_queue_is_told_over_http_with_the_time_to_come_again(slow_pool: Pool, store: JobStore) -> None:
    with running(make_app(ServingSettings(), slow_pool, store, "0")) as address:
        connections = []
        until = time.monotonic() + PATIENCE
        for waiting in (0, 1, 2):
            connections.append(connect(address, {"stream": "true"}))
            while (slow_pool.working, slow_pool.waiting) != (1, waiting) and time.monotonic() < until:
                time.sleep(0.01)
        connections.append(connect(address, {"stream": "true"}))
        refused = connections[-1].getresponse()
        for connection in connections:
            connection.close()
        assert refused.status == 429 and int(refused.headers["Retry-After"]) >= 1
