"""Reading and exporting over HTTP: bodies of both kinds, streams, and what is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bayou.documents.document import Document
from bayou.serving.event_stream import EventStream
from tests.serving.conftest import MakeClient
from tests.serving.pictures import data_address, png, tiff

ROOT = Path(__file__).resolve().parent.parent.parent


def events(text: str) -> list[tuple[str, dict]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def read(client: TestClient, data: bytes, name: str = "a.png", **fields: str) -> dict:
    reply = client.post("/v1/read", files={"file": (name, data)}, data=fields)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_a_file_is_read_from_a_form_and_from_json(client: TestClient) -> None:
    form = read(client, png(), "folder\\..\\letter.png")
    assert form["name"] == "letter.png"
    assert form["pages"][0]["blocks"][0]["lines"][0]["text"] == "30 x 20, line 0"
    plain = client.post("/v1/read", json={"document": data_address(png()), "name": "letter.png"}).json()
    assert plain == form
    assert Document.from_json(json.dumps(form)).pages[0].width == 30


def test_pages_can_be_chosen(client: TestClient) -> None:
    assert [page["number"] for page in read(client, tiff(10, 11, 12), pages="1,3")["pages"]] == [1, 3]


def test_a_stream_tells_lines_as_they_are_read_and_ends_with_the_document(client: TestClient) -> None:
    fields = {"stream": "true", "images": "true"}
    reply = client.post("/v1/read", files={"file": ("a.tif", tiff(10, 11))}, data=fields)
    assert reply.headers["content-type"].startswith("text/event-stream")
    found = events(reply.text)
    names = [name for name, _ in found]
    assert names == ["pages", *(["page_start", *["lines"] * 4, "page"] * 2), "done"]
    assert found[0][1] == {"count": 2, "total": 2}
    start = found[1][1]
    assert start["image"].startswith("data:image/jpeg;base64,") and (start["width"], start["unit"]) == (10, "px")
    assert found[2][1]["lines"] == [{"text": "10 x 20, line 0", "box": [0, 0, 10, 1], "confidence": 0.5}]
    assert found[-1][1]["pages"] == [data for name, data in found if name == "page"]


def test_a_stream_that_fails_says_so(client: TestClient) -> None:
    reply = client.post("/v1/read", files={"file": ("a.txt", b"only words")}, data={"stream": "true"})
    name, data = events(reply.text)[-1]
    assert (name, data["status"], data["error"]["code"]) == ("error", 422, "unreadable_document")
    assert data["message"].startswith("a.txt: is text")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"dpi": "many"}, "dpi"),
        ({"dpi": "9999"}, "dpi"),
        ({"force_ocr": "perhaps"}, "force_ocr"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, fields: dict[str, str], param: str) -> None:
    reply = client.post("/v1/read", files={"file": ("a.png", png())}, data=fields)
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize("address", ["/etc/hostname", "file:///etc/hostname", "http://127.0.0.1/a.png", "data:x"])
def test_nothing_but_data_addresses_is_opened(client: TestClient, address: str) -> None:
    for body in ({"file": address}, {"document": address}):
        reply = client.post("/v1/read", json=body)
        assert reply.status_code == 400, reply.text


def test_too_many_pages_and_pixels_are_refused(make_client: MakeClient) -> None:
    from bayou.serving.settings import ServingLimits

    client = make_client(limits=ServingLimits(max_pages=2, max_pixels=500))
    for data, said in ((tiff(10, 11, 12), "at most 2"), (png(30, 20), "pixels")):
        reply = client.post("/v1/read", files={"file": ("a", data)})
        assert reply.status_code == 413, reply.text
        assert said in reply.json()["error"]["message"]


@pytest.mark.parametrize("to", ["text", "markdown", "html", "json", "csv", "tsv", "hocr", "alto"])
def test_documents_are_exported(client: TestClient, to: str) -> None:
    document = read(client, png())
    reply = client.post("/v1/export", json={"document": document, "to": to})
    assert reply.status_code == 200
    assert "attachment" in reply.headers["content-disposition"]
    assert to == "csv" or "30 x 20, line 0" in reply.text or "line" in reply.text
    form = client.post("/v1/export", data={"document": json.dumps(document), "to": to})
    assert form.content == reply.content


def test_a_searchable_pdf_needs_its_file(client: TestClient) -> None:
    document = json.dumps(read(client, png(60, 40)))
    fields = {"document": document, "to": "pdf"}
    made = client.post("/v1/export", data=fields, files={"file": ("ä b.png", png(60, 40))})
    assert made.content.startswith(b"%PDF") and "%C3%A4%20b.pdf" in made.headers["content-disposition"]
    assert client.post("/v1/export", data=fields).status_code == 400


def test_a_document_that_is_none_is_refused(client: TestClient) -> None:
    for document in ('{"schema_version": 1}', "[]", "{"):
        assert client.post("/v1/export", data={"document": document, "to": "text"}).status_code in (400, 422)


def test_the_pages_of_the_server_itself(client: TestClient) -> None:
    assert client.get("/").status_code == client.get("/api").status_code == client.get("/health").status_code == 200
    assert client.get("/v1/models").json()["data"][0]["id"] == "made"
    assert "bayou_requests_total" in client.get("/metrics").text
    assert client.get("/static/index.html").status_code == 200
    assert client.get("/static/../app.py").status_code == client.get("/static/%2e%2e/app.py").status_code == 404


def test_a_stream_that_never_begins_gives_its_work_up() -> None:
    closed: list[bool] = []

    async def events() -> AsyncGenerator[bytes, None]:
        yield b"never sent"

    async def run() -> None:
        async def send(_: object) -> None:
            raise OSError("the client has gone")

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        await EventStream(events(), lambda: closed.append(True))({"type": "http"}, receive, send)

    with pytest.raises(OSError):
        asyncio.run(run())
    assert closed == [True]
