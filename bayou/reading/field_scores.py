"""Scores of candidates by what was learnt: boosted trees, in numpy. Knows trees; not what their features mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).resolve().parent.parent / "assets/fields/weights.json"
LEAF = -1


@dataclass(frozen=True, slots=True)
class Trees:
    """What was learnt of one concept.

    Attributes:
        nodes: For each tree its features [nodes] (``LEAF`` for a leaf), thresholds, left and right children, values.
        base: The sum that all trees add to; a logit.
        least: A candidate of a lower probability is not taken.
        features: How many features a candidate has.
    """

    nodes: tuple[tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]], ...]
    base: float
    least: float
    features: int

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """That each candidate is the one, 0 to 1 [candidates], of features [candidates, features]."""
        sums = np.full(len(rows), self.base, np.float64)
        everyone = np.arange(len(rows))
        for feature, threshold, children, value in self.nodes:
            at = np.zeros(len(rows), np.int32)
            while True:
                inner = feature[at] != LEAF
                if not inner.any():
                    break
                goes_right = rows[everyone, np.maximum(feature[at], 0)] > threshold[at]
                at = np.where(inner, children[at, goes_right.astype(np.int32)], at)
            sums += value[at]
        return np.asarray(1.0 / (1.0 + np.exp(-sums)), np.float32)


def trees_of(entry: Mapping[str, object]) -> Trees:
    """The trees that a file's entry for a concept describes."""
    nodes = []
    found = entry["trees"]
    assert isinstance(found, list)
    for feature, threshold, left, right, value in found:
        nodes.append((
            np.asarray(feature, np.int32),
            np.asarray(threshold, np.float32),
            np.stack([np.asarray(left, np.int32), np.asarray(right, np.int32)], axis=1),
            np.asarray(value, np.float32),
        ))  # fmt: skip
    base, least, features = entry["base"], entry["least"], entry["features"]
    assert isinstance(base, float) and isinstance(least, float) and isinstance(features, int)
    return Trees(tuple(nodes), base, least, features)


@cache
def learnt(path: Path = WEIGHTS) -> Mapping[str, Trees]:
    """The trees of each concept that was taught; none where there is no file."""
    if not path.is_file():
        return {}
    return {name: trees_of(entry) for name, entry in json.loads(path.read_text(encoding="utf-8")).items()}
