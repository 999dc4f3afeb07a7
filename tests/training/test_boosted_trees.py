from __future__ import annotations

import numpy as np

from bayou.reading.field_scores import trees_of
from bayou.training.boosted_trees import Boosting, Tree, boost

LEAST_RIGHT = 0.9


def as_entry(base: float, trees: list[Tree], features: int) -> dict[str, object]:
    rows = [[tree.feature, tree.threshold, tree.left, tree.right, tree.value] for tree in trees]
    return {"base": base, "least": 0.5, "features": features, "trees": rows}


def test_trees_learn_what_no_line_parts() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(2000, 6)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] > 0) & (x[:, 3] > -1)
    base, trees = boost(x[:1500], y[:1500], np.ones(1500), Boosting(40, features=1.0), seed=1)
    guesses = trees_of(as_entry(base, trees, 6)).probabilities(x[1500:]) > 0.5
    assert (guesses == y[1500:]).mean() > LEAST_RIGHT
    assert (y[1500:].mean() < LEAST_RIGHT) and (1 - y[1500:].mean() < LEAST_RIGHT), "or guessing one answer would do"


def test_a_feature_of_one_value_is_no_question() -> None:
    x = np.zeros((50, 2), np.float32)
    x[:25, 1] = 1
    base, trees = boost(x, x[:, 1] > 0, np.ones(50), Boosting(5, rows=1.0, features=1.0), seed=0)
    assert all(feature in (-1, 1) for tree in trees for feature in tree.feature)
    assert base == 0.0


def test_what_weighs_nothing_teaches_nothing() -> None:
    x = np.arange(40, dtype=np.float32)[:, None]
    y = x[:, 0] >= 20
    wrong = y.copy()
    wrong[::2] = ~wrong[::2]
    weight = np.where(wrong == y, 1.0, 0.0)
    base, trees = boost(x, wrong, weight, Boosting(20, rows=1.0, features=1.0, ridge=0.1), seed=0)
    guesses = trees_of(as_entry(base, trees, 1)).probabilities(x) > 0.5
    assert (guesses == y).all()
