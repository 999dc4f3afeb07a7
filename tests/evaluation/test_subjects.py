"""Real subjects: nano reads lines and pages, a tiny member answers several at a time, a server is asked in threads."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from bayou.engine.endpoint_settings import EndpointSettings
from bayou.errors import ModelError, UsageError
from bayou.evaluation import catalogue
from bayou.evaluation.benchmark import Asking, Reply, Sample
from bayou.evaluation.benchmarks.honesty import samples, score
from bayou.evaluation.layouts import drawn, open_data
from bayou.evaluation.loading import ServerJudge, SubjectSettings, open_subject
from bayou.evaluation.report import make_report
from bayou.evaluation.runner import RunOptions, run
from bayou.evaluation.subjects import Subject, full_prompt
from bayou.inputs.messages import Message
from tests.engine.imitation_server import answers, imitation, refuses
from tests.engine.tiny_models import tiny
from tests.evaluation.made_samples import lines, pages, picture
from tests.golden_set import golden

SHORT = Asking(max_new_tokens=6, msac=None)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@cache
def nano() -> Subject:
    return open_subject(SubjectSettings("nano", threads=1))


def questions(count: int) -> Iterator[Sample]:
    for number in range(count):
        yield Sample(str(number), (picture(f"Invoice {number}"),), [], f"<image>\nWhat is {number}?")


def test_nano_reads_lines_and_pages(tmp_path: Path) -> None:
    for name, make in (("lines", lines), ("pages", pages)):
        folder = tmp_path / name
        folder.mkdir()
        benchmark = catalogue.find(name)
        data = open_data(make(folder), benchmark.data)
        report = make_report(benchmark, run(benchmark, nano(), data, RunOptions(tmp_path / "out")), data)
        assert report["figures"][0]["value"] == 100
        assert report["identity"]["model"]["model"] == "nano"
        assert report["costs"]["seconds_mean"] > 0
    assert not nano().answers


def test_a_picture_that_is_none_fails_alone(tmp_path: Path) -> None:
    asked = [Sample("bad", (b"none",), "", reads="line"), Sample("good", (picture("Harbour"),), "", reads="line")]
    (_, bad), (_, good) = nano().replies(asked, Asking())
    assert (bad.finish, bad.failure) == ("failed", "InputError")
    assert (good.finish, good.text) == ("stop", "Harbour")
    (_, page) = next(iter(nano().replies([Sample("page", (b"none",), "", reads="page")], Asking())))
    assert (page.finish, page.failure) == ("failed", "InputError")


@pytest.mark.slow
def test_nano_looks_answers_up_and_says_where_there_is_none() -> None:
    asked = [sample for sample in samples(drawn(), each=1) if sample.reads == "question"]
    replies = [reply for _, reply in nano().replies(asked, Asking())]
    scores = [score(sample, reply) for sample, reply in zip(asked, replies, strict=True)]
    assert [one["honest"] for one in scores] == [1.0] * 5
    assert (replies[-1].text, replies[-1].message) == ("", "Not in this document.")
    assert score(asked[0], Reply("nothing of it"))["wrong"] == 1
    (_, none) = next(iter(nano().replies([replace(asked[0], images=(b"none",))], Asking())))
    assert none.failure == "InputError"


@pytest.mark.slow
def test_a_member_answers_several_at_a_time_as_it_does_alone() -> None:
    subject = open_subject(SubjectSettings(str(golden("tiny-800m")), threads=1, jobs=3))
    found = list(subject.replies(questions(5), SHORT))
    assert [sample.key for sample, _ in found] == list("01234")
    for sample, reply in found:
        image = Image.open(io.BytesIO(sample.images[0]))  # type: ignore[arg-type]
        alone = tiny().generate([Message("user", [image, full_prompt(sample, SHORT, "")[len("<image>\n") :]])], 6)
        assert reply.text == alone.text
        assert (reply.new_tokens, reply.finish) == (len(alone.token_ids), alone.finish_reason)
    assert subject.most_in_flight == 3


def test_what_a_member_can_not_see_fails_alone() -> None:
    subject = open_subject(SubjectSettings(str(golden("tiny-800m")), threads=1, jobs=2))
    asked = [Sample("none", (b"none",), [], "<image>\nWhat?"), *questions(1)]
    (_, bad), (_, good) = subject.replies(asked, SHORT)
    assert (bad.failure, good.finish) == ("InputError", "length")


def test_a_server_is_asked_in_threads_and_reads_pages_with_nanos_help(tmp_path: Path) -> None:
    with imitation(answers("forty two")) as server:
        settings = SubjectSettings("m", "endpoint", endpoint=EndpointSettings(server.url), threads=1, jobs=3)
        subject = open_subject(settings)
        replies = [reply for _, reply in subject.replies(questions(6), Asking(" Briefly."))]
        assert {reply.text for reply in replies} == {"forty two"}
        assert 1 <= subject.most_in_flight <= 3
        asked = {request["messages"][0]["content"][1]["text"] for request in server.requests}
        assert asked == {f"\nWhat is {number}? Briefly." for number in range(6)}
        assert {request["max_tokens"] for request in server.requests} == {1024}
        page = Sample("page", (picture("forty two", (300, 200)),), "", reads="page")
        ((_, read),) = subject.replies([page], Asking())
        assert read.text.strip() == "forty two"
        assert subject.identity == {"model": "m", "server": server.url}


def test_a_server_that_is_gone_ends_the_run() -> None:
    with imitation(refuses(401)) as server:
        subject = open_subject(SubjectSettings("m", "endpoint", endpoint=EndpointSettings(server.url)))
        with pytest.raises(ModelError, match="key"):
            list(subject.replies(questions(2), Asking()))


def test_a_judge_is_a_servers_model() -> None:
    with imitation(answers(" 0.7\n")) as server:
        judge = ServerJudge(EndpointSettings(server.url), "judge")
        assert judge.verdict("How right?", 5) == "0.7"
        assert server.requests[0]["max_tokens"] == 5
        assert judge.identity["server"] == server.url


def test_settings_that_can_not_be() -> None:
    for settings in (
        SubjectSettings(jobs=0),
        SubjectSettings("m", "endpoint"),
        SubjectSettings("absent"),
        SubjectSettings(runtime="none"),
    ):
        with pytest.raises(UsageError):
            open_subject(settings)
