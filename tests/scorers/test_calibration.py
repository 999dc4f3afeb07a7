"""Calibration scores on cases small enough to work out by hand, and against their definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.scorers.calibration import auroc, expected_calibration_error

SCORE_TOLERANCE = 1e-12


def test_calibration_error_by_hand() -> None:
    # Two bins: (0, .5] holds .2 and .4 with one right of two, (.5, 1] holds .9 and 1.0, both right.
    error = expected_calibration_error([0.2, 0.4, 0.9, 1.0], [False, True, True, True], bins=2)
    assert error == pytest.approx(0.5 * abs(0.5 - 0.3) + 0.5 * abs(1 - 0.95), abs=SCORE_TOLERANCE)


def test_certain_and_right_is_calibrated() -> None:
    assert expected_calibration_error([1.0, 1.0, 0.0], [True, True, False]) == 0.0


def test_certain_and_wrong_is_not() -> None:
    assert expected_calibration_error([1.0, 1.0], [False, False]) == 1.0


def test_a_bin_ends_where_the_next_begins() -> None:
    assert expected_calibration_error([0.5, 0.5, 0.75], [True, False, True], bins=2) == pytest.approx(
        0.25 / 3, abs=SCORE_TOLERANCE
    )


def test_auroc_by_hand() -> None:
    assert auroc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert auroc([1, 1, 1], [True, False, True]) == 0.5
    assert auroc([0, 1], [True, False]) == 0.0


PAIRS = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans()), min_size=2, max_size=20)


@given(PAIRS.filter(lambda pairs: len({flag for _, flag in pairs}) == 2))
def test_auroc_equals_counting_pairs(pairs: list[tuple[float, bool]]) -> None:
    positives = [score for score, flag in pairs if flag]
    negatives = [score for score, flag in pairs if not flag]
    wins = sum((p > n) + (p == n) / 2 for p in positives for n in negatives)
    counted = wins / (len(positives) * len(negatives))
    assert auroc(*zip(*pairs, strict=True)) == pytest.approx(counted, abs=SCORE_TOLERANCE)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="positives and negatives"):
        auroc([0.5], [True])
    with pytest.raises(ValueError, match="at least one"):
        auroc([], [])
    with pytest.raises(ValueError, match="between 0 and 1"):
        expected_calibration_error([1.5], [True])
