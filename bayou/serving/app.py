"""The app: routes, what guards them, and what starts and stops with it. Knows FastAPI; not how pages are read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from bayou.errors import BayouError
from bayou.serving.answer_routes import answer_routes
from bayou.serving.api_page import api_page
from bayou.serving.asking import ClientGone
from bayou.serving.guard import Guard
from bayou.serving.job_routes import job_routes
from bayou.serving.job_runner import JobRunner
from bayou.serving.job_store import JobStore
from bayou.serving.metrics import Metrics
from bayou.serving.pool import Pool
from bayou.serving.reading_routes import reading_routes
from bayou.serving.record_routes import record_routes
from bayou.serving.replies import Refusal, error_body, error_reply
from bayou.serving.settings import ServingSettings

FIGURES: dict[int | str, dict[str, object]] = {
    200: {"description": "It is done.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}
WEB = Path(__file__).parent / "web"


class _Files(StaticFiles):
    """The page's own files, of this package alone."""


def make_app(settings: ServingSettings, pool: Pool, store: JobStore, version: str) -> FastAPI:
    """The server's app, over a pool that has started. Jobs are done while it runs."""
    metrics = Metrics()
    metrics.watch(pool)
    runner = JobRunner(store, pool, metrics, settings.keep_hours)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        runner.start(settings.workers)
        try:
            yield
        finally:
            await runner.close()

    app = FastAPI(
        title="bayou",
        version=version,
        description="Reads documents on this computer: text, answers, records.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(Guard, settings=settings, metrics=metrics)
    _handle_errors(app, pool)
    app.include_router(reading_routes(settings, pool, metrics))
    app.include_router(record_routes(settings, pool, metrics))
    app.include_router(answer_routes(settings, pool, metrics))
    app.include_router(job_routes(settings, store, runner))
    _serve_pages(app, pool, metrics)
    return app


def _serve_pages(app: FastAPI, pool: Pool, metrics: Metrics) -> None:
    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(WEB / "index.html")

    @app.get("/api", include_in_schema=False)
    async def api() -> HTMLResponse:
        return HTMLResponse(api_page(app.openapi()))

    @app.get("/favicon.ico", include_in_schema=False)
    async def favicon() -> Response:
        return Response(status_code=204)

    @app.get("/health", tags=["server"], summary="Whether the server can work")
    async def health() -> JSONResponse:
        """200 where at least one worker lives, 503 else."""
        alive = pool.alive
        status = "ok" if alive else "starting"
        body = {"status": status, "workers": alive, "waiting": pool.waiting, "working": pool.working}
        return JSONResponse(body, 200 if alive else 503)

    @app.get(
        "/metrics",
        tags=["server"],
        summary="Figures for Prometheus",
        responses=FIGURES,
        response_class=PlainTextResponse,
    )
    async def figures() -> PlainTextResponse:
        """Requests, queue, pages, seconds by stage and errors, in Prometheus' text format."""
        return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    app.mount("/static", _Files(directory=WEB), name="static")


def _handle_errors(app: FastAPI, pool: Pool) -> None:
    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> JSONResponse:
        return error_reply(refusal.kind, refusal.message, pool.retry_after, refusal.param)

    @app.exception_handler(BayouError)
    async def wrong(_: Request, error: BayouError) -> JSONResponse:
        return error_reply(type(error).__name__, str(error), pool.retry_after)

    @app.exception_handler(HTTPException)
    async def unknown(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return error_reply("NotFound", "there is nothing at this address; /api lists what there is")
        body = error_body("UsageError", str(error.detail))[1]
        return JSONResponse(body, error.status_code, error.headers)

    @app.exception_handler(ClientGone)
    async def gone(_: Request, error: ClientGone) -> Response:
        return Response(status_code=499)  # nobody reads it; the log and the figures do
