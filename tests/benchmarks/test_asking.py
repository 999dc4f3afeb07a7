"""What the asking benchmarks measure with: dictated texts, wrong drafts, gaps between logits, blank tiles, medians."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bayou.engine.tile_reader import Options
from benchmarks.asking_again import AGAIN, FIRST, rows_of
from benchmarks.blank_tiles import counts, letter, scanned
from benchmarks.drafts import wrong_ids, wrong_letters
from benchmarks.watched import NEVER, WatchedRuntime, agreeing, answer, gap, reader_of
from tests.engine.tiny_models import QUESTIONS, ask, page, tiny

GAP_TOLERANCE = 1e-4

TEXT = "Invoice 2024-118\nMill Lane Bakery, 12 Mill Lane, Oxford\nBread 12.50\nRolls 3.20\nTotal 15.70"


def test_a_share_of_the_letters_is_wrong() -> None:
    letters = [place for place, character in enumerate(TEXT) if not character.isspace()]
    for share in (0.0, 0.1, 0.3, 1.0):
        changed = wrong_letters(TEXT, share)
        different = [place for place, (a, b) in enumerate(zip(TEXT, changed, strict=True)) if a != b]
        assert len(different) == round(share * len(letters))
        assert set(different) <= set(letters)
    ids = tuple(range(100, 200))
    assert sum(a != b for a, b in zip(ids, wrong_ids(ids, 0.05, 32010), strict=True)) == 5


def test_what_is_told_is_written_whatever_the_draft() -> None:
    runtime = WatchedRuntime(tiny().runtime)
    reader, messages = reader_of(tiny(), runtime), ask(QUESTIONS[0], page())
    ids = reader.processor.tokenizer.encode(TEXT)
    runtime.text = (*ids, 32009)
    found = [
        answer(reader, messages, Options(draft=draft))
        for draft in (TEXT, wrong_letters(TEXT, 0.05), wrong_letters(TEXT, 0.3), "Nothing of it", None)
    ]
    for written in found:
        assert written.token_ids == runtime.text
        assert (written.text, written.finish_reason) == (TEXT, "stop")
    passes = [written.passes for written in found]
    assert all(a <= b for a, b in pairwise(passes))
    assert passes[0] < passes[1] < passes[2] < passes[4] == len(runtime.text)


def test_watched_only_nothing_changes() -> None:
    messages = ask(QUESTIONS[0], page())
    runtime = WatchedRuntime(tiny().runtime)
    written = answer(reader_of(tiny(), runtime), messages, Options(9))
    assert written.token_ids == tiny().generate(messages, 9).token_ids
    assert runtime.logits is not None
    assert int(runtime.logits.argmax()) == written.token_ids[0]


@pytest.mark.parametrize("place", [0, 4])
def test_the_gap_between_two_tokens(place: int) -> None:
    messages = ask(QUESTIONS[0], page())
    tokens = tiny().generate(messages, 9, stop_ids=(NEVER,)).token_ids[: place + 1]
    reader = reader_of(tiny(), WatchedRuntime(tiny().runtime))
    others = np.random.default_rng(0).integers(0, 32000, size=5).tolist()
    gaps = [gap(reader, messages, Options(), tokens, other) for other in others]
    assert gap(reader, messages, Options(), tokens, tokens[-1]) == 0
    assert min(gaps) > 0
    if place == 0:
        logits = tiny().logits(messages)
        assert gaps == pytest.approx([float(logits[tokens[0]] - logits[other]) for other in others], abs=GAP_TOLERANCE)


def test_tokens_that_agree() -> None:
    assert [agreeing((1, 2, 3), other) for other in ((1, 2, 3), (1, 5, 3), (), (1, 2), (1, 2, 3, 4))] == [3, 1, 0, 2, 3]


def test_the_letter_is_blank_below_its_text() -> None:
    tiles = tiny().tiles
    assert tiles is not None
    assert counts(tiles.processor, letter()) == (7, 4, 0)
    assert counts(tiles.processor, scanned(letter())) == (7, 0, 4)
    assert counts(tiles.processor, scanned(letter(), grain=9)) == (7, 0, 0)


def test_each_run_is_compared_with_its_own_first_question() -> None:
    runs = [{FIRST: {"first_token_s": first}, AGAIN: {"first_token_s": again}} for first, again in ((8, 2), (10, 1))]
    first, again = rows_of("m", "int8", runs)
    assert (first["first_token_s"], first["share_of_first"]) == (9, 1)
    assert (again["first_token_s"], again["share_of_first"], again["largest_share"]) == (1.5, 0.175, 0.25)
