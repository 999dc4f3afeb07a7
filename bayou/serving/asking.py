"""A piece of work in an event loop: its events as they come, given up when the client goes. Knows no HTTP routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType

from fastapi import Request

from bayou.serving.event_stream import disconnection
from bayou.serving.metrics import Metrics
from bayou.serving.pool import Pool, Ticket
from bayou.serving.replies import Refusal
from bayou.serving.work import Done, Event, Failed, Told, Work


class Asking:
    """Asks the pool on entry; on exit what hasn't ended is given up.

    Raises:
        BusyError: On entry: as many wait as may.
    """

    def __init__(self, pool: Pool, metrics: Metrics, work: Work, in_background: bool = False) -> None:
        self._pool, self._metrics, self._work, self._in_background = pool, metrics, work, in_background
        self._arrived: asyncio.Queue[Event] = asyncio.Queue()
        self._ticket: Ticket | None = None

    def __enter__(self) -> Asking:
        loop = asyncio.get_running_loop()

        def deliver(event: Event) -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(self._arrived.put_nowait, event)
            if not isinstance(event, Told) and self._ticket is not None:
                self._metrics.work_ended(self._ticket, event)

        self._ticket = self._pool.submit(self._work, deliver, self._in_background)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.give_up()

    def give_up(self) -> None:
        """Nobody waits for it any more; without effect on what has ended."""
        if self._ticket is not None and self._ticket.ended is None:
            self._pool.cancel(self._ticket)

    async def events(self) -> AsyncIterator[Event]:
        """All events, ``Done`` or ``Failed`` last."""
        while True:
            event = await self._arrived.get()
            yield event
            if not isinstance(event, Told):
                return

    async def next_event(self, seconds: float) -> Event | None:
        """The next event, or None where there is none for so long."""
        try:
            return await asyncio.wait_for(self._arrived.get(), seconds)
        except TimeoutError:
            return None

    async def end(self) -> Done:
        """How it ends; Refusal where it fails."""
        async for event in self.events():
            if isinstance(event, Done):
                return event
            if isinstance(event, Failed):
                raise Refusal(event.kind, event.message)
        raise AssertionError("events end with an end")


class ClientGone(Exception):
    """The client has closed its connection: nobody reads a reply."""


async def end_while_connected(asking: Asking, request: Request) -> Done:
    """The end of the work, unless the client goes first.

    Raises:
        ClientGone: It went.
        Refusal: The work failed.
    """
    end = asyncio.ensure_future(asking.end())
    gone = asyncio.ensure_future(disconnection(request.receive))
    try:
        await asyncio.wait((end, gone), return_when=asyncio.FIRST_COMPLETED)
        if not end.done():
            raise ClientGone
        return end.result()
    finally:
        for task in (end, gone):
            task.cancel()
            with suppress(asyncio.CancelledError, Refusal):
                await task
