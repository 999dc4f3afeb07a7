"""Requests that come, read, write and leave together give what each gives alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest

from bayou.engine import speculation
from bayou.engine.generation import Generation
from bayou.engine.joined_cache import joined
from bayou.engine.loading import RUNTIMES, RuntimeName
from bayou.engine.model import Model, load
from bayou.engine.request import Event, Finished, ImageEncoded, Prompt, PromptRead, TextPiece, Token
from bayou.engine.runtime import BoolArray, Cache, Precision, Runtime
from bayou.engine.scheduler import Scheduler, Ticket
from bayou.engine.tile_reader import Options
from bayou.engine.tile_tokens import embedded
from bayou.errors import BusyError, InputError, UsageError
from bayou.inputs.messages import Message
from tests.engine.small_nano import write_folder
from tests.engine.tiny_models import QUESTIONS, ask, page, tiny

NEVER = 5
"""An id that is not written here: every answer has its full length."""

BATCHED_INT8_GAP_BOUND = 0.05
BATCHED_BFLOAT16_GAP_BOUND = 0.25

ASKED: list[tuple[list[Message], Options]] = [
    (ask(QUESTIONS[0], page(300, 300)), Options(max_new_tokens=30)),
    (ask("Hello, how are you?"), Options(max_new_tokens=12)),
    (ask(QUESTIONS[1], page(500, 250, "Total 12.50")), Options(max_new_tokens=1)),
    (ask(QUESTIONS[2], page(280, 310, "Friday"), page(300, 300, "Monday")), Options(max_new_tokens=20)),
    (ask("Name a colour."), Options(max_new_tokens=25)),
    (ask(QUESTIONS[3], page(640, 200, "12 Mill Lane")), Options(max_new_tokens=9)),
]


@cache
def alone(model: Model) -> list[Generation]:
    return [
        model.generate(messages, options.max_new_tokens, options.max_tiles, draft=options.draft)
        for messages, options in ASKED
    ]


@pytest.mark.parametrize("checkpoint", ["tiny-800m", "tiny-2b"])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_together_as_alone(runtime: RuntimeName, checkpoint: str) -> None:
    model = tiny(checkpoint, runtime)
    expected = alone(model)
    with Scheduler(model, rows=3) as scheduler:
        tickets = [scheduler.submit(messages, options) for messages, options in ASKED]
        found = [ticket.result() for ticket in tickets]
    for one, other in zip(found, expected, strict=True):
        assert one.token_ids == other.token_ids
        assert (one.text, one.finish_reason) == (other.text, other.finish_reason)
        assert (one.prompt_ids, one.grids, one.tiles.total) == (other.prompt_ids, other.grids, other.tiles.total)


def test_requests_that_come_while_others_write() -> None:
    model = tiny()
    expected = alone(model)
    with Scheduler(model, rows=4) as scheduler:
        tickets: list[Ticket] = []
        events: list[Iterator[Event]] = []
        for messages, options in ASKED:
            tickets.append(scheduler.submit(messages, options))
            events.append(iter(tickets[-1]))
            while not isinstance(next(events[0], Finished), Token | Finished):  # the first has written one more
                pass
        texts = ["".join(event.text for event in one if isinstance(event, TextPiece)) for one in events[1:]]
    assert texts == [one.text for one in expected[1:]]


def test_requests_that_come_together_join_in_one_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """To join copies every row's keys and values: done for each newcomer alone, it would cost more than it saves."""
    sizes = []

    def counting(runtime: Runtime, parts: Sequence[tuple[Cache, BoolArray]]) -> tuple[Cache, BoolArray]:
        sizes.append(sum(len(usable) for _, usable in parts))
        return joined(runtime, parts)

    monkeypatch.setattr(speculation, "joined", counting)
    model, count = tiny(), 6
    asked = [ask(f"Name {number} colours.") for number in range(count)]
    expected = [model.generate(one, 30, stop_ids=(NEVER,)).token_ids for one in asked]
    with Scheduler(model, rows=count) as scheduler:
        tickets = [scheduler.submit(one, Options(max_new_tokens=30, stop_ids=(NEVER,))) for one in asked]
        assert [ticket.result().token_ids for ticket in tickets] == expected
    assert len(sizes) <= 2 and sizes[-1] == count


def test_with_drafts_good_and_bad() -> None:
    model = tiny()
    expected = [one.token_ids for one in alone(model)]
    drafts = [expected[0], (), expected[2], expected[3][2:], (7, 8, 9), (5, *expected[5])]
    with Scheduler(model) as scheduler:
        tickets = [
            scheduler.submit(messages, Options(options.max_new_tokens, draft=draft))
            for (messages, options), draft in zip(ASKED, drafts, strict=True)
        ]
        found = [ticket.result() for ticket in tickets]
    assert [one.token_ids for one in found] == expected
    assert found[0].passes == 1 < len(expected[0])


def differences(precision: Precision) -> list[float]:
    """Where a text written in company leaves the one written alone: how far its token was behind there, in logits."""
    model = tiny("tiny-800m", "openvino", precision)
    assert model.tiles is not None
    expected, gaps = alone(model), []
    with Scheduler(model, rows=6) as scheduler:
        tickets = [scheduler.submit(messages, options) for messages, options in ASKED]
        found = [ticket.result() for ticket in tickets]
    for (messages, options), one, other in zip(ASKED, found, expected, strict=True):
        pairs = enumerate(zip(one.token_ids, other.token_ids, strict=False))
        place = next((place for place, (mine, its) in pairs if mine != its), None)
        if place is not None:
            prompt = embedded(model.runtime, model.tiles.request(messages, options)[1].prompt)
            logits = after(model, prompt, other.token_ids[:place])
            gaps.append(float(logits[other.token_ids[place]] - logits[one.token_ids[place]]))
    return gaps


def after(model: Model, prompt: Prompt, tokens: tuple[int, ...]) -> np.ndarray:
    """Logits after a prompt and some text, in one pass."""
    embeds = np.concatenate((prompt.embeds, model.runtime.embed(np.array([tokens], dtype=np.int64))[0]))[None]
    length = embeds.shape[1]
    seen, last = np.tril(np.ones((1, length, length), dtype=bool)), np.array([[length - 1]])
    return model.runtime.step(model.runtime.new_cache(1), embeds, np.arange(length)[None], seen, last)[0, 0]


@pytest.mark.slow
def test_rounded_precisions_differ_only_where_two_tokens_are_nearly_as_likely() -> None:
    """At most one of the texts, and there by no more than the rounding of other sums."""
    bounds: tuple[tuple[Precision, float], ...] = (
        ("int8", BATCHED_INT8_GAP_BOUND),
        ("bf16", BATCHED_BFLOAT16_GAP_BOUND),
    )
    for precision, bound in bounds:
        gaps = differences(precision)
        assert len(gaps) <= 1, precision
        assert max(gaps, default=0.0) < bound, precision


def test_events_come_in_order() -> None:
    with Scheduler(tiny()) as scheduler:
        events = list(scheduler.submit(*ASKED[5]))
    kinds = [type(event) for event in events if not isinstance(event, TextPiece)]
    assert kinds == [*[ImageEncoded] * 4, PromptRead, *[Token] * 9, Finished]


@contextmanager
def held(model: Model) -> Iterator[threading.Event]:
    """The tower waits until the event is set."""
    free, encode = threading.Event(), model.runtime.encode

    def waiting(pixels: list) -> list:
        free.wait(60)
        return encode(pixels)

    model.runtime.encode = waiting  # type: ignore[method-assign, assignment]
    try:
        yield free
    finally:
        free.set()
        model.runtime.encode = encode  # type: ignore[method-assign]


def test_cancelled_while_waiting_reading_and_writing() -> None:
    model = tiny()
    picture, options = ASKED[0]
    with held(model) as free, Scheduler(model, rows=1) as scheduler:
        reading, waiting = scheduler.submit(picture, options), scheduler.submit(picture, options)
        reading.cancel()
        waiting.cancel()
        free.set()
        for ticket in (reading, waiting):
            assert ticket.result().finish_reason == "cancelled"
        writing = scheduler.submit(ask("Name a colour."), Options(max_new_tokens=5000, stop_ids=(31999,)))
        other = scheduler.submit(*ASKED[1])
        events = iter(writing)
        while not isinstance(next(events), Token):
            pass
        writing.cancel()
        last = list(events)[-1]
        assert isinstance(last, Finished) and last.reason == "cancelled"
        assert 0 < last.usage.new_tokens < 5000
        assert other.result().token_ids == model.generate(*ASKED[1][:1], max_new_tokens=12).token_ids


def test_only_so_many_wait() -> None:
    model = tiny()
    with held(model) as free, Scheduler(model, rows=1, waiting=2) as scheduler:
        first = scheduler.submit(*ASKED[0])
        while scheduler.waiting:  # until the thread has taken it up
            pass
        others = [scheduler.submit(*ASKED[1]) for _ in range(2)]
        with pytest.raises(BusyError, match="2 requests wait"):
            scheduler.submit(*ASKED[1])
        free.set()
        assert {ticket.result().finish_reason for ticket in (first, *others)} <= {"stop", "length"}


def test_closing_finishes_or_cancels() -> None:
    model = tiny()
    scheduler = Scheduler(model)
    ticket = scheduler.submit(*ASKED[0])
    scheduler.close()
    assert ticket.result().token_ids == model.generate(ASKED[0][0], 30).token_ids
    with pytest.raises(UsageError, match="closed"):
        scheduler.submit(*ASKED[0])
    with held(model) as free:
        scheduler = Scheduler(model, rows=1)
        tickets = [scheduler.submit(*ASKED[0]) for _ in range(3)]
        threading.Timer(0.2, free.set).start()
        scheduler.close(cancel=True)
        assert [ticket.result().finish_reason for ticket in tickets] == ["cancelled"] * 3


def test_a_failure_is_its_request_s_own() -> None:
    model = tiny()
    encode = model.runtime.encode

    def broken(pixels: list) -> list:
        raise RuntimeError("no memory")

    with Scheduler(model) as scheduler:
        model.runtime.encode = broken  # type: ignore[method-assign, assignment]
        try:
            picture, text = scheduler.submit(*ASKED[0]), scheduler.submit(*ASKED[1])
            with pytest.raises(RuntimeError, match="no memory"):
                picture.result()
            assert len(text.result().token_ids) == 12
        finally:
            model.runtime.encode = encode  # type: ignore[method-assign]
        with pytest.raises(InputError):
            scheduler.submit([])
        assert scheduler.submit(*ASKED[0]).result().finish_reason in ("stop", "length")


def test_many_threads_ask() -> None:
    model = tiny()
    expected, found = alone(model), dict[int, Generation]()
    with Scheduler(model, rows=2) as scheduler:

        def run(index: int) -> None:
            found[index] = scheduler.submit(*ASKED[index]).result()

        threads = [threading.Thread(target=run, args=(index,)) for index in range(len(ASKED))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
    assert [found[index].token_ids for index in range(len(ASKED))] == [one.token_ids for one in expected]


def test_nano_and_no_rows_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    nano = load(write_folder(tmp_path_factory.mktemp("nano") / "nano"), threads=1)
    with pytest.raises(UsageError, match="read_lines"):
        Scheduler(nano)
    with pytest.raises(UsageError, match="rows"):
        Scheduler(tiny(), rows=0)
