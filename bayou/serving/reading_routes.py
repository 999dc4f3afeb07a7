"""Routes that read and write documents: read, export, and what there is to read with. Knows requests; not pages."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bayou.documents.raw_page import OpenOptions
from bayou.serving.asking import Asking, end_while_connected
from bayou.serving.event_stream import EventStream
from bayou.serving.exporting import MEDIA_TYPES
from bayou.serving.metrics import Metrics
from bayou.serving.pool import Pool
from bayou.serving.replies import Refusal, sse, sse_failure
from bayou.serving.schemas import DOCUMENT, EXPORT_BODY, FAILURES, MODELS, READ_BODY, body, reply
from bayou.serving.settings import ServingSettings
from bayou.serving.uploads import OPTIONS, Given, given
from bayou.serving.work import Done, ExportWork, Failed, ReadWork

KEEP_ALIVE_SECONDS = 10.0


def reading_routes(settings: ServingSettings, pool: Pool, metrics: Metrics) -> APIRouter:
    """The routes, which ask ``pool``."""
    router = APIRouter(prefix="/v1", responses=FAILURES)
    limits = settings.limits

    @router.get("/models", tags=["server"], summary="What reads here", responses=reply(MODELS))
    async def models() -> JSONResponse:
        """The model, as OpenAI lists them; ``answers`` says whether it answers questions by itself."""
        ready = pool.ready
        found = [] if ready is None else [{"id": ready.model, "object": "model", "created": 0, "owned_by": "bayou"}]
        return JSONResponse({"object": "list", "data": [{**one, "answers": ready.answers} for one in found if ready]})

    @router.post(
        "/read", tags=["documents"], summary="A file's text", **body(READ_BODY), responses=reply(DOCUMENT, stream=True)
    )
    async def read(request: Request) -> Response:
        """The document in bayou's JSON. With ``stream`` events instead, as pages and lines are read: ``pages``,
        ``page_start``, ``lines``, ``page``, and ``done`` with the document or ``error`` at the end."""
        pool.check_room()
        asked = await given(request, limits)
        asked.only(*OPTIONS, "stream", "images")
        options = asked.options(limits, limits.max_pages)
        stream, images = asked.flag("stream"), asked.flag("images")
        asking = Asking(pool, metrics, ReadWork(asked.one_file(), options, stream, images))
        if stream:
            asking.__enter__()  # here, so that a full queue is a status and not an event
            return EventStream(_events(asking), asking.give_up)
        with asking:
            done = await end_while_connected(asking, request)
        return Response(done.result, media_type=done.media_type)

    @router.post("/export", tags=["documents"], summary="A document in another format", **body(EXPORT_BODY))
    async def export(request: Request) -> Response:
        """The bytes of a file. A searchable PDF (``to=pdf``) needs the file that was read, too."""
        pool.check_room()
        work = _export_work(await given(request, limits), settings)
        with Asking(pool, metrics, work) as asking:
            done = await end_while_connected(asking, request)
        name = "document" + MEDIA_TYPES[work.format][1]
        if work.upload is not None and work.upload.name:
            name = work.upload.name.rpartition(".")[0] + MEDIA_TYPES[work.format][1]
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return Response(done.result, media_type=done.media_type, headers=headers)

    return router


def _export_work(asked: Given, settings: ServingSettings) -> ExportWork:
    asked.only("document", "to", *OPTIONS)
    document, to = asked.document(), asked.text("to")
    if document is None:
        raise Refusal("UsageError", "'document' is needed: what /v1/read gave, corrected or not", "document")
    if to not in MEDIA_TYPES:
        raise Refusal("UsageError", f"'to' must be one of {', '.join(MEDIA_TYPES)}", "to")
    options: OpenOptions = asked.options(settings.limits, settings.limits.max_job_pages)
    return ExportWork(document, to, asked.one_file() if asked.files else None, options)


async def _events(asking: Asking) -> AsyncGenerator[bytes, None]:
    """The stream of a reading."""
    while True:
        event = await asking.next_event(KEEP_ALIVE_SECONDS)
        match event:
            case None:
                yield b": still reading\n\n"
            case Done(result=str(document)):
                yield sse("done", document)
                return
            case Failed():
                yield sse_failure(event)
                return
            case Done():
                raise AssertionError("a reading ends with text")
            case _ if event.name == "lines" and not event.data["lines"]:
                pass  # a group without text: it was told so that the work could be given up
            case _:
                yield sse(event.name, json.dumps(event.data, ensure_ascii=False))
