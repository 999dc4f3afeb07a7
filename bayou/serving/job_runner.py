"""Does the jobs of a store, a page at a time, when nobody waits for the workers. Knows jobs and the pool; no HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import suppress
from dataclasses import replace

from bayou.documents.document import Page
from bayou.documents.json_format import page_to_dict
from bayou.documents.raw_page import OpenOptions
from bayou.errors import BayouError
from bayou.serving.asking import Asking
from bayou.serving.job_store import LEASE_SECONDS, JobStore
from bayou.serving.metrics import Metrics
from bayou.serving.pool import Pool
from bayou.serving.replies import Refusal
from bayou.serving.work import CountWork, Done, ExtractWork, ReadWork, Upload, Work

LOG = logging.getLogger("bayou.serving")

LOOK_SECONDS = 2.0
"""How often the store is looked at for jobs that no call of this server told of."""
ATTEMPTS = 2
"""At a page whose worker died or hung."""
WORKERS_FAULTS = ("WorkerDied", "TimeLimit", "MemoryError", "Fault")
"""Failures that are about one page: it then counts as failed, and the others are read."""


class _Lost(Exception):
    """The job was cancelled, or another server has it."""


class JobRunner:
    """Does jobs until it is closed: as many at a time as there are workers."""

    def __init__(self, store: JobStore, pool: Pool, metrics: Metrics, keep_hours: float) -> None:
        self._store, self._pool, self._metrics, self._keep_seconds = store, pool, metrics, keep_hours * 3600
        self._new = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, at_a_time: int) -> None:
        """Begin, in the loop that runs."""
        self._tasks = [asyncio.ensure_future(self._look()) for _ in range(at_a_time)]

    async def close(self) -> None:
        """Stop; what is in hand goes on when a server opens the store again."""
        for task in (*self._running.values(), *self._tasks):
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    def wake(self) -> None:
        """There is a new job."""
        self._new.set()

    def stop(self, id: str) -> None:
        """The job was cancelled: what a worker does for it is given up."""
        if id in self._running:
            self._running[id].cancel()

    async def _look(self) -> None:
        while True:
            try:
                self._new.clear()
                await asyncio.to_thread(self._store.forget, time.time() - self._keep_seconds)
                while (id := await asyncio.to_thread(self._store.claim)) is not None:
                    self._running[id] = asyncio.ensure_future(self._do(id))
                    await asyncio.wait([self._running[id]])
                    del self._running[id]
            except Exception as error:  # a database that is away for a moment must not end all jobs
                LOG.error("jobs can't be looked for: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._new.wait(), LOOK_SECONDS)

    async def _do(self, id: str) -> None:
        renewing = asyncio.ensure_future(self._renew(id))
        try:
            await self._finish(id)
        except _Lost:
            LOG.info("job given up")
        except (Refusal, BayouError) as error:
            kind = error.kind if isinstance(error, Refusal) else type(error).__name__
            if kind != "BusyError":  # the server is going down, and the job goes on later
                await asyncio.to_thread(self._store.fail, id, kind, str(error))
        except Exception as error:
            LOG.error("a job meets a fault of bayou's: %s", type(error).__name__)
            await asyncio.to_thread(self._store.fail, id, "Fault", f"unexpected {type(error).__name__}")
        finally:
            renewing.cancel()

    async def _renew(self, id: str) -> None:
        """Holds the job while a page takes its time; one that was lost is given up."""
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            if not await asyncio.to_thread(self._store.renew, id):
                self.stop(id)

    async def _finish(self, id: str) -> None:
        data, request, known = await asyncio.to_thread(self._store.content, id)
        upload, options = Upload(data, request["name"]), OpenOptions(**request["options"])
        schema = request.get("schema")
        whole = schema is not None and self._pool.ready is not None and self._pool.ready.answers
        if not whole:
            numbers = json.loads((await self._ask(CountWork(upload, options))).result)
            self._held(await asyncio.to_thread(self._store.set_total, id, len(numbers)))
            for number in numbers:
                if number not in known:
                    page, model = await self._page(upload, replace(options, pages=str(number)), number)
                    self._held(await asyncio.to_thread(self._store.add_page, id, number, page, model))
        result = None
        if schema is not None:
            document = None if whole else await asyncio.to_thread(self._store.document, id)
            result = str((await self._ask(ExtractWork(upload, document, schema, options))).result)
        self._held(await asyncio.to_thread(self._store.finish, id, result))

    async def _page(self, upload: Upload, options: OpenOptions, number: int) -> tuple[str, str]:
        """A page's JSON, and who read it ("" for native text)."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                document = json.loads((await self._ask(ReadWork(upload, options))).result)
                return json.dumps(document["pages"][0], ensure_ascii=False), document["model"]
            except Refusal as refusal:
                if refusal.kind not in WORKERS_FAULTS:
                    raise
                if attempt == ATTEMPTS:
                    failed = Page(number, 0.0, 0.0, "pt", status="failed", message=refusal.message)
                    return json.dumps(page_to_dict(failed), ensure_ascii=False), ""
        raise AssertionError("the last attempt returns")

    async def _ask(self, work: Work) -> Done:
        with Asking(self._pool, self._metrics, work, in_background=True) as asking:
            return await asking.end()

    def _held(self, is_held: bool) -> None:
        if not is_held:
            raise _Lost
