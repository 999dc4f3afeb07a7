"""Routes that make records: extract, and the ready schemas. Knows requests; not how values are found."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bayou.errors import BayouError
from bayou.reading.schemas import READY, load_schema
from bayou.serving.asking import Asking, end_while_connected
from bayou.serving.metrics import Metrics
from bayou.serving.pool import Pool
from bayou.serving.replies import Refusal
from bayou.serving.schemas import EXTRACT_BODY, EXTRACTION, FAILURES, SCHEMAS, body, reply
from bayou.serving.settings import ServingSettings
from bayou.serving.uploads import OPTIONS, Given, given
from bayou.serving.work import ExtractWork

LARGEST_SCHEMA = 200_000
"""Characters. Checking a schema takes longer the larger it is, and nobody else is served meanwhile."""


def record_routes(settings: ServingSettings, pool: Pool, metrics: Metrics) -> APIRouter:
    """The routes, which ask ``pool``."""
    router = APIRouter(prefix="/v1", responses=FAILURES)

    @router.get("/schemas", tags=["records"], summary="The ready schemas", responses=reply(SCHEMAS))
    async def schemas() -> JSONResponse:
        """Each with its name, by which /v1/extract knows it, its title and its JSON Schema."""
        found = [load_schema(name, files=False) for name in READY]
        return JSONResponse(
            {"schemas": [{"name": one.name, "title": one.title, "schema": dict(one.json)} for one in found]}
        )

    @router.post("/extract", tags=["records"], summary="A record", **body(EXTRACT_BODY), responses=reply(EXTRACTION))
    async def extract(request: Request) -> Response:
        """A record checked against a schema, each value with quote, page and box; of a file, or of a document that
        /v1/read gave. Where both are sent, the document counts, corrected as it may be."""
        pool.check_room()
        asked = await given(request, settings.limits)
        asked.only("document", "schema", *OPTIONS)
        document = asked.document()
        if document is None and not asked.files:
            raise Refusal("UsageError", "'file' or 'document' is needed", "file")
        upload = asked.one_file() if asked.files else None
        options = asked.options(settings.limits, settings.limits.max_pages)
        with Asking(pool, metrics, ExtractWork(upload, document, wanted_schema(asked), options)) as asking:
            done = await end_while_connected(asking, request)
        return Response(done.result, media_type=done.media_type)

    return router


def wanted_schema(asked: Given) -> str:
    """The field ``schema``: a ready schema's name, or a JSON Schema as text.

    Raises:
        Refusal: It is missing, or neither.
    """
    value = asked.fields.get("schema")
    if value is None or value == "":
        raise Refusal("UsageError", f"'schema' is needed: a JSON Schema, or one of {', '.join(READY)}", "schema")
    text = value if isinstance(value, str) else json.dumps(value)
    check_schema(text, "schema")
    return text


def check_schema(text: str, param: str) -> None:
    """Tells a wrong schema at once, before anything waits; and one whose check would hold up all other requests.

    Raises:
        Refusal: It is none, or too large; it names the parameter.
    """
    if len(text) > LARGEST_SCHEMA:
        raise Refusal("LimitError", f"{param!r}: a schema has at most {LARGEST_SCHEMA} characters here", param)
    try:
        load_schema(text, files=False)
    except BayouError as error:
        raise Refusal("UsageError", f"{param!r}: {error.message}", param) from error
    except RecursionError as error:
        raise Refusal("UsageError", f"{param!r}: the schema is nested too deeply", param) from error
