"""Routes of jobs: submit, look, take the result, cancel. Knows requests and the store; not how jobs are done."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bayou.serving.job_runner import JobRunner
from bayou.serving.job_store import Job, JobStore, NewJob
from bayou.serving.record_routes import wanted_schema
from bayou.serving.replies import Refusal
from bayou.serving.schemas import FAILURES, JOB, JOB_BODY, JOB_DELETED, JOB_RESULT, body, reply
from bayou.serving.settings import ServingSettings
from bayou.serving.uploads import OPTIONS, Given, given

KINDS = ("read", "extract")
JSON_TYPE = "application/json"


def job_routes(settings: ServingSettings, store: JobStore, runner: JobRunner) -> APIRouter:
    """The routes, over ``store``; ``runner`` is told of new and cancelled jobs."""
    router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=FAILURES)

    @router.post("", summary="Submit a job", **body(JOB_BODY), status_code=202, responses=reply(JOB, status=202))
    async def submit(request: Request) -> JSONResponse:
        """A long document to be read, or a record of one, while nobody waits. The file is kept until the job ends."""
        job = _new_job(await given(request, settings.limits), settings)
        id = await asyncio.to_thread(store.add, job)
        runner.wake()
        return JSONResponse(_shown(await _found(id)), 202, {"Location": f"/v1/jobs/{id}"})

    @router.get("/{id}", summary="How a job stands", responses=reply(JOB))
    async def look(id: str) -> JSONResponse:
        """Its state (queued, running, done, failed, cancelled), and how many of its pages are read."""
        return JSONResponse(_shown(await _found(id)))

    @router.get("/{id}/result", summary="A job's result", responses=reply(JOB_RESULT))
    async def result(id: str) -> Response:
        """The document, or the record. 409 as long as there is none; what made a job fail, with its status."""
        job = await _found(id)
        if job.state == "failed":
            raise Refusal(job.failure_kind or "Fault", job.failure_message or "")
        if job.state != "done":
            raise Refusal("NotReady", f"the job is {job.state}")
        take = store.document if job.kind == "read" else store.result
        return Response(await asyncio.to_thread(take, id), media_type=JSON_TYPE)

    @router.delete("/{id}", summary="Cancel or forget a job", responses=reply(JOB_DELETED))
    async def delete(id: str) -> JSONResponse:
        """Cancels a job that isn't done; forgets one that is. Its file, pages and result are deleted either way."""
        before = await asyncio.to_thread(store.delete, id)
        if before is None:
            raise _no_job()
        runner.stop(id)
        return JSONResponse({"id": id, "state": "cancelled" if before == "cancelled" else "deleted"})

    async def _found(id: str) -> Job:
        job = await asyncio.to_thread(store.get, id)
        if job is None:
            raise _no_job()
        return job

    return router


def _no_job() -> Refusal:
    return Refusal("NotFound", "there is no such job; results are kept for some hours only")


def _shown(job: Job) -> dict[str, object]:
    shown = {name: value for name, value in asdict(job).items() if not name.startswith("failure")}
    error = None
    if job.failure_kind is not None:
        error = {"message": job.failure_message, "code": job.failure_kind}
    return {**shown, "error": error}


def _new_job(asked: Given, settings: ServingSettings) -> NewJob:
    asked.only("kind", "schema", *OPTIONS)
    kind = asked.text("kind") or "read"
    if kind not in KINDS:
        raise Refusal("UsageError", f"'kind' must be one of {', '.join(KINDS)}", "kind")
    schema = wanted_schema(asked) if kind == "extract" else None
    if kind == "read" and "schema" in asked.fields:
        raise Refusal("UsageError", "'schema' is for the kind extract", "schema")
    upload = asked.one_file()
    options = asked.options(settings.limits, settings.limits.max_job_pages)
    request = {"name": upload.name, "options": asdict(options), "schema": schema}
    return NewJob(kind, upload.name, hashlib.sha256(upload.data).hexdigest(), request, upload.data)
