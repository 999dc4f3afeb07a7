"""Square tiles read once: events, tiles of one colour, what is kept of pages, prompts in chunks. All exact, by test."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from bayou.engine.array_store import NO_CACHE, CacheSettings
from bayou.engine.generate import generate_all
from bayou.engine.loading import RUNTIMES, RuntimeName
from bayou.engine.model import Model, load
from bayou.engine.prompt_reader import PromptReader
from bayou.engine.request import (
    Event,
    Finished,
    ImageEncoded,
    PromptRead,
    ReadingRule,
    Request,
    TextPiece,
    TileCounts,
    Token,
)
from bayou.engine.runtime import Precision
from bayou.engine.tile_reader import Options
from bayou.engine.tile_tokens import embedded
from bayou.errors import BayouError, InputError, UsageError
from bayou.inputs.messages import Message
from tests.engine.tiny_models import IN_MEMORY, QUESTIONS, ask, counted, grain, page, tiny
from tests.golden_set import golden
from tests.runtime_parameters import TORCH_SLOWLY

WIDE = page(450, 150)  # 3 tiles, of which two are white, and the whole view


def slowly(model: Model, messages: list[Message], limit: int) -> tuple[int, ...]:
    """The reference: all tiles through the tower, the prompt in one pass, a token a pass."""
    assert model.tiles is not None
    _, request = model.tiles.request(messages, Options(limit))
    prompt = embedded(model.runtime, request.prompt)
    tokens, _ = generate_all(model.runtime, Request(prompt, ReadingRule((32009,)), limit))
    return tuple(token.id for token in tokens)


def test_events_of_one_request() -> None:
    model = tiny()
    events = list(model.stream(ask(QUESTIONS[0], WIDE), Options(max_new_tokens=9)))
    kinds = [type(event) for event in events if not isinstance(event, TextPiece)]
    tiles = sum(isinstance(event, ImageEncoded) for event in events)
    assert kinds == [*[ImageEncoded] * tiles, PromptRead, *[Token] * 9, Finished]
    assert [event for event in events if isinstance(event, ImageEncoded)] == [
        ImageEncoded(done, tiles) for done in range(1, tiles + 1)
    ]
    written = model.generate(ask(QUESTIONS[0], WIDE), 9)
    assert written.text == "".join(event.text for event in events if isinstance(event, TextPiece))
    assert written.token_ids == tuple(event.id for event in events if isinstance(event, Token))
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.usage.prompt_tokens, last.usage.new_tokens) == (len(written.prompt_ids), 9)
    assert last.usage.tiles.total == tiles == written.tiles.total
    timings = written.timings
    assert timings.encode > 0 and timings.prompt > 0 and timings.decode > 0
    assert timings.first_token == timings.encode + timings.prompt


def test_a_text_without_pictures_and_an_abandoned_stream() -> None:
    model = tiny()
    abandoned = model.stream(ask("Hello, how are you?"))
    assert isinstance(next(abandoned), PromptRead)
    assert isinstance(next(abandoned), Token)
    abandoned.close()  # type: ignore[attr-defined]
    written = model.generate(ask("Name a colour."), 9)
    assert written.token_ids == slowly(model, ask("Name a colour."), 9)
    assert (written.tiles, written.grids) == (TileCounts(), ())


@pytest.mark.parametrize(
    "options",
    [
        Options(max_tiles=0),
        Options(max_new_tokens=0),
        Options(stop_ids=()),
        Options(stop_ids=(40000,)),
        Options(draft=(-1,)),
        Options(decoding="song"),  # type: ignore[arg-type]
    ],
)
def test_wrong_options_are_refused_before_any_pass(options: Options) -> None:
    model = tiny()
    with counted(model) as counts:
        with pytest.raises(UsageError):
            model.stream(ask("Hello", page()), options)
        for wrong in ([], [Message("assistant", "Hello")], ask("an <IMG_CONTEXT>", page()), [Message("user", b"no")]):
            with pytest.raises(InputError):
                model.stream(wrong)
            with pytest.raises(BayouError):
                model.generate(wrong)
    assert counts == {"tiles": 0, "positions": 0}


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_tiles_of_one_colour_go_through_the_tower_once(runtime: RuntimeName) -> None:
    model = load(golden("tiny-800m"), runtime, "float32", threads=1, cache=NO_CACHE)
    messages = ask(QUESTIONS[0], WIDE)
    with counted(model) as counts:
        first, second = model.generate(messages, 6), model.generate(messages, 6)
    constant = first.tiles.constant
    assert constant >= 2 and first.tiles.skipped == 0
    assert first.tiles == TileCounts(first.tiles.total, constant, 0, constant - 1)
    assert second.tiles.reused == constant
    assert counts["tiles"] == 2 * (first.tiles.total - constant) + 1
    assert first.token_ids == second.token_ids == slowly(model, messages, 6)


def test_nearly_blank_tiles_only_where_asked_for() -> None:
    model = load(golden("tiny-800m"), "openvino", "float32", threads=1, cache=NO_CACHE)
    messages = ask(QUESTIONS[0], grain(WIDE, 3))
    with counted(model) as counts:
        plain = model.generate(messages, 6)
        assert (plain.tiles.constant, plain.tiles.skipped, counts["tiles"]) == (0, 0, plain.tiles.total)
        skipping = model.generate(messages, 6, skip_blank_tiles=True)
    skipped = skipping.tiles.skipped
    assert skipped >= 2 and skipping.tiles.constant == 0
    assert counts["tiles"] == 2 * plain.tiles.total - skipped + 1
    assert plain.token_ids == slowly(model, messages, 6)


def kept(tmp_path: Path, where: str) -> CacheSettings:
    return IN_MEMORY if where == "memory" else CacheSettings(tmp_path / "pages", memory_bytes=0)


@pytest.mark.parametrize(
    ("checkpoint", "where"),
    [("tiny-800m", "memory"), pytest.param("tiny-800m", "disk", marks=pytest.mark.slow), ("tiny-2b", "disk")],
)
@pytest.mark.parametrize("runtime", TORCH_SLOWLY)
def test_another_question_about_a_page_does_not_read_it_again(
    checkpoint: str, runtime: RuntimeName, where: str, tmp_path: Path
) -> None:
    settings = kept(tmp_path, where)
    model, plain = load(golden(checkpoint), runtime, "float32", threads=1, cache=settings), tiny(checkpoint, runtime)
    asked = [
        [Message("user", [WIDE, page(text=question)]), Message("assistant", "A page."), *ask(question)]
        for question in QUESTIONS[:1]
    ]
    asked += [ask(question, WIDE) for question in QUESTIONS[:3]] + asked
    for place, messages in enumerate(asked):
        if place == 3 and where == "disk":  # a restart
            model = load(golden(checkpoint), runtime, "float32", threads=1, cache=settings)
        with counted(model) as counts:
            written = model.generate(messages, 12)
        expected = plain.generate(messages, 12)
        assert (written.token_ids, written.logprobs) == (expected.token_ids, expected.logprobs)
        assert (written.text, written.prompt_ids, written.grids) == (expected.text, expected.prompt_ids, expected.grids)
        if place >= 2:
            assert counts["tiles"] == 0
            assert written.reused_tokens > 0.9 * len(written.prompt_ids) > 0
            assert counts["positions"] == len(written.prompt_ids) - written.reused_tokens + len(written.token_ids) - 1
            assert written.tiles.reused == written.tiles.total
        else:
            assert written.reused_tokens == 0


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_rounded_precisions_write_the_same_from_what_is_kept(precision: Precision, tmp_path: Path) -> None:
    settings = CacheSettings(tmp_path, memory_bytes=0)
    model = load(golden("tiny-800m"), "openvino", precision, threads=1, cache=settings)
    first, second = (model.generate(ask(QUESTIONS[0], WIDE), 12) for _ in range(2))
    assert second.reused_tokens > 0
    assert (first.token_ids, first.logprobs) == (second.token_ids, second.logprobs)
    assert (first.token_ids, first.logprobs) == (
        (plain := tiny("tiny-800m", "openvino", precision).generate(ask(QUESTIONS[0], WIDE), 12)).token_ids,
        plain.logprobs,
    )


def test_a_damaged_file_is_read_anew(tmp_path: Path) -> None:
    settings = CacheSettings(tmp_path, memory_bytes=0)
    model, messages = load(golden("tiny-800m"), threads=1, cache=settings), ask(QUESTIONS[0], WIDE)
    first = model.generate(messages, 6)
    for path in tmp_path.glob("*.arrays"):
        path.write_bytes(path.read_bytes()[:-1])
    second, third = model.generate(messages, 6), model.generate(messages, 6)
    assert second.reused_tokens == 0 < third.reused_tokens
    assert first.token_ids == second.token_ids == third.token_ids


@pytest.mark.slow
def test_other_pixels_tiles_models_and_runtimes_are_read_themselves(tmp_path: Path) -> None:
    settings = CacheSettings(tmp_path)

    def reused(messages: list[Message], max_tiles: int = 6, checkpoint: str = "tiny-800m", **how: str) -> int:
        model = load(golden(checkpoint), cache=settings, threads=1, **how)  # type: ignore[arg-type]
        return model.generate(messages, 2, max_tiles).reused_tokens

    changed = WIDE.copy()
    changed.putpixel((350, 100), (254, 255, 255))
    assert reused(ask("One?", WIDE)) == 0
    assert reused(ask("Two?", WIDE)) > 0
    assert reused(ask("Two?", changed)) == 0
    assert reused(ask("Two?", WIDE), max_tiles=2) == 0
    assert reused(ask("Two?", WIDE), checkpoint="tiny-2b") == 0
    assert reused(ask("Two?", WIDE), runtime="torch") == 0
    assert reused(ask("Two?", WIDE), precision="bf16") == 0
    assert reused([Message("user", ["Before", WIDE, "after?"])]) == 0


def test_nothing_is_kept_where_that_is_off(tmp_path: Path) -> None:
    model = load(golden("tiny-800m"), threads=1, cache=CacheSettings(tmp_path, cache_bytes=0, memory_bytes=0))
    for _ in range(2):
        assert model.generate(ask(QUESTIONS[0], page()), 2).reused_tokens == 0
    assert list(tmp_path.iterdir()) == []


def test_a_place_of_its_own_in_the_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))
    load(golden("tiny-800m"), threads=1).generate(ask(QUESTIONS[0], page()), 2)
    assert list((tmp_path / "cache" / "pages").glob("*.arrays"))


@pytest.mark.parametrize("runtime", TORCH_SLOWLY)
def test_prompts_in_chunks_as_whole(runtime: RuntimeName) -> None:
    """Chunks of any size, also ones that cut through a picture: the same text as in one pass."""
    model = tiny("tiny-2b", runtime)
    assert model.tiles is not None
    messages = ask(QUESTIONS[0], WIDE)
    expected = slowly(model, messages, 12)
    whole, store = model.tiles.prompts, model.tiles.prompts.store
    try:
        for chunk in (1000000, 300, 97):
            model.tiles.prompts = PromptReader(model.runtime, store, "", chunk)
            with counted(model) as counts:
                written = model.generate(messages, 12)
            assert written.token_ids == expected
            assert written.passes == len(expected)
            assert counts["positions"] == len(written.prompt_ids) + len(expected) - 1
    finally:
        model.tiles.prompts = whole


def test_streams_of_several_events(tmp_path: Path) -> None:
    """A page that is known says so in its events too."""
    model = load(golden("tiny-800m"), threads=1, cache=CacheSettings(tmp_path))
    first, second = (list[Event](model.stream(ask(QUESTIONS[0], WIDE), Options(3))) for _ in range(2))
    total = sum(isinstance(event, ImageEncoded) for event in first)
    assert second[:2] == [ImageEncoded(total, total), first[total]]


def ask_in_a_process(folder: Path, question: str, expected: tuple[int, ...]) -> None:
    model = load(golden("tiny-800m"), "openvino", "float32", threads=1, cache=CacheSettings(folder, memory_bytes=0))
    for _ in range(2):
        if model.generate(ask(question, WIDE), 6).token_ids != expected:
            raise SystemExit(3)


@pytest.mark.slow
def test_two_processes_ask_about_the_same_page(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = []
    for question in QUESTIONS[:2]:
        expected = tiny().generate(ask(question, WIDE), 6).token_ids
        processes.append(context.Process(target=ask_in_a_process, args=(tmp_path, question, expected)))
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    model = load(golden("tiny-800m"), "openvino", "float32", threads=1, cache=CacheSettings(tmp_path, memory_bytes=0))
    assert model.generate(ask(QUESTIONS[2], WIDE), 2).reused_tokens > 0
    assert list(tmp_path.glob("*.part")) == []
