"""The rule's pure functions against definitions written out the long way."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.engine.reading_rule import Alignment, Choices, aligned_length, first_row, next_row
from bayou.engine.request import ReadingRule

STOP, UNKNOWN = 2, 3
PROBABILITY_BOUND = 1e-6


@cache
def edit_distance(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    if not a or not b:
        return len(a) + len(b)
    return min(
        edit_distance(a[:-1], b) + 1,
        edit_distance(a, b[:-1]) + 1,
        edit_distance(a[:-1], b[:-1]) + (a[-1] != b[-1]),
    )


def slow_place(text: tuple[int, ...], draft: tuple[int, ...]) -> int:
    """j* as the rule's sentence has it."""
    best = min(edit_distance(text, draft[:j]) for j in range(len(draft) + 1))
    ties = [j for j in range(len(draft) + 1) if edit_distance(text, draft[:j]) == best]
    nearest = min(abs(j - len(text)) for j in ties)
    return max(j for j in ties if abs(j - len(text)) == nearest)


def check_alignment(text: tuple[int, ...], draft: tuple[int, ...]) -> None:
    alignment, row = Alignment(draft, STOP), first_row(len(draft))
    for n in range(len(text) + 1):
        if n:
            alignment.push(text[n - 1])
            row = next_row(row, np.asarray(draft, dtype=np.int64), text[n - 1])
        assert row.tolist() == [edit_distance(text[:n], draft[:j]) for j in range(len(draft) + 1)]
        place = slow_place(text[:n], draft)
        assert aligned_length(row, n) == alignment.place == place
        assert alignment.expected == (*draft, STOP)[place]
        assert alignment.rest == draft[place:]


def test_alignment_of_all_short_texts() -> None:
    words = [w for n in range(4) for w in itertools.product((4, 5, 6), repeat=n)]
    for text, draft in itertools.product(words, words):
        check_alignment(text, draft)


@given(st.lists(st.integers(4, 7), max_size=12), st.lists(st.integers(3, 7), max_size=12))
def test_alignment_of_any_text(text: list[int], draft: list[int]) -> None:
    check_alignment(tuple(text), tuple(draft))


def choose(logits: list[float], expected: int, threshold: float) -> tuple[int, float]:
    choices = Choices.of(np.array([[0.0] * len(logits), logits], dtype=np.float32))
    token = choices.choose(1, expected, ReadingRule((STOP,), threshold, UNKNOWN))
    assert token.expected_id == expected
    return token.id, token.probability


def test_the_rule_keeps_a_draft_only_where_the_decoder_is_unsure() -> None:
    logits = [0.0, 0.0, 0.0, 0.0, 2.0, 1.0]  # id 4 has probability .55
    assert choose(logits, 4, 0.9)[0] == 4
    assert choose(logits, 5, 0.9)[0] == 5
    assert choose(logits, 5, 0.5)[0] == 4
    assert choose(logits, 5, 0.0)[0] == 4
    assert choose(logits, UNKNOWN, 0.9)[0] == 4
    assert choose(logits, STOP, 0.9)[0] == STOP


def test_probabilities_are_softmax() -> None:
    logits = np.array([0.5, -1.0, 3.0, 2.5, 0.0, 90.0], dtype=np.float64)
    for logits_row in (logits, logits[:5]):
        softmax = np.exp(logits_row - logits_row.max()) / np.exp(logits_row - logits_row.max()).sum()
        for expected in range(len(logits_row)):
            token, probability = choose(logits_row.tolist(), expected, 1.1)
            assert probability == pytest.approx(softmax[token], abs=PROBABILITY_BOUND)


def test_no_white_space_twice_in_a_row() -> None:
    """The released ``ocr()``: only where the last token is white space and likeliest again, and among the 30 best."""
    rule = ReadingRule((STOP,), spaces=frozenset({0, 1, *range(5, 40)}))
    logits = np.array([[9, 8, 1, 7, 6, *[0] * 40]], dtype=np.float32)
    choices = Choices.of(logits)
    assert choices.choose(0, STOP, rule).id == 0  # fewer than two tokens stand
    assert choices.choose(0, STOP, rule, last=1).id == 0  # another white space than the last
    assert choices.choose(0, STOP, ReadingRule((STOP,)), last=0).id == 0
    found = choices.choose(0, STOP, rule, last=0)
    assert (found.id, found.best_id) == (3, 3)
    softmax = np.exp(logits[0].astype(np.float64)) / np.exp(logits[0].astype(np.float64)).sum()
    assert abs(found.probability - softmax[3]) < PROBABILITY_BOUND
    blank = np.array([[*range(45, 0, -1)]], dtype=np.float32)
    whole = ReadingRule((STOP,), spaces=frozenset(range(40)))
    assert Choices.of(blank).choose(0, STOP, whole, last=0).id == 30  # all 30 are; the next comes as it is
