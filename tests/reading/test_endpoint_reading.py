"""Pages and questions through the Reader to a server: an imitation of one, on the loopback device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bayou.engine.endpoint_settings import EndpointSettings
from bayou.engine.request import TextPiece
from bayou.errors import ModelError, UsageError
from bayou.reading.confidence import text_probability
from bayou.reading.endpoint_answers import NO_CONFIDENCE
from bayou.reading.reader import Reader
from bayou.reading.tasks import CARD_PROMPT, ReadTask
from tests.engine.imitation_server import answers, imitation, refuses
from tests.reading.drawn_pages import PROSE, draw_lines

MODEL = "h2oai/h2ovl-mississippi-800m"
CONFIDENCE_TOLERANCE = 1e-6
TEXT = "\n".join(PROSE[:2])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    Image.fromarray(draw_lines(PROSE[:2], 700, 200)).save(path)
    return path


def reader(url: str, task: ReadTask | None = None) -> Reader:
    return Reader(MODEL, "endpoint", threads=1, endpoint=EndpointSettings(url, first_wait_seconds=0.01), task=task)


def test_a_page_becomes_a_document_with_places_and_confidence(page: Path) -> None:
    with imitation(answers(TEXT, probability=0.8)) as server:
        document = reader(server.url).read(page)
    (read,) = document.pages
    assert (document.to_text(), document.model, read.status, read.message) == (TEXT + "\n", MODEL, "ok", "")
    assert all(line.box is not None and line.source == "model" for line in read.lines)
    assert read.lines[0].confidence == pytest.approx(text_probability([0.8] * 9), abs=CONFIDENCE_TOLERANCE)
    (request,) = server.requests
    assert (request["model"], request["max_tokens"]) == (MODEL, 4096)
    assert request["messages"][0]["content"][1] == {"type": "text", "text": "\n" + CARD_PROMPT}
    assert np.array_equal(np.array(server.images[0]), draw_lines(PROSE[:2], 700, 200))


def test_a_server_without_probabilities_gives_no_confidence_and_the_page_says_so(page: Path) -> None:
    with imitation(answers(TEXT, probability=None)) as server:
        (read,) = reader(server.url).read(page).pages
    assert (read.status, read.message, read.confidence) == ("ok", NO_CONFIDENCE, None)
    assert {line.confidence for line in read.lines} == {None}


def test_an_answer_that_the_limit_cut_off_is_a_failed_page(page: Path) -> None:
    with imitation(answers(PROSE[0], reason="length")) as server:
        (read,) = reader(server.url, ReadTask(max_new_tokens=9)).read(page).pages
    assert read.status == "failed" and "cut off after 9 tokens" in read.message


def test_a_question_is_asked_and_its_answer_streams(page: Path) -> None:
    pieces: list[str] = []
    with imitation(answers("The sea. \n")) as server:
        answer = reader(server.url).ask(
            [page, np.zeros((9, 9, 3), np.uint8)],
            "Where to?",
            history=[("What is it?", "A river.")],
            max_new_tokens=50,
            on_event=lambda event: pieces.append(event.text) if isinstance(event, TextPiece) else None,
        )
    assert (answer.text, answer.finish_reason, answer.model) == ("The sea.", "stop", MODEL)
    assert "".join(pieces).strip() == answer.text and len(pieces) > 1
    assert (answer.prompt_tokens, answer.stop_ids, answer.passes) == (1800, (), None)
    assert answer.confidence is not None and answer.first_text_seconds is not None
    first, second, third = server.requests[0]["messages"]
    assert [part["type"] for part in first["content"]] == ["text", "image_url", "text", "image_url", "text"]
    assert (second["content"], third["content"]) == ("A river.", "Where to?")
    assert server.requests[0]["max_tokens"] == 50


def test_a_schema_goes_to_the_server_in_openais_words(page: Path) -> None:
    schema = {"type": "object", "properties": {"sea": {"type": "boolean"}}}
    with imitation(answers('{"sea": true}')) as server:
        answer = reader(server.url).ask(page, "Is it the sea?", schema=schema)
    assert (answer.text, answer.found) == ('{"sea": true}', None)
    assert answer.tokens is not None and len(answer.tokens) > 1
    form = server.requests[0]["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def test_what_only_a_model_in_this_process_can_do_is_refused(page: Path) -> None:
    with imitation(answers("x")) as server:
        with pytest.raises(UsageError, match="max_tiles"):
            reader(server.url, ReadTask(max_tiles=2)).ask(page, "What?")
        with pytest.raises(UsageError, match="skip_blank_tiles"):
            reader(server.url, ReadTask(skip_blank_tiles=True)).ask(page, "What?")
        assert server.requests == []


def test_a_server_that_fails_is_an_error_and_no_page(page: Path) -> None:
    with imitation(refuses(401)) as server, pytest.raises(ModelError, match="BAYOU_API_KEY"):
        reader(server.url).read(page)
