"""Text scores: equal to jiwer's on its golden pairs, and to the obvious dynamic programme on anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.scorers.text import (
    ErrorRate,
    character_errors,
    edit_distance,
    exact_match,
    fold,
    word_errors,
    word_overlap,
)

GOLDEN = Path(__file__).resolve().parent.parent / "golden/scorers/cer_wer.json"
PAIRS = json.loads(GOLDEN.read_text(encoding="utf-8"))["pairs"]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_error_rates_equal_jiwers(pair: dict) -> None:
    characters = character_errors(pair["prediction"], pair["reference"])
    words = word_errors(pair["prediction"], pair["reference"])
    assert characters.rate == pair["scores"]["cer"]
    assert words.rate == pair["scores"]["wer"]
    counts = pair["detail"]["chars"]
    assert characters.edits == counts["substitutions"] + counts["deletions"] + counts["insertions"]
    assert characters.length == counts["hits"] + counts["substitutions"] + counts["deletions"]


def obvious_distance(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        above, row = row, [i]
        for j, b in enumerate(second, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
    return row[-1]


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_edit_distance_equals_the_obvious_one(first: str, second: str) -> None:
    assert edit_distance(first, second) == obvious_distance(first, second)


def test_edit_distance_takes_any_items() -> None:
    assert edit_distance(["the", "cat"], ["a", "cat", "sat"]) == 2


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café  RM 9.00", "caferm900"),
        ("ÀÉÎÕÜ ç", "aeiouc"),
        ("№ ½ ﬁ", "no12fi"),
        ("東京", ""),
        ("İstanbul", "istanbul"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_exact_match_folded_and_strict() -> None:
    assert exact_match("TOTAL: 9.00", "total 900", folded=True)
    assert not exact_match("TOTAL: 9.00", "total: 9.00")
    assert exact_match(" Total ", "Total")


def test_rates_add_up_over_a_corpus() -> None:
    total = character_errors("abcd", "abce") + character_errors("", "xy")
    assert total == ErrorRate(3, 6)
    assert total.rate == 0.5


def test_empty_truth() -> None:
    assert character_errors("", "  ").rate == 0.0
    assert character_errors("ghost", "").rate == 1.0


def test_word_overlap_by_hand() -> None:
    found = word_overlap("The cat, the -- dog", "the CAT sat")
    assert found.precision == 2 / 4
    assert found.recall == 2 / 3
    assert found.f1 == 2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3)


def test_word_overlap_of_empty_pages() -> None:
    assert word_overlap(" ", "").f1 == 1.0
    assert word_overlap("words", "").f1 == 0.0
    assert word_overlap("", "words").f1 == 0.0
