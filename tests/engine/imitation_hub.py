"""The Hugging Face Hub on the loopback device: its listing, its redirects to a store of large files, and its faults.

Two servers in threads, as the Hub has its large files on another host. Files are given a piece at a time, so that a
client that is killed or waits can be watched in the middle of one.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

LISTING = "listing"
LARGE = 100_000
"""Files of more bytes are in the store, as with Git LFS."""
_PIECE = 65_536


@dataclass(frozen=True)
class Asked:
    """One request, as the test may want to look at it."""

    what: str
    """``listing``, or the name of a file."""
    server: str
    path: str
    headers: dict[str, str]

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


Fault = Callable[[BaseHTTPRequestHandler, bytes], None]
"""What is done in place of an honest answer; it is given the bytes that should be sent."""


@dataclass
class ImitationHub:
    """What is served, what was asked, and what goes wrong next (one fault a request of that file or listing)."""

    repositories: dict[str, dict[str, dict[str, bytes]]]
    """Files by name, by revision, by repository."""
    url: str = ""
    store: str = ""
    token: str | None = None
    gated: set[str] = field(default_factory=set)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    seconds_a_piece: float = 0.0

    def fails(self, what: str, *faults: Fault) -> None:
        self.faults[what] = deque(faults)

    def requests(self, what: str, server: str | None = None) -> list[Asked]:
        return [asked for asked in self.asked if asked.what == what and server in (None, asked.server)]

    def files(self, repository: str, revision: str) -> dict[str, bytes] | None:
        revisions = self.repositories[repository]
        named = {commit(files): files for files in revisions.values()}
        return revisions.get(revision, named.get(revision))


def folder_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def commit(files: dict[str, bytes]) -> str:
    return hashlib.sha1("".join(name + git_hash(data) for name, data in sorted(files.items())).encode()).hexdigest()


@cache
def large_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def git_hash(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def cut(after: int) -> Fault:
    """The connection breaks off after so many bytes of those asked for."""

    def behave(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        _head(handler, data, handler.headers.get("range"))
        handler.wfile.write(_asked_part(data, handler.headers.get("range"))[:after])
        handler.wfile.flush()
        handler.close_connection = True

    return behave


def refuses(status: int, headers: dict[str, str] | None = None, body: bytes = b"{}") -> Fault:
    def behave(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        _send(handler, status, body, headers)

    return behave


def sends(change: Callable[[bytes], bytes], heeds_range: bool = True) -> Fault:
    """The bytes of the file changed; without ``heeds_range`` always from the first."""

    def behave(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        asked = handler.headers.get("range") if heeds_range else None
        changed = change(data)
        _head(handler, changed, asked)
        handler.wfile.write(_asked_part(changed, asked))

    return behave


def flipped(place: int) -> Callable[[bytes], bytes]:
    """One bit of one byte is another."""
    return lambda data: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _start(asked: str | None) -> int:
    match = re.fullmatch(r"bytes=(\d+)-", asked or "")
    return int(match[1]) if match else 0


def _asked_part(data: bytes, asked: str | None) -> bytes:
    return data[_start(asked) :]


def _head(handler: BaseHTTPRequestHandler, data: bytes, asked: str | None) -> None:
    part = _asked_part(data, asked)
    handler.send_response(206 if asked else 200)
    handler.send_header("Accept-Ranges", "bytes")
    handler.send_header("ETag", f'"{large_hash(data)}"')
    handler.send_header("Content-Length", str(len(part)))
    if asked:
        handler.send_header("Content-Range", f"bytes {_start(asked)}-{len(data) - 1}/{len(data)}")
    handler.end_headers()


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def _error(handler: BaseHTTPRequestHandler, status: int, code: str) -> None:
    _send(handler, status, json.dumps({"error": code}).encode(), {"X-Error-Code": code, "X-Error-Message": code})


def _listing(repository: str, files: dict[str, bytes]) -> bytes:
    siblings = []
    for name, data in files.items():
        entry = {"rfilename": name, "size": len(data), "blobId": git_hash(data)}
        if len(data) > LARGE:
            pointer = {"sha256": large_hash(data), "size": len(data), "pointerSize": 134}
            entry |= {"lfs": pointer, "blobId": git_hash(json.dumps(pointer).encode())}
        siblings.append(entry)
    about = {"_id": "1", "id": repository, "modelId": repository, "private": False, "tags": [], "downloads": 1}
    return json.dumps({**about, "sha": commit(files), "siblings": siblings}).encode()


class _Handler(BaseHTTPRequestHandler):
    """Answers for both servers; which it is stands in ``role``."""

    protocol_version = "HTTP/1.1"
    hub: ImitationHub
    role: str

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        try:
            if self.role == "store":
                self._file(*path.removeprefix("/").rsplit("/", 2))
            elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/(.+)", path):
                self._repository(LISTING, match[1], match[2])
            elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                self._repository(match[3], match[1], match[2])
            else:
                self._note(path)
                _error(self, 404, "Unknown")
        except (BrokenPipeError, ConnectionResetError):  # the asker has gone, as some tests want it
            self.close_connection = True

    def _note(self, what: str) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.asked.append(Asked(what, self.role, self.path, headers))

    def _repository(self, what: str, repository: str, revision: str) -> None:
        self._note(what)
        faults = self.hub.faults.get(what)
        if what == LISTING and faults:
            return faults.popleft()(self, b"")
        given = self.headers.get("authorization")
        if given is not None and given != f"Bearer {self.hub.token}":
            message = "Invalid credentials in Authorization header"
            return _send(self, 401, b"{}", {"X-Error-Message": message})
        if repository not in self.hub.repositories or (self.hub.token and given is None):
            return _error(self, 401, "RepoNotFound")
        files = self.hub.files(repository, revision)
        if files is None:
            return _error(self, 404, "RevisionNotFound")
        if what == LISTING:
            return _send(self, 200, _listing(repository, files))
        if repository in self.hub.gated:
            return _error(self, 403, "GatedRepo")
        if what not in files:
            return _error(self, 404, "EntryNotFound")
        if len(files[what]) > LARGE:
            self.send_response(302)
            self.send_header("Location", f"{self.hub.store}/{repository}/{commit(files)}/{what}")
            self.send_header("X-Repo-Commit", commit(files))
            self.send_header("X-Linked-Etag", f'"{large_hash(files[what])}"')
            self.send_header("X-Linked-Size", str(len(files[what])))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        return self._give(what, files[what])

    def _file(self, repository: str, revision: str, name: str) -> None:
        self._note(name)
        files = self.hub.files(repository, revision)
        assert files is not None
        self._give(name, files[name])

    def _give(self, name: str, data: bytes) -> None:
        faults, asked = self.hub.faults.get(name), self.headers.get("range")
        if faults:
            return faults.popleft()(self, data)
        if asked and _start(asked) >= len(data):
            return _send(self, 416, b"", {"Content-Range": f"bytes */{len(data)}"})
        _head(self, data, asked)
        part = _asked_part(data, asked)
        for first in range(0, len(part), _PIECE):
            self.wfile.write(part[first : first + _PIECE])
            time.sleep(self.hub.seconds_a_piece)
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def imitation_hub(repositories: Mapping[str, Path | dict[str, bytes]]) -> Iterator[ImitationHub]:
    """Running servers; each repository, a folder or files by name, has one revision, main."""
    served = {
        name: {"main": files if isinstance(files, dict) else folder_files(files)}
        for name, files in repositories.items()
    }
    hub = ImitationHub(served)
    servers = []
    for role in ("hub", "store"):
        handler = type(f"{role}Handler", (_Handler,), {"hub": hub, "role": role})
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
    hub.url, hub.store = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}) for server in servers]
    for server, thread in zip(servers, threads, strict=True):
        server.daemon_threads = True
        thread.start()
    try:
        yield hub
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
