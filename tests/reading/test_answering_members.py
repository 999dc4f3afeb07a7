"""The released members behind the Reader: pages to documents and questions to answers, as ``bayou.load`` gives them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bayou.documents.document import Document
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import OpenOptions
from bayou.engine.array_store import NO_CACHE
from bayou.engine.model import Model, load
from bayou.engine.request import ImageEncoded, PromptRead, TextPiece
from bayou.errors import LimitError, UsageError
from bayou.reading.answers import Answer, LineProbabilities, Progress, probabilities_of_lines
from bayou.reading.model_answers import ModelAnswerer
from bayou.reading.reader import Reader
from bayou.reading.tasks import CARD_PROMPT, EXACT_PROMPT, ReadTask, question_messages
from tests.documents.pdf_maker import PageSpec, make_pdf, text_at
from tests.golden_set import CHECKPOINTS, golden
from tests.reading.drawn_pages import PROSE, draw_lines

STOPS = (32009, 2)
TOKENS = 12
PROMPTS = {"tiny-800m": CARD_PROMPT, "tiny-2b": EXACT_PROMPT}
PROBABILITY_TOLERANCE = 1e-4


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))


@cache
def model(checkpoint: str) -> Model:
    return load(golden(checkpoint), precision="float32", threads=1, cache=NO_CACHE)


@cache
def page_path(folder: Path) -> Path:
    path = folder / "page.png"
    Image.fromarray(draw_lines(PROSE[:2], 700, 200)).save(path)
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return page_path(tmp_path_factory.mktemp("pages"))


def fresh_reader(checkpoint: str, tokens: int = TOKENS) -> Reader:
    return Reader(golden(checkpoint), precision="float32", threads=1, task=ReadTask(max_new_tokens=tokens))


@cache
def reader(checkpoint: str) -> Reader:
    return fresh_reader(checkpoint)


@pytest.mark.parametrize("checkpoint", [CHECKPOINTS[0], pytest.param(CHECKPOINTS[1], marks=pytest.mark.slow)])
def test_a_page_is_read_as_the_model_alone_would_write_it(checkpoint: str, page: Path) -> None:
    document = reader(checkpoint).read(page)
    messages = question_messages(PROMPTS[checkpoint], [next(iter(open_pages(page))).image])
    alone = model(checkpoint).generate(messages, TOKENS, stop_ids=STOPS)
    (read,) = document.pages
    assert " ".join(line.text for line in read.lines).split() == alone.text.split()
    assert {line.source for line in read.lines} == {"model"}
    assert (read.status, document.model) == ("failed", checkpoint)  # its gibberish never ends
    assert f"{checkpoint} was cut off after {TOKENS} tokens" in read.message
    assert read.confidence is not None and 0 < read.confidence < 0.1
    assert Document.from_json(document.to_json()) == document


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_an_answer_is_that_of_the_engine(checkpoint: str, page: Path) -> None:
    events: list[Progress] = []
    answer = reader(checkpoint).ask(page, "What river?", max_new_tokens=TOKENS, on_event=events.append)
    alone = model(checkpoint).generate(question_messages("What river?", [page]), TOKENS, stop_ids=STOPS)
    assert answer.text == alone.text == "".join(event.text for event in events if isinstance(event, TextPiece))
    assert (answer.prompt_tokens, answer.new_tokens) == (len(alone.prompt_ids), len(alone.token_ids))
    assert (answer.finish_reason, answer.model, answer.passes) == ("length", checkpoint, TOKENS)
    assert (answer.stop_ids, answer.stop_id) == (STOPS, None)
    assert answer.line_probabilities is not None and answer.first_text_seconds is not None
    flat = [value for line in answer.line_probabilities for value in line]
    np.testing.assert_allclose(flat, np.exp(alone.logprobs)[: len(flat)], rtol=0, atol=PROBABILITY_TOLERANCE)
    kinds = [type(event) for event in events]
    assert kinds.index(PromptRead) > kinds.index(ImageEncoded)
    encoded = [event for event in events if isinstance(event, ImageEncoded)]
    assert encoded[-1].done == encoded[-1].total == sum(np.prod(grid) for grid in alone.grids) + 1


def test_the_end_of_text_token_ends_an_answer_and_is_told() -> None:
    answerer = ModelAnswerer(model("tiny-800m"), "tiny")
    assert answerer.stop_ids == STOPS
    alone = model("tiny-800m").generate(question_messages("Hi", []), TOKENS)
    third = alone.token_ids[2]
    answerer.stop_ids = (32009, third)
    from bayou.reading.answers import Limits

    answer = answerer.answer(question_messages("Hi", []), Limits(TOKENS))
    assert (answer.finish_reason, answer.stop_id, answer.new_tokens) == (
        "stop",
        third,
        alone.token_ids.index(third) + 1,
    )


def test_an_answer_is_kept_to_a_schema_and_cut_off_where_the_limit_is(page: Path) -> None:
    schema = {"enum": ["river", "sea"]}
    answer = reader("tiny-800m").ask(page, "What is it?", schema=schema)
    assert json.loads(answer.text) in ("river", "sea") and answer.finish_reason == "stop"
    assert answer.tokens is not None and "".join(text for text, _ in answer.tokens) == answer.text
    cut = reader("tiny-800m").ask(page, "What is it?", schema={"type": "string", "minLength": 99}, max_new_tokens=3)
    assert (cut.finish_reason, cut.new_tokens) == ("length", 3)


def test_pages_asked_about_are_kept_and_pages_read_are_not(page: Path, tmp_path: Path) -> None:
    kept = tmp_path / "cache" / "pages"
    fresh_reader("tiny-800m", 3).read(page)
    assert not list(kept.glob("*"))
    first = fresh_reader("tiny-800m").ask(page, "What river?", max_new_tokens=5)
    assert list(kept.glob("*.arrays"))
    again = fresh_reader("tiny-800m").ask(page, "What river?", max_new_tokens=5)
    assert (again.text, again.line_probabilities) == (first.text, first.line_probabilities)


def test_several_pages_history_and_page_ranges(page: Path, tmp_path: Path) -> None:
    path = tmp_path / "pages.tiff"
    frames = [Image.fromarray(np.full((60, 60, 3), level, np.uint8)) for level in (0, 90, 250)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    asked = reader("tiny-800m")
    history = [("First?", "Yes.")]
    coarse = Reader(golden("tiny-800m"), precision="float32", threads=1, task=ReadTask(max_tiles=2))
    options = OpenOptions(pages="1")
    both = coarse.ask([page, path], "And?", history=history, max_new_tokens=5, options=options)
    pictures = [page, frames[0]]
    alone = model("tiny-800m").generate(question_messages("And?", pictures, history), 5, max_tiles=2, stop_ids=STOPS)
    assert both.text == alone.text
    all_pages = asked.ask(path, "And?", max_new_tokens=5)
    assert all_pages.prompt_tokens is not None and all_pages.prompt_tokens > 3 * 256
    assert asked.ask([], "Hello?", max_new_tokens=2).prompt_tokens is not None
    picture = Image.open(page)
    assert (
        asked.ask(picture, "What river?", max_new_tokens=5).text
        == asked.ask(np.array(picture), "What river?", max_new_tokens=5, options=OpenOptions()).text
    )


def test_more_than_the_model_can_see_is_refused_before_any_pass(page: Path) -> None:
    with pytest.raises(LimitError, match="8192 that tiny-800m can see"):
        reader("tiny-800m").ask([page] * 7, "What?")
    with pytest.raises(LimitError, match="max_new_tokens"):
        reader("tiny-800m").ask([], "What?", max_new_tokens=8192)


def test_a_pdf_with_text_is_not_given_to_the_model_unless_it_is_forced(tmp_path: Path) -> None:
    path = tmp_path / "text.pdf"
    path.write_bytes(make_pdf([PageSpec(content=text_at(50, 700, "native words of this page", 24))]))
    asked = reader("tiny-800m")
    document = asked.read(path, dpi=50)
    assert (document.to_text(), document.model) == ("native words of this page\n", "")
    (page,) = asked.read(path, dpi=50, force_ocr=True).pages
    assert page.status == "failed" and f"cut off after {TOKENS} tokens" in page.message
    assert {line.source for line in page.lines} == {"model"}


def test_page_readers_read_no_crops(page: Path) -> None:
    with pytest.raises(UsageError, match="reads whole pages; nano and ppocr"):
        reader("tiny-800m").read_lines([page])


def test_probabilities_go_to_the_lines_that_their_tokens_write() -> None:
    shared = LineProbabilities()
    for probability, piece in ((0.1, "One"), (0.2, ""), (0.3, " two"), (0.4, ""), (0.5, "\n\nThree.\n"), (0.6, "")):
        shared.token(probability)
        if piece:
            shared.text(piece)
    assert shared.lines == ((0.1, 0.2, 0.3), (), (0.4, 0.5), ())


def test_spelt_tokens_that_do_not_make_the_text_say_nothing() -> None:
    tokens = [("\n", 0.1), ("One", 0.2), (".\n", 0.3), ("Two", 0.4), (" \n", 0.5)]
    assert probabilities_of_lines(tokens, "One.\nTwo") == ((0.1, 0.2, 0.3), (0.4,))
    assert probabilities_of_lines([("▁One", 0.1), ("<0x0A>", 0.1), ("Two", 0.2)], "One\nTwo") is None
    assert probabilities_of_lines([], "") == ((),)


def test_an_answer_can_be_compared_and_kept() -> None:
    assert Answer("a", "stop", "m") == Answer("a", "stop", "m")
    assert hash(Answer("a", "stop", "m", line_probabilities=((0.5,),)))
