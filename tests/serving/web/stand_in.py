"""A small server that speaks bayou serve's HTTP contract about one made-up document. Knows no model.

It serves the page's own files and answers at once and always the same, so that the page's tests are about the page.
Names of files decide what happens: ``broken.pdf`` is refused, ``locked.pdf`` wants the password "open", ``slow.png``
stops after its first page, of ``torn.pdf`` the first page is damaged, ``long.pdf`` has 23,
``busy.png`` is refused once with 429.
"""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from bayou.documents.document import Block, Cell, Document, Line, Page, Source, Table, Word
from bayou.documents.geometry import Box
from bayou.documents.json_format import from_json, to_json

WEB = Path(__file__).resolve().parents[3] / "bayou" / "serving" / "web"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
SECURITY = "default-src 'self'; img-src 'self' data: blob:"
WIDTH, HEIGHT = 600, 800


def line(text: str, left: float, top: float, confidence: float = 0.99, source: Source = "model") -> Line:
    """A line 20 high whose words, 10 a character, share its confidence; only the last word is doubtful."""
    words, at = [], left
    parts = text.split(" ")
    for k, part in enumerate(parts):
        sure = confidence if k == len(parts) - 1 else 0.99
        words.append(Word(part, Box(at, top, at + 10 * len(part), top + 20), sure, source))
        at += 10 * (len(part) + 1)
    return Line(text, Box(left, top, at - 10, top + 20), confidence, source, tuple(words))


def around(*lines: Line) -> Box:
    boxes = [each.box for each in lines if each.box]
    return Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )


def invoice() -> tuple[Page, ...]:
    """Two pages: a heading, a paragraph and a table with three doubtful lines; and one more line."""
    title = line("Invoice", 40, 40)
    greeting, terms = line("Dear Ms Ådahl,", 40, 100), line("please pay within 3O days", 40, 130, 0.6)
    rows = [
        [line("Item", 40, 200), line("Amount", 300, 200)],
        [line("Oak board", 40, 230), line("£18.40", 300, 230, 0.7)],
        [line("Total", 40, 260), line("£36.8O", 300, 260, 0.55)],
    ]
    flat = tuple(each for row in rows for each in row)
    cells = tuple(
        tuple(
            Cell(
                each.text, Box(30 if k == 0 else 290, 195 + 30 * r, 280 if k == 0 else 540, 225 + 30 * r), header=r == 0
            )
            for k, each in enumerate(row)
        )
        for r, row in enumerate(rows)
    )
    blocks = (
        Block("heading", around(title), (title,), level=1),
        Block("paragraph", around(greeting, terms), (greeting, terms)),
        Block("table", Box(30, 195, 540, 285), flat, table=Table(cells)),
    )
    farewell = line("Yours <b>sincerely</b>", 40, 60)
    return (
        Page(1, WIDTH, HEIGHT, "px", blocks, confidence=0.9, pixel_width=WIDTH, pixel_height=HEIGHT),
        Page(2, WIDTH, HEIGHT, "px", (Block("paragraph", around(farewell), (farewell,)),), confidence=0.99),
    )


def picture(page: Page) -> str:
    """The page's picture as a data URL."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    for each in page.lines:
        assert each.box
        pen.text((each.box.left, each.box.top), each.text, "black", font_size=18)
    file = io.BytesIO()
    image.save(file, "JPEG")
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


FIELDS = {
    "record": {"total": 36.8, "date": None, "items": [{"name": "Oak board", "amount": 18.4}]},
    "fields": [
        {
            "path": "total", "value": 36.8, "printed": "£36.8O", "confidence": 0.55, "reason": "",
            "evidence": [{"quote": "£36.8O", "page": 1, "boxes": [[300, 260, 360, 280]]}],
        },
        {
            "path": "date", "value": None, "printed": None, "confidence": None, "reason": "not on the page",
            "evidence": [],
        },
        {
            "path": "items[0].name", "value": "Oak board", "printed": "Oak board", "confidence": 0.97, "reason": "",
            "evidence": [{"quote": "Oak board", "page": 1, "boxes": [[40, 230, 130, 250]]}],
        },
        {
            "path": "items[0].amount", "value": 18.4, "printed": "£18.40", "confidence": 0.7, "reason": "",
            "evidence": [],
        },
    ],
    "model": "nano", "name": "invoice.png", "sha256": "",
}  # fmt: skip
RECEIPT = {
    "type": "object",
    "properties": {
        "total": {"type": "number", "title": "To pay"},
        "items": {"type": "array", "title": "Bought", "items": {"$ref": "#/$defs/item"}},
    },
    "$defs": {"item": {"type": "object", "properties": {"name": {"title": "Goods"}, "amount": {"type": "number"}}}},
}
SCHEMAS = {
    "schemas": [
        {"name": "invoice", "title": "Invoice", "schema": {"type": "object"}},
        {"name": "receipt", "title": "Receipt", "schema": RECEIPT},
    ]
}
ANSWERS = {"v1/schemas": SCHEMAS, "v1/models": {"data": [{"id": "nano", "answers": False}]}}


class StandIn(ThreadingHTTPServer):
    """The server; ``key`` is wanted where it isn't "", ``seen`` holds path and form of each request."""

    daemon_threads = True

    def __init__(self, key: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.key = key
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.broken_off = threading.Event()
        self.was_busy = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def forms(self, path: str) -> list[dict[str, Any]]:
        return [form for seen, form in self.seen if seen == path]


@contextmanager
def standing_in(key: str = "") -> Iterator[StandIn]:
    """The server, running."""
    with StandIn(key) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: StandIn

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests are quiet."""

    def do_GET(self) -> None:
        path = self.path.lstrip("/")
        if path in ANSWERS:
            return self._json(ANSWERS[path]) if self._allowed() else None
        file = WEB / (path.removeprefix("static/") or "index.html")
        if file.parent != WEB or not file.is_file():
            return self._refuse(404, "not_found", "no such page")
        return self._send(file.read_bytes(), TYPES[file.suffix])

    def do_POST(self) -> None:
        form = self._form()
        if not self._allowed():
            return
        self.server.seen.append((self.path, form))
        {
            "/v1/read": self._read, "/v1/extract": self._extract, "/v1/ask": self._ask, "/v1/export": self._export,
        }[self.path](form)  # fmt: skip

    def _allowed(self) -> bool:
        if not self.server.key or self.headers["Authorization"] == f"Bearer {self.server.key}":
            return True
        self._refuse(401, "invalid_api_key", "this server wants a key")
        return False

    def _form(self) -> dict[str, Any]:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        header = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form: dict[str, Any] = {}
        for part in BytesParser(policy=HTTP).parsebytes(header + body).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            form[str(name)] = (part.get_filename(), content) if part.get_filename() else bytes(content).decode()
        return form

    def _read(self, form: dict[str, Any]) -> None:
        name = form["file"][0]
        if name == "broken.pdf":
            return self._refuse(422, "input_error", "broken.pdf: not an image or PDF that bayou knows")
        if name == "locked.pdf" and form.get("password") != "open":
            return self._refuse(422, "password", "locked.pdf: needs a password")
        if name == "busy.png" and not self.server.was_busy:
            self.server.was_busy = True
            return self._refuse(429, "busy", "too many requests", {"Retry-After": "1"})
        pages = invoice()
        if name == "torn.pdf":
            pages = (Page(1, WIDTH, HEIGHT, "pt", status="failed", message="the page is damaged"), pages[1])
        if name == "long.pdf":
            pages = tuple(replace(pages[1], number=number) for number in range(1, 24))
        first, last = map(int, form["pages"].split("-"))
        total, pages = len(pages), pages[first - 1 : last]
        self._start(200, "text/event-stream")
        self._event("pages", {"count": len(pages), "total": total})
        for page in pages:
            if page.status != "failed":
                start = {"page": page.number, "width": WIDTH, "height": HEIGHT, "unit": "px", "image": picture(page)}
                self._event("page_start", start)
                said = [
                    {"text": each.text, "box": _corners(each), "confidence": each.confidence} for each in page.lines
                ]
                self._event("lines", {"page": page.number, "lines": said[:2], "draft": False})
            if name == "slow.png" and page.number == 2:
                return self._wait()
            self._event("page", json.loads(to_json(Document((page,))))["pages"][0])
        self._event("done", json.loads(to_json(Document(pages, name, "0" * 64, "nano"))))

    def _wait(self) -> None:
        """Goes on sending nothing much until the client has gone."""
        try:
            for _ in range(500):
                self.wfile.write(b": still reading\n\n")
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            self.server.broken_off.set()

    def _event(self, event: str, data: object) -> None:
        self.wfile.write(f"event: {event}\r\ndata: {json.dumps(data)}\r\n\r\n".encode())
        self.wfile.flush()

    def _extract(self, form: dict[str, Any]) -> None:
        from_json(form["document"])
        self._json(FIELDS)

    def _ask(self, form: dict[str, Any]) -> None:
        from_json(form["document"])
        evidence = [{"quote": "£36.8O", "page": 1, "boxes": [[300, 260, 360, 280]]}]
        if "total" in form["question"]:
            self._json(
                {"text": "£36.80", "found": True, "confidence": 0.8, "model": "nano", "evidence": evidence, "note": ""}
            )
        elif "poem" in form["question"]:
            self._refuse(422, "needs_model", "nano writes no poems; bayou pull 800m fetches a model that does")
        else:
            self._json({"text": "", "found": False, "confidence": None, "model": "nano", "evidence": [], "note": ""})

    def _export(self, form: dict[str, Any]) -> None:
        document = from_json(form["document"])
        made = {
            "markdown": ("text/markdown", document.to_markdown), "json": ("application/json", document.to_json),
            "text": ("text/plain", document.to_text), "csv": ("text/csv", lambda: "\n".join(document.to_csv())),
        }  # fmt: skip
        if form["to"] == "pdf":
            assert form["file"][1], "a searchable PDF is made of the file"
            return self._send(
                b"%PDF-1.7 made up", "application/pdf", {"Content-Disposition": 'attachment; filename="made.pdf"'}
            )
        if form["to"] not in made:
            return self._refuse(422, "unsupported", f"no format {form['to']}")
        kind, write = made[form["to"]]
        self._send(write().encode(), kind)

    def _json(self, data: object) -> None:
        self._send(json.dumps(data).encode(), "application/json")

    def _refuse(self, status: int, code: str, message: str, more: dict[str, str] | None = None) -> None:
        error = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
        self._send(json.dumps(error).encode(), "application/json", more, status)

    def _send(self, body: bytes, kind: str, more: dict[str, str] | None = None, status: int = 200) -> None:
        self._start(status, kind, {"Content-Length": str(len(body)), **(more or {})})
        self.wfile.write(body)

    def _start(self, status: int, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Security-Policy": SECURITY, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()


def _corners(each: Line) -> list[float]:
    assert each.box
    return [each.box.left, each.box.top, each.box.right, each.box.bottom]
