"""Asking and chatting: OpenAI's own client, streams, schemas, and each unsupported parameter refused by name."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import openai
import pytest
from fastapi.testclient import TestClient

from bayou.reading.folder_workers import ReadSettings
from bayou.serving.answering import wants_text
from bayou.serving.app import make_app
from bayou.serving.job_store import JobStore
from bayou.serving.pool import Pool
from bayou.serving.settings import ServingLimits, ServingSettings
from bayou.serving.stop_text import StopText
from tests.documents.pdf_maker import PageSpec, make_pdf, text_at
from tests.serving.made_reader import ANSWERING, make_reader
from tests.serving.pictures import data_address, png, tiff
from tests.serving.running_server import running

PICTURE = {"type": "image_url", "image_url": {"url": data_address(png())}}
TEXT = {"type": "text", "text": "Read the text in the image."}


def messages(*parts: object) -> list[dict]:
    return [{"role": "user", "content": list(parts)}]


@pytest.fixture(scope="module")
def lines(pool: Pool) -> Iterator[openai.OpenAI]:
    """OpenAI's client of a server whose model reads lines."""
    with official_client(pool) as client:
        yield client


@pytest.fixture(scope="module")
def answerer() -> Iterator[openai.OpenAI]:
    """The same of one whose model answers by itself."""
    pool = Pool(make_reader, ReadSettings(model=ANSWERING), 1, ServingLimits())
    pool.start()
    with official_client(pool) as client:
        yield client
    pool.close()


@contextmanager
def official_client(pool: Pool) -> Iterator[openai.OpenAI]:
    store = JobStore(None)
    settings = ServingSettings(api_keys=("secret",))
    with (
        running(make_app(settings, pool, store, "0")) as address,
        openai.OpenAI(base_url=f"{address}/v1", api_key="secret", max_retries=0) as client,
    ):
        yield client
    store.close()


def test_the_official_client_lists_models_and_reads_a_picture(lines: openai.OpenAI) -> None:
    assert [model.id for model in lines.models.list()] == ["made"]
    answer = lines.chat.completions.create(model="made", messages=messages(PICTURE, TEXT), temperature=0, seed=1)
    assert answer.choices[0].message.content.splitlines()[0] == "30 x 20, line 0"
    assert answer.choices[0].finish_reason == "stop"


def test_the_official_client_streams_a_pdf(lines: openai.OpenAI) -> None:
    pdf = make_pdf([PageSpec(text_at(72, 100, "Hello"))])
    part = {"type": "file", "file": {"filename": "a.pdf", "file_data": data_address(pdf, "application/pdf")}}
    chunks = list(lines.chat.completions.create(model="made", messages=messages(part), stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "line 3" in text and chunks[-1].choices[0].finish_reason == "stop"


def test_a_reader_of_lines_answers_questions_and_says_what_it_cant(lines: openai.OpenAI) -> None:
    def ask(question: str) -> tuple[str, dict]:
        asked = messages(PICTURE, {"type": "text", "text": question})
        answer = lines.chat.completions.create(model="made", messages=asked)
        return answer.choices[0].message.content, answer.model_extra["bayou"]

    said, beside = ask("What is the total?")
    assert said == "1 sources, 0 turns: What is the total?"
    assert beside["found"] and beside["evidence"] == [{"quote": "q", "page": 1, "boxes": []}]
    said, beside = ask("Tell me a joke")
    assert "bayou pull 2b" in said and beside["found"] is False


def test_a_reader_of_lines_fills_a_schema(lines: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"total": {"type": "string"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    answer = lines.chat.completions.create(model="made", messages=messages(PICTURE), response_format=wanted)
    assert answer.choices[0].message.content == '{"total": "30 x 20, line 0"}'


def test_a_record_that_does_not_fit_is_no_content_but_a_refusal(lines: openai.OpenAI) -> None:
    schema = {"type": "object", "properties": {"total": {"enum": ["1.00"]}}, "required": ["total"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema, "strict": True}}
    asked = {"model": "made", "messages": messages(PICTURE), "response_format": wanted}
    answer = lines.chat.completions.create(**asked)
    assert answer.choices[0].message.content is None and "'1.00'" in answer.choices[0].message.refusal
    assert answer.model_extra["bayou"]["record"] == {"total": "30 x 20, line 0"}
    chunks = list(lines.chat.completions.create(**asked, stream=True))
    assert any("'1.00'" in (chunk.choices[0].delta.refusal or "") for chunk in chunks)
    assert not any(chunk.choices[0].delta.content for chunk in chunks)


def test_limits_and_stops_end_the_text(lines: openai.OpenAI) -> None:
    create = lines.chat.completions.create
    stopped = create(model="made", messages=messages(PICTURE), stop=["line 1"])
    assert stopped.choices[0].message.content == "30 x 20, line 0\n30 x 20, "
    short = create(model="made", messages=messages(PICTURE), max_tokens=7)
    assert (short.choices[0].message.content, short.choices[0].finish_reason) == ("30 x 20", "length")


def test_a_model_that_answers_sees_all_pages_and_tells_its_tokens(answerer: openai.OpenAI) -> None:
    part = {"type": "image_url", "image_url": {"url": data_address(tiff(10, 11), "image/tiff")}}
    answer = answerer.chat.completions.create(model=ANSWERING, messages=messages(part, TEXT), logprobs=True)
    assert answer.choices[0].message.content == "I see 2 pictures. Nothing else."
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (100, 6)
    told = answer.choices[0].logprobs.content
    assert "".join(token.token for token in told) == answer.choices[0].message.content
    assert told[0].logprob == math.log(0.5) and told[1].bytes == list(b" see")


def test_a_stream_tells_pieces_usage_and_how_far_the_pictures_are(answerer: openai.OpenAI) -> None:
    asked = {"model": ANSWERING, "messages": messages(PICTURE, TEXT), "stream": True}
    with answerer.chat.completions.with_streaming_response.create(
        **asked, stream_options={"include_usage": True}
    ) as reply:
        raw = "".join(reply.iter_text())
    assert ": encoded 1/1\n\n" in raw and raw.endswith("data: [DONE]\n\n")
    chunks = list(answerer.chat.completions.create(**asked, stream_options={"include_usage": True}, logprobs=True))
    pieces = [chunk.choices[0].delta.content for chunk in chunks[:-1] if chunk.choices[0].delta.content]
    assert pieces == ["I", " see", " 1", " pictures.", " Nothing", " else."]
    assert len(chunks[-2].choices[0].logprobs.content) == 6
    assert chunks[-1].usage.total_tokens == 106


def test_a_stop_ends_the_work_and_what_is_told(answerer: openai.OpenAI) -> None:
    asked = {"model": ANSWERING, "messages": messages(PICTURE, TEXT), "stop": ". No"}
    assert answerer.chat.completions.create(**asked).choices[0].message.content == "I see 1 pictures"
    chunks = answerer.chat.completions.create(**asked, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "I see 1 pictures"


def test_a_failure_in_a_stream_reaches_the_client(answerer: openai.OpenAI) -> None:
    asked = messages({"type": "text", "text": "wrong"})
    with pytest.raises(openai.APIError, match="that can't be"):
        list(answerer.chat.completions.create(model=ANSWERING, messages=asked, stream=True))


def test_errors_are_the_official_clients_own(lines: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="no model 'gpt'"):
        lines.chat.completions.create(model="gpt", messages=messages(TEXT))
    with pytest.raises(openai.AuthenticationError):
        lines.with_options(api_key="wrong").models.list()
    with pytest.raises(openai.BadRequestError, match="send a picture"):
        lines.chat.completions.create(model="made", messages=messages(TEXT))


WRONG = [
    ({"temperature": 0.7}, "temperature"),
    ({"top_p": 0.9}, "top_p"),
    ({"n": 2}, "n"),
    ({"tools": [{"type": "function"}]}, "tools"),
    ({"top_logprobs": 3}, "top_logprobs"),
    ({"presence_penalty": 1}, "presence_penalty"),
    ({"logit_bias": {"1": 5}}, "logit_bias"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_completion_tokens": 10**6}, "max_completion_tokens"),
    ({"stop": ["a"] * 5}, "stop"),
    ({"stop": "a", "logprobs": True}, "stop"),
    ({"seed": "a"}, "seed"),
    ({"response_format": {"type": "json_object"}}, "response_format"),
    ({"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "string"}}}}, "response_format"),
    ({"reasoning_effort": "high"}, "reasoning_effort"),
    ({"messages": []}, "messages"),
    ({"messages": [{"role": "assistant", "content": "a"}]}, "messages"),
    ({"messages": [{"role": "system", "content": "a"}]}, "messages[0].role"),
    ({"messages": messages({"type": "input_audio"})}, "messages[0].content[0]"),
    ({"messages": messages({"type": "image_url", "image_url": {"url": "/etc/hostname"}})}, None),
    ({"messages": messages({"type": "image_url", "image_url": {"url": "https://example.org/a.png"}})}, "messages"),
    ({"messages": messages({**PICTURE, "image_url": {"url": data_address(png()), "detail": "low"}})}, None),
]


@pytest.mark.parametrize(("change", "param"), WRONG, ids=[str(next(iter(change))) for change, _ in WRONG])
def test_what_is_not_supported_is_refused_by_name(client: TestClient, change: dict, param: str | None) -> None:
    body = {"model": "made", "messages": messages(PICTURE)} | change
    reply = client.post("/v1/chat/completions", json=body)
    assert reply.status_code == 400, reply.text
    error = reply.json()["error"]
    assert param is None or error["param"] == param
    assert param is None or param == "messages" or f"'{param}'" in error["message"]


def test_questions_are_asked_of_files_and_documents(client: TestClient) -> None:
    document = client.post("/v1/read", files={"file": ("a.png", png())}).text
    fields = {"question": "What is the total?", "history": '[["a", "b"]]'}
    for sent in ({"files": {"file": ("a.png", png())}}, {"files": {"document": ("d.json", document)}}):
        told = client.post("/v1/ask", data=fields, **sent).json()
        assert told["text"] == "1 sources, 1 turns: What is the total?"
        assert (told["found"], told["confidence"], told["note"]) == (True, 0.5, "")
    assert client.post("/v1/ask", json={"question": "What?"}).json()["error"]["param"] == "file"
    wrong = client.post("/v1/ask", data={"question": "a", "history": '["a"]'}, files={"file": ("a.png", png())})
    assert wrong.json()["error"]["param"] == "history"


def test_records_are_made_of_files_and_documents(client: TestClient) -> None:
    schema = {"type": "object", "properties": {"total": {"type": "string"}}}
    made = client.post("/v1/extract", json={"file": data_address(png()), "schema": schema}).json()
    assert made["record"] == {"total": "30 x 20, line 0"}
    assert made["fields"][0]["evidence"][0]["boxes"] == [[0, 0, 1, 1]]
    assert [one["name"] for one in client.get("/v1/schemas").json()["schemas"]][:2] == ["invoice", "receipt"]
    for wrong in ("nonsense", "/etc/hostname", "bayou.errors:InputError", '{"type": "string"}', None):
        reply = client.post("/v1/extract", json={"file": data_address(png()), "schema": wrong})
        assert reply.status_code == 400, wrong


@pytest.mark.parametrize(
    ("schema", "status"),
    [
        ("{not json", 400),
        ('{"properties":{"a":' * 400 + "{}" + "}}" * 400, 400),
        ('{"properties":{"a":{"title":"' + "a" * 200_000 + '"}}}', 413),
    ],
    ids=["no JSON", "deep", "large"],
)
def test_a_schema_that_would_hold_up_others_is_refused(client: TestClient, schema: str, status: int) -> None:
    reply = client.post("/v1/extract", data={"schema": schema}, files={"file": ("a.png", png())})
    assert (reply.status_code, reply.json()["error"]["param"]) == (status, "schema")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("", True),
        ("Read the text in the image.", True),
        ("Read all the text in this image. Output the exact text content only.", True),
        ("OCR", True),
        ("What does this say?", True),
        ("Please transcribe the pages to Markdown", True),
        ("Read the total", False),
        ("What is the total?", False),
        ("Who wrote this text?", False),
    ],
)
def test_what_asks_for_the_text_itself(question: str, wanted: bool) -> None:
    assert wants_text(question) == wanted


def test_a_stop_is_found_over_pieces_and_what_looks_like_one_is_kept() -> None:
    text = StopText(["END", "\n\n"])
    assert [text.push(piece) for piece in ("a E", "N", "x\n", "b\n", "\nc")] == ["a ", "", "ENx", "\nb", ""]
    assert (text.text, text.ended) == ("a ENx\nb", "stop")
    kept = StopText(["END"])
    assert kept.push("an EN") + kept.finish() == "an EN"
