"""The API is as its description says: requests made of it meet only replies that it names, none of them a fault."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bayou.serving.app import make_app
from bayou.serving.job_store import JobStore
from bayou.serving.pool import Pool
from bayou.serving.settings import ServingSettings

EXAMPLES = 8
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HOST = {"Host": "127.0.0.1"}
ROUTES = {
    "GET /health",
    "GET /metrics",
    "GET /v1/jobs/{id}",
    "GET /v1/jobs/{id}/result",
    "GET /v1/models",
    "GET /v1/schemas",
    "DELETE /v1/jobs/{id}",
    "POST /v1/ask",
    "POST /v1/chat/completions",
    "POST /v1/export",
    "POST /v1/extract",
    "POST /v1/jobs",
    "POST /v1/read",
}


@pytest.fixture
def app(pool: Pool, store: JobStore) -> FastAPI:
    return make_app(ServingSettings(), pool, store, "0")


def test_the_description_has_every_route(app: FastAPI) -> None:
    described = app.openapi()["paths"]
    assert {f"{method.upper()} {path}" for path, operations in described.items() for method in operations} == ROUTES


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # schemathesis' own, of the test client
@pytest.mark.parametrize("route", sorted(ROUTES))
def test_replies_are_among_those_described(app: FastAPI, route: str) -> None:
    method, path = route.split(" ")
    description = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=description[path][method].as_strategy())
    def replies(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=HOST)

    replies()
