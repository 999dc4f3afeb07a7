"""What stands before every route: who may call, from where, with how much; and what each reply carries. Knows ASGI.

Requests are logged and counted here by route, never with a query, a name or a text.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
import traceback
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bayou.serving.metrics import Metrics
from bayou.serving.replies import Refusal, error_reply
from bayou.serving.settings import ServingSettings, is_loopback

LOG = logging.getLogger("bayou.serving")

OPEN_PATHS = ("/", "/health", "/api", "/favicon.ico")
"""What needs no key, beside the page's own files: they say nothing of anybody's documents."""
MOST_HELD = 8
"""Times the largest body."""
BODY_SECONDS = 120.0
"""So long a body may take to come."""
NOBODY_LEFT = 499
"""The status that is noted where the client went before it had a reply."""
STATIC = "/static/"
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """The outermost part of the app."""

    def __init__(self, app: ASGIApp, settings: ServingSettings, metrics: Metrics) -> None:
        self._app, self._settings, self._metrics = app, settings, metrics
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            return
        start = time.monotonic()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                self._allow_origin(Headers(scope=scope), headers)
            await send(message)

        try:
            self._check(scope)
        except Refusal as refusal:
            await error_reply(refusal.kind, refusal.message)(scope, receive, send_guarded)
        else:
            held = _declared(scope, self._settings.limits.max_bytes)
            self._held += held
            try:
                await self._answer(scope, receive, send_guarded)
            finally:
                self._held -= held
        self._note(scope, status or NOBODY_LEFT, time.monotonic() - start)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A fault ends the request and not the server; what it says of a document isn't logged."""
        if scope["method"] == "OPTIONS" and Headers(scope=scope).get("origin") in self._settings.origins:
            await self._preflight(send)
            return
        try:
            await self._app(scope, self._counted(receive), send)
        except Exception as error:
            frames = "".join(traceback.format_tb(error.__traceback__))
            LOG.error("a fault of bayou's\n%s%s", frames, type(error).__name__)
            reply = error_reply("Fault", f"unexpected {type(error).__name__} (a fault of bayou's)")
            with suppress(RuntimeError):  # the reply has begun: it just ends
                await reply(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        self._check_host(host)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host and origin not in self._settings.origins:
            raise Refusal("Forbidden", "a page of another site may not call this server; --allow-origin lets one")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._settings.limits.max_bytes:
            raise self._too_large()
        self._check_key_of(scope, headers)
        # Bodies stay in memory until their request has its reply, so all together have a limit, too.
        declared = _declared(scope, self._settings.limits.max_bytes)
        if self._held + declared > MOST_HELD * self._settings.limits.max_bytes:
            raise Refusal("BusyError", "too much is being sent at once; ask again later")

    def _check_key_of(self, scope: Scope, headers: Headers) -> None:
        path = scope["path"]
        if path in OPEN_PATHS or path.startswith(STATIC) or scope["method"] == "OPTIONS":
            return
        self._check_key(headers.get("authorization", ""))

    def _check_host(self, host: str) -> None:
        """Against pages that let their own name lead to this computer, and then call what listens here."""
        if not is_loopback(self._settings.host):
            return  # a key is needed, which such a page hasn't got
        name = urlsplit(f"//{host}").hostname or ""
        if not is_loopback(name) and name not in self._settings.allowed_hosts:
            raise Refusal("Forbidden", "the server is not called by that name; --allow-host lets it be")

    def _check_key(self, authorisation: str) -> None:
        if not self._settings.api_keys:
            return
        scheme, _, key = authorisation.partition(" ")
        given = key.strip().encode()
        # Each key is compared, and in constant time, so that the answer's time tells nothing.
        fits = [hmac.compare_digest(given, known.encode()) for known in self._settings.api_keys]
        if scheme.lower() != "bearer" or not any(fits):
            raise Refusal("Unauthorised", "this server needs a key: Authorization: Bearer KEY")

    def _counted(self, receive: Receive) -> Receive:
        """The same, but a body beyond the limit is an error, whatever its header says."""
        left, is_whole = self._settings.limits.max_bytes, False
        until = time.monotonic() + BODY_SECONDS

        async def receive_counted() -> Message:
            nonlocal left, is_whole
            if is_whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
            except TimeoutError as error:
                raise Refusal("SlowBody", f"the request did not come in {BODY_SECONDS:g} seconds") from error
            is_whole = not message.get("more_body", False)
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_large()
            return message

        return receive_counted

    def _too_large(self) -> Refusal:
        return Refusal(
            "LimitError", f"at most {self._settings.limits.max_bytes} bytes are taken; --max-bytes raises it"
        )

    def _allow_origin(self, asked: Headers, headers: MutableHeaders) -> None:
        origin = asked.get("origin")
        if origin in self._settings.origins:
            headers["Access-Control-Allow-Origin"] = str(origin)
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            headers.add_vary_header("Origin")

    async def _preflight(self, send: Send) -> None:
        allowed = [
            (b"access-control-allow-methods", b"GET, POST, DELETE"),
            (b"access-control-allow-headers", b"authorization, content-type"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": allowed})
        await send({"type": "http.response.body", "body": b""})

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        found = scope.get("route")
        route = "other" if found is None else str(found.path)
        self._metrics.requests.labels(scope["method"] if found else "other", route, str(status)).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        LOG.info("%s %s %d %.3f s", scope["method"], route, status, seconds)


def _declared(scope: Scope, most: int) -> int:
    """Bytes that a request says it has; without a word as many as it may."""
    headers = Headers(scope=scope)
    if "content-length" in headers:
        return int(headers["content-length"])
    return most if "transfer-encoding" in headers else 0
