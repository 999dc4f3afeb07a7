"""Intervals hold the value, shrink with more samples, and pair what is paired."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.scorers.bootstrap import paired_interval, ratio_interval

BOOTSTRAP_TOLERANCE = 0.03


def test_the_interval_of_a_mean_is_about_two_standard_errors() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.2, 400)
    found = ratio_interval(values.tolist(), [1.0] * 400)
    error = 0.2 / 400**0.5
    assert found.value == pytest.approx(values.mean())
    assert abs((found.high - found.low) - 3.92 * error) < BOOTSTRAP_TOLERANCE * 0.2
    assert found.low < found.value < found.high


def test_weights_are_those_of_a_ratio() -> None:
    assert ratio_interval([1, 2], [2, 6]).value == 3 / 8
    assert ratio_interval([1, 1], [1, 1]) == (1, 1, 1)


def test_a_paired_difference_is_surer_than_two_apart() -> None:
    numbers = np.random.default_rng(2)
    hard = numbers.normal(0, 1, 300)
    first, second = hard.tolist(), (hard + 0.1).tolist()
    found = paired_interval((first, [1.0] * 300), (second, [1.0] * 300))
    assert found == pytest.approx((0.1, 0.1, 0.1))


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [0.0, 1.0, 1.0, 0.0, 1.0]
    assert ratio_interval(values, [1.0] * 5) == ratio_interval(values, [1.0] * 5)
    assert ratio_interval(values, [1.0] * 5, seed=1).value == 0.6


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ratio_interval([], [])
