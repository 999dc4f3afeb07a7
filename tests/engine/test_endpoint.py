"""A server asked over HTTP: what is sent, what comes back in pieces, and every way in which it can go wrong."""

from __future__ import annotations

import json
import socket
import time
from itertools import pairwise
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bayou.engine.endpoint_settings import EndpointSettings
from bayou.engine.runtimes.endpoint import Endpoint
from bayou.engine.runtimes.endpoint_reply import server_events
from bayou.errors import InputError, ModelError, UsageError
from bayou.inputs.messages import Message
from tests.engine.imitation_server import (
    Behaviour,
    Handler,
    answers,
    event,
    imitation,
    open_stream,
    piece,
    refuses,
    send,
)

HELLO = [Message("user", "Hello?")]
PROBABILITY_TOLERANCE = 1e-4
TEXT = "Grand total 39.00\nGrüße\u2028aus Łódź 漢字\n\nend"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def endpoint(url: str, **settings: object) -> Endpoint:
    quick = {"first_wait_seconds": 0.01, "longest_wait_seconds": 0.05, "silent_seconds": 5.0, **settings}
    return Endpoint(EndpointSettings(url, **quick), "h2ovl-800m")  # type: ignore[arg-type]


def test_an_answer_comes_in_pieces_and_is_put_together() -> None:
    pieces: list[str] = []
    with imitation(answers(TEXT)) as server:
        answer = endpoint(server.url).answer(HELLO, 77, pieces.append)
    assert answer.text == TEXT == "".join(pieces)
    assert len(pieces) > 6
    assert (answer.finish_reason, answer.prompt_tokens, answer.new_tokens) == ("stop", 1800, len(pieces))
    assert answer.tokens is not None and "".join(text for text, _ in answer.tokens) == TEXT
    assert {round(probability, 4) for _, probability in answer.tokens} == {0.5}
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["max_tokens"], request["temperature"]) == ("h2ovl-800m", 77, 0)
    assert request["messages"] == [{"role": "user", "content": "Hello?"}]
    assert "Authorization" not in server.headers[0]


def test_pictures_travel_without_loss_where_they_stand() -> None:
    pixels = np.random.default_rng(5).integers(0, 255, (40, 30, 3), dtype=np.uint8)
    talk = [
        Message("user", ["first ", pixels, " and ", Image.fromarray(pixels[:10])]),
        Message("assistant", "Two."),
        Message("user", "Sure?"),
    ]
    with imitation(answers("yes")) as server:
        endpoint(server.url + "/", api_key="secret").answer(talk, 5)
    first, second, third = server.requests[0]["messages"]
    assert [part["type"] for part in first["content"]] == ["text", "image_url", "text", "image_url"]
    assert (second, third) == ({"role": "assistant", "content": "Two."}, {"role": "user", "content": "Sure?"})
    assert [np.array(image).tolist() for image in server.images] == [pixels.tolist(), pixels[:10].tolist()]
    assert server.headers[0]["Authorization"] == "Bearer secret"


def test_an_answer_that_is_cut_by_its_limit_says_so() -> None:
    with imitation(answers("one two", reason="length")) as server:
        assert endpoint(server.url).answer(HELLO, 2).finish_reason == "length"


def test_a_server_that_does_not_stream_is_understood() -> None:
    logprobs = {"content": [{"token": "Hi", "logprob": -0.25, "bytes": [72, 105]}]}
    whole = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop", "logprobs": logprobs}]}
    pieces: list[str] = []
    with imitation(refuses(200, whole)) as server:
        answer = endpoint(server.url).answer(HELLO, 2, pieces.append)
    assert (answer.text, pieces, answer.new_tokens) == ("Hi", ["Hi"], None)
    assert answer.tokens is not None
    assert answer.tokens[0] == ("Hi", pytest.approx(exp(-0.25), abs=PROBABILITY_TOLERANCE))


def test_what_a_server_refuses_by_name_is_left_away_and_then_missing() -> None:
    def picky(handler: Handler, request: dict[str, object]) -> None:
        for option in ("logprobs", "stream_options"):
            if option in request:
                return send(handler, 400, {"error": {"message": f"{option} is not supported"}})
        return answers("fine")(handler, request)

    with imitation(picky) as server:
        asked = endpoint(server.url)
        answer = asked.answer(HELLO, 9)
        assert (answer.text, answer.tokens, answer.prompt_tokens) == ("fine", None, None)
        assert len(server.requests) == 3
        asked.answer(HELLO, 9)  # it remembers
    assert len(server.requests) == 4


def test_without_probabilities_there_is_none_for_a_single_token_either() -> None:
    def some(handler: Handler, request: dict[str, object]) -> None:
        open_stream(handler)
        event(handler, piece("known "))
        event(handler, piece("unknown", "stop", probability=None))
        event(handler, "[DONE]")

    with imitation(some) as server:
        assert endpoint(server.url).answer(HELLO, 9).tokens is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(status: int) -> None:
    with imitation(refuses(status), refuses(status, b"<html>", {"Retry-After": "0"}), answers("at last")) as server:
        assert endpoint(server.url).answer(HELLO, 9).text == "at last"
    assert len(server.requests) == 3


def test_retries_end_and_wait_longer_each_time() -> None:
    with imitation(refuses(503)) as server, pytest.raises(ModelError, match=r"asked 3 times.*refused with 503"):
        start = time.perf_counter()
        endpoint(server.url, retries=2, first_wait_seconds=0.1, longest_wait_seconds=9.0).answer(HELLO, 9)
    assert len(server.requests) == 3
    assert time.perf_counter() - start > 0.1 + 0.2
    with imitation(refuses(429)) as server, pytest.raises(ModelError, match=r"too busy.*asked once"):
        endpoint(server.url, retries=0).answer(HELLO, 9)


@pytest.mark.parametrize(
    ("status", "kind", "match"),
    [
        (401, ModelError, "wants a key.*BAYOU_API_KEY.*refused with 401"),
        (403, ModelError, "wants a key"),
        (404, ModelError, r"no model 'h2ovl-800m'.*it has one, two"),
        (400, InputError, "refuses this request.*refused with 400"),
        (413, InputError, "refuses this request"),
        (418, ModelError, "answers 418"),
        (307, ModelError, "sends on to http://192.0.2.1/"),
    ],
)
def test_refusals_say_what_helps_and_are_not_repeated(status: int, kind: type[Exception], match: str) -> None:
    with imitation(refuses(status, headers={"Location": "http://192.0.2.1/"}), models=["one", "two"]) as server:
        with pytest.raises(kind, match=match) as raised:
            endpoint(server.url).answer(HELLO, 9)
        assert str(raised.value).startswith(server.url)
    assert len(server.requests) == 1


def test_a_refused_key_is_not_shown() -> None:
    with imitation(refuses(401)) as server, pytest.raises(ModelError, match="another key") as raised:
        endpoint(server.url, api_key="sk-secret").answer(HELLO, 9)
    assert "sk-secret" not in str(raised.value) + repr(EndpointSettings("http://x", "sk-secret"))


def test_an_unknown_model_where_the_address_is_wrong() -> None:
    with imitation(refuses(404, b"nothing here")) as server, pytest.raises(ModelError, match="ends in /v1"):
        endpoint(server.url).answer(HELLO, 9)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match=r"no connection.*is the server running"):
        endpoint(f"http://127.0.0.1:{port}/v1").answer(HELLO, 9)


def stream(*data: object) -> Behaviour:
    def behave(handler: Handler, request: dict[str, object]) -> None:
        open_stream(handler)
        for item in data:
            event(handler, item)

    return behave


@pytest.mark.parametrize(
    ("behaviour", "match"),
    [
        (refuses(200, b"<html>welcome</html>", {"Content-Type": "text/html"}), "not OpenAI's chat format.*welcome"),
        (refuses(200, []), "not OpenAI's chat format"),
        (refuses(200, {"choices": [{"message": {"content": 5}, "finish_reason": "stop"}]}), "not OpenAI's"),
        (refuses(200, {"choices": [7]}), "not OpenAI's"),
        (stream("{half"), "not OpenAI's"),
        (stream(piece("a"), {"error": {"message": "out of memory"}}), "the server reports: out of memory"),
        (stream(piece("abc")), "cut after 3 characters"),
        (stream(piece("abc"), "[DONE]"), "cut after 3 characters"),
        (stream(piece("abc", "content_filter"), "[DONE]"), "gave up its answer.*content_filter"),
        (stream({"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [{"token": 3}]}}]}), "not OpenAI's"),
    ],
)
def test_replies_that_are_none(behaviour: Behaviour, match: str) -> None:
    with imitation(behaviour) as server, pytest.raises(ModelError, match=match):
        endpoint(server.url).answer(HELLO, 9)


def test_a_connection_that_is_cut_within_a_chunk() -> None:
    def cut(handler: Handler, request: dict[str, object]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        data = f"data: {json.dumps(piece('seven'))}\n\n".encode()
        handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\nff\r\ndata: ")
        handler.close_connection = True

    with imitation(cut) as server, pytest.raises(ModelError, match="cut after 5 characters"):
        endpoint(server.url).answer(HELLO, 9)


def test_a_server_that_falls_silent() -> None:
    with imitation(answers("a b", pause=0.6)) as server, pytest.raises(ModelError, match=r"silent for 0\.2 s"):
        endpoint(server.url, silent_seconds=0.2).answer(HELLO, 9)


def test_a_slow_server_is_waited_for() -> None:
    with imitation(answers("one two three", pause=0.15)) as server:
        assert endpoint(server.url, silent_seconds=2.0).answer(HELLO, 9).text == "one two three"


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://host/v1", "http://", "http://u:p@host/v1", "http://h/v1?x=1", "http://h:x/v1"]
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UsageError, match=r"address"):
        EndpointSettings(url)


def test_keys_that_are_none() -> None:
    with pytest.raises(UsageError, match="printable ASCII"):
        EndpointSettings("http://h/v1", "a\nb")
    with pytest.raises(UsageError, match="no address"):
        Endpoint(EndpointSettings("http://h\0st/v1"), "m")


EVENTS = (
    "data: one\n\n: note\nevent: x\ndata: two\ndata: lines\r\n\r\ndata: ü\u2028漢\n\nretry: 5\n\ndata: last".encode()
)


@given(st.lists(st.integers(0, len(EVENTS)), max_size=12))
def test_events_are_the_same_wherever_they_are_cut(places: list[int]) -> None:
    cuts = [0, *sorted(places), len(EVENTS)]
    chunks = [EVENTS[a:b] for a, b in pairwise(cuts)]
    assert list(server_events(chunks)) == ["one", "two\nlines", "ü\u2028漢", "last"]
