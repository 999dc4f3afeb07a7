"""A server on this computer that gives files to those alone who have a secret, by signature or by password."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@contextmanager
def signed_server(folder: Path, secrets: set[str]) -> Iterator[str]:
    """Its ``host:port``. ``secrets`` may change while it runs; the user is called ``me``."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self.wfile.write(self._answer())

        def _answer(self) -> bytes:
            parts = urlsplit(self.path)
            file = folder / parts.path.lstrip("/")
            allowed = self._secret(parts.query) in secrets
            body = file.read_bytes() if allowed and file.is_file() else b""
            self.send_response(200 if body else 404 if allowed else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            return body

        def _secret(self, query: str) -> str:
            login = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            return login.removeprefix("me:") or parse_qs(query).get("sig", [""])[0]

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
