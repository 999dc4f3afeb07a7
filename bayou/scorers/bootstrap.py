"""How far a figure made of many samples may be off. Knows sums of parts over sums of weights; not what they measure.

Samples (or other units) are drawn with replacement as often as there are; the figure is made anew of each draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

RESAMPLES = 1000
SHARE = 0.95
_AT_A_TIME = 100


class Interval(NamedTuple):
    """The figure, and the ends of the middle 95 % of its draws."""

    value: float
    low: float
    high: float


def ratio_interval(parts: Sequence[float], weights: Sequence[float], seed: int = 0) -> Interval:
    """Sum of parts over sum of weights.

    Raises:
        ValueError: No unit, or lengths that differ.
    """
    pairs = _columns(parts, weights)
    return _interval(_ratios(pairs.sum(axis=0, keepdims=True))[0], _ratios(_drawn(pairs, seed)))


def paired_interval(
    first: tuple[Sequence[float], Sequence[float]], second: tuple[Sequence[float], Sequence[float]], seed: int = 0
) -> Interval:
    """Second ratio less the first, the same units drawn for both; each is its parts and its weights.

    Raises:
        ValueError: No unit, or lengths that differ.
    """
    columns = np.concatenate([_columns(*first), _columns(*second)], axis=1)

    def difference(sums: np.ndarray) -> np.ndarray:
        return _ratios(sums[:, 2:]) - _ratios(sums[:, :2])

    return _interval(difference(columns.sum(axis=0, keepdims=True))[0], difference(_drawn(columns, seed)))


def _columns(parts: Sequence[float], weights: Sequence[float]) -> np.ndarray:
    if len(parts) != len(weights) or not len(parts):
        raise ValueError("needs as many parts as weights, and at least one")
    return np.stack([np.asarray(parts, dtype=np.float64), np.asarray(weights, dtype=np.float64)], axis=1)


def _drawn(columns: np.ndarray, seed: int) -> np.ndarray:
    """Column sums of each draw, [RESAMPLES, columns]."""
    rng, units = np.random.default_rng(seed), len(columns)
    sums = []
    for start in range(0, RESAMPLES, _AT_A_TIME):
        draws = min(_AT_A_TIME, RESAMPLES - start)
        sums.append(rng.multinomial(units, np.full(units, 1 / units), size=draws) @ columns)
    return np.concatenate(sums)


def _ratios(sums: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios: np.ndarray = sums[:, 0] / sums[:, 1]
    return ratios


def _interval(value: float, drawn: np.ndarray) -> Interval:
    kept = drawn[np.isfinite(drawn)]
    if not len(kept):
        return Interval(float(value), float(value), float(value))
    low, high = np.quantile(kept, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return Interval(float(value), float(low), float(high))
