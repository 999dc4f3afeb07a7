"""OCRBench v2's rules on answers whose score can be told by hand; nothing published is at hand to compare with."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.scorers.answer_boxes import box_overlap, last_box
from bayou.scorers.page_likeness import page_likeness
from bayou.scorers.short_answers import spelt_out

LIKENESS_TOLERANCE = 1e-9
TEXT = "one river rises in green hills above the old town"


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("[1, 2, 30, 40]", (1, 2, 30, 40)),
        ("from (5,6,7,8) rather to ( 1 , 2 , 3 , 4 ].", (1, 2, 3, 4)),
        ("(1, 2, 3, 4) or [900, 1, 1001, 2]", (1, 2, 3, 4)),
        ("1, 2, 3, 4", None),
        ("[1, 2, 3]", None),
    ],
)
def test_the_last_box_of_an_answer(text: str, box: tuple[int, ...] | None) -> None:
    assert last_box(text) == box


def test_boxes_overlap_by_the_share_of_what_both_cover() -> None:
    assert box_overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert box_overlap((0, 0, 10, 10), (5, 0, 15, 10)) == 50 / 150
    assert box_overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert box_overlap((3, 3, 3, 3), (3, 3, 3, 3)) == 0
    assert box_overlap((0.9, 0, 10.7, 10), (0, 0, 10, 10)) == 1


def test_letters_of_an_answer_in_usual_ways_of_listing_them() -> None:
    assert spelt_out("The answer: A, B, D", "ABD") == spelt_out("ABD", "ABD") == spelt_out("是A和B和D。", "ABD") == 1
    assert spelt_out("A, D", "ABD") == spelt_out("BAD", "ABD") == 0


def test_four_measures_of_a_page_by_hand() -> None:
    words = TEXT.split()
    whole = 1 - 0.5 * (1 / len(words)) ** 3  # METEOR: all matched, in one piece
    assert page_likeness(TEXT, TEXT) == pytest.approx((1 + whole + 1 + 1) / 4, abs=LIKENESS_TOLERANCE)
    cut = " ".join(words[:5])
    # BLEU: all that is there is right, and it is too short; METEOR: recall counts nine times as much as precision.
    bleu, meteor = math.exp(1 - len(words) / 5), 10 * 0.5 / (0.5 + 9 * 1) * (1 - 0.5 * (1 / 5) ** 3)
    f = 2 * 1 * 0.5 / (1 + 0.5)
    edits = 1 - len(cut) / len(TEXT)
    assert page_likeness(cut, TEXT) == pytest.approx((bleu + meteor + f + 1 - edits) / 4, abs=LIKENESS_TOLERANCE)


@given(st.text(), st.text())
def test_likeness_is_a_share_and_nothing_is_like_nothing_alone(one: str, other: str) -> None:
    assert 0 <= page_likeness(one, other) <= 1
    assert page_likeness("", "") == 1
    assert page_likeness("", "a") == page_likeness("a", " ") == 0
