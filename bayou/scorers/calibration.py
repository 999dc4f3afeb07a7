"""Whether a confidence means what it says. Knows pairs of a probability and a yes or no; not what was judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def expected_calibration_error(confidences: Sequence[float], correct: Sequence[bool], bins: int = 15) -> float:
    """The mean gap between confidence and share of right answers over equal bins of confidence, weighted by their size.

    Args:
        confidences: Probabilities, 0 to 1; bins are (k/bins, (k+1)/bins], and 0 is in the first.

    Raises:
        ValueError: No pair, lengths that differ, or a confidence outside 0 to 1.
    """
    scores, right = _pairs(confidences, correct)
    if scores.min() < 0 or scores.max() > 1:
        raise ValueError("a confidence lies between 0 and 1")
    numbers = np.clip(np.ceil(scores * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(numbers, weights=right - scores, minlength=bins)
    return float(np.abs(gaps).sum() / len(scores))


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """The chance that a positive has a higher score than a negative; a tie counts half.

    For finding wrong lines: ``auroc([1 - c for c in confidences], wrong)``.

    Raises:
        ValueError: No pair, lengths that differ, or all of one kind.
    """
    values, truth = _pairs(scores, positive)
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        raise ValueError("needs positives and negatives")
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    last_rank = np.cumsum(sizes)
    mean_ranks = last_rank - (sizes - 1) / 2
    rank_sum = mean_ranks[group][truth].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def _pairs(scores: Sequence[float], flags: Sequence[bool]) -> tuple[np.ndarray, np.ndarray]:
    if len(scores) != len(flags) or not len(scores):
        raise ValueError("needs as many scores as flags, and at least one")
    return np.asarray(scores, dtype=np.float64), np.asarray(flags, dtype=bool)
