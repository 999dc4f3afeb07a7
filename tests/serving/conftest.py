"""A server in this process, with a worker that reads at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from bayou.reading.folder_workers import ReadSettings
from bayou.serving.app import make_app
from bayou.serving.job_store import JobStore
from bayou.serving.pool import Pool
from bayou.serving.settings import ServingLimits, ServingSettings
from tests.serving.made_reader import make_reader

BASE = "http://127.0.0.1:8000"

MakeClient = Callable[..., TestClient]


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """One worker for all tests that leave it alive and don't fill its queue."""
    made = Pool(make_reader, ReadSettings(), 1, ServingLimits(page_seconds=20, request_seconds=20))
    made.start()
    yield made
    made.close()


@pytest.fixture
def store() -> Iterator[JobStore]:
    """Jobs in memory."""
    made = JobStore(None)
    yield made
    made.close()


@pytest.fixture
def make_client(pool: Pool, store: JobStore) -> MakeClient:
    """Clients of servers set up otherwise."""
    return lambda **settings: TestClient(make_app(ServingSettings(**settings), pool, store, "0"), base_url=BASE)


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    """A client of a server with the settings by default."""
    return make_client()
