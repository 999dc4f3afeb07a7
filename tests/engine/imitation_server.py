"""A small OpenAI-compatible server on the loopback device, in a thread, that answers and misbehaves as it is told."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image

Handler = BaseHTTPRequestHandler
Behaviour = Callable[[Handler, dict[str, Any]], None]


@dataclass
class Imitation:
    """What the server was asked (in order), and what it does next: one behaviour a request, the last for ever."""

    url: str
    behaviours: list[Behaviour]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def images(self) -> list[Image.Image]:
        """The pictures of the last request."""
        parts = [p for message in self.requests[-1]["messages"] for p in message["content"] if isinstance(p, dict)]
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        assert all(url.startswith("data:image/png;base64,") for url in urls)
        return [Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) for url in urls]


def send(handler: Handler, status: int, body: object, headers: dict[str, str] | None = None) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def open_stream(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
    handler.end_headers()


def event(handler: Handler, data: object) -> None:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    handler.wfile.write(f"data: {text}\n\n".encode())
    handler.wfile.flush()


def piece(text: str | None, reason: str | None = None, probability: float | None = 0.5) -> dict[str, Any]:
    """One piece of a streamed answer; its text is one token."""
    logprobs = None
    if text and probability is not None:
        from math import log

        logprobs = {"content": [{"token": text, "logprob": log(probability)}]}
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason, "logprobs": logprobs}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def answers(text: str, reason: str = "stop", probability: float | None = 0.5, pause: float = 0.0) -> Behaviour:
    """Streams ``text``, a piece for each word and each end of a line, and tells the usage."""

    def behave(handler: Handler, request: dict[str, Any]) -> None:
        tokens = [token for line in text.splitlines(keepends=True) for token in _split(line)]
        asked = request.get("logprobs")
        open_stream(handler)
        event(handler, {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        for token in tokens:
            event(handler, piece(token, probability=probability if asked else None))
            time.sleep(pause)
        event(handler, piece(None, reason))
        if "stream_options" in request:
            event(handler, {"choices": [], "usage": {"prompt_tokens": 1800, "completion_tokens": len(tokens)}})
        event(handler, "[DONE]")

    return behave


def _split(line: str) -> list[str]:
    words = line.rstrip("\n").split(" ")
    tokens = [word if not place else " " + word for place, word in enumerate(words)]
    return [token for token in [*tokens, "\n" * line.endswith("\n")] if token]


def refuses(status: int, body: object = None, headers: dict[str, str] | None = None) -> Behaviour:
    given = {"error": {"message": f"refused with {status}"}} if body is None else body
    return lambda handler, request: send(handler, status, given, headers)


@contextmanager
def imitation(*behaviours: Behaviour, models: list[str] | None = None) -> Iterator[Imitation]:
    """A running server; behaviours as ``Imitation`` has them."""
    served: Imitation

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.requests.append({**request, "path": self.path})
            served.headers.append(dict(self.headers))
            place = min(len(served.requests), len(served.behaviours)) - 1
            try:
                served.behaviours[place](self, request)
            except (BrokenPipeError, ConnectionResetError):  # the asker has gone, as some tests want it
                self.close_connection = True

        def do_GET(self) -> None:
            if self.path == "/v1/models" and models is not None:
                send(self, 200, {"data": [{"id": name} for name in models]})
            else:
                send(self, 404, {"detail": "Not Found"})

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    served = Imitation(f"http://127.0.0.1:{server.server_address[1]}/v1", list(behaviours))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
