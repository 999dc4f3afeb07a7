"""What goes back to a client: errors as OpenAI has them, and events of a stream. Knows HTTP's statuses; no work."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi.responses import JSONResponse

from bayou.serving.work import Failed

INVALID, LIMITED, SERVER = "invalid_request_error", "rate_limit_error", "server_error"

STATUSES: Mapping[str, tuple[int, str, str]] = {
    "UsageError": (400, INVALID, "invalid_value"),
    "InputError": (422, INVALID, "unreadable_document"),
    "PasswordError": (422, INVALID, "password"),
    "LimitError": (413, INVALID, "limit"),
    "ModelNotFound": (404, INVALID, "model_not_found"),
    "NotFound": (404, INVALID, "not_found"),
    "NotReady": (409, INVALID, "not_ready"),
    "Unauthorised": (401, "authentication_error", "invalid_api_key"),
    "Forbidden": (403, INVALID, "forbidden"),
    "SlowBody": (408, INVALID, "slow_body"),
    "BusyError": (429, LIMITED, "busy"),
    "NetworkError": (502, SERVER, "network"),
    "TimeLimit": (504, SERVER, "time_limit"),
    "MissingExtraError": (501, SERVER, "missing_extra"),
    "Cancelled": (499, SERVER, "cancelled"),
}
"""Of each kind of failure: HTTP's status, OpenAI's type, and a code of ours. Whatever isn't here is 500."""


class Refusal(Exception):
    """A request that goes no further; ``kind`` as in ``STATUSES``."""

    def __init__(self, kind: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.param = kind, message, param


def error_body(kind: str, message: str, param: str | None = None) -> tuple[int, dict[str, object]]:
    """Status and body of a failure, as OpenAI's."""
    status, type_, code = STATUSES.get(kind, (500, SERVER, "fault"))
    return status, {"error": {"message": message, "type": type_, "param": param, "code": code}}


def error_reply(kind: str, message: str, retry_after: int = 1, param: str | None = None) -> JSONResponse:
    """A failure as a reply; one that may succeed later says when."""
    status, body = error_body(kind, message, param)
    headers = {"Retry-After": str(retry_after)} if status == 429 else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status, headers)


def sse(name: str, data: str) -> bytes:
    """An event of a stream. ``data`` is JSON on one line."""
    return f"event: {name}\ndata: {data}\n\n".encode()


def sse_failure(failed: Failed) -> bytes:
    """A failure in the midst of a stream."""
    status, body = error_body(failed.kind, failed.message)
    return sse("error", json.dumps({"message": failed.message, "status": status, **body}))
