"""Boosted trees for a yes or no, learnt from rows of numbers. Knows arrays; not what the numbers mean.

The usual method: each tree takes a Newton step of the logistic loss, its splits chosen among the bounds of a feature's
histogram. Small and plain, for tens of thousands of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAF = -1
_LEAST_GAIN = 1e-6


@dataclass(frozen=True, slots=True)
class Boosting:
    """How trees are learnt.

    Attributes:
        trees: How many.
        depth: Questions on the way to a leaf.
        rate: The share of a Newton step that a tree takes.
        rows, features: The share of them that a tree sees.
        ridge: Added to a leaf's curvature, so that a few rows don't decide much.
        bins: Bounds of a feature that are tried.
    """

    trees: int = 60
    depth: int = 3
    rate: float = 0.2
    rows: float = 0.8
    features: float = 0.5
    ridge: float = 2.0
    bins: int = 32


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of nodes, the first of them its root; a row goes right where its feature is above the threshold."""

    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    value: list[float]


def boost(
    x: NDArray[np.float32], y: NDArray[np.bool_], weight: Floats, how: Boosting, seed: int
) -> tuple[float, list[Tree]]:
    """The logit that all begin with, and the trees that add to it.

    Args:
        x: Rows [rows, features].
        y: Whether yes [rows]; both must occur.
        weight: What each row counts [rows].
    """
    random = np.random.default_rng(seed)
    share = float(np.average(y, weights=weight))
    base = float(np.log(share / (1 - share)))
    edges = [np.unique(np.quantile(column, np.linspace(0, 1, how.bins + 1)[1:-1])) for column in x.T]
    codes = np.stack([np.searchsorted(e, column, side="left") for e, column in zip(edges, x.T, strict=True)], axis=1)
    sums = np.full(len(x), base)
    trees = []
    for _ in range(how.trees):
        chance = 1 / (1 + np.exp(-sums))
        seen = random.random(len(x)) < how.rows
        slope = np.where(seen, weight * (y - chance), 0.0)
        curve = np.where(seen, weight * chance * (1 - chance), 0.0)
        columns = np.flatnonzero(random.random(x.shape[1]) < how.features)
        tree, nodes = _grow(codes, slope, curve, columns, edges, how)
        trees.append(tree)
        sums += np.asarray(tree.value)[nodes]
    return base, trees


def _grow(
    codes: NDArray[np.int64],
    slope: Floats,
    curve: Floats,
    columns: NDArray[np.int64],
    edges: list[Floats],
    how: Boosting,
) -> tuple[Tree, NDArray[np.int64]]:
    """One tree, and the leaf that each row comes to [rows]."""
    tree = Tree([LEAF], [0.0], [0], [0], [0.0])
    nodes = np.zeros(len(codes), np.int64)
    open_nodes = [0]
    for _ in range(how.depth):
        splits = _best_splits(codes, slope, curve, columns, (nodes, open_nodes), how)
        open_nodes = []
        for node, (column, bound) in splits.items():
            tree.feature[node], tree.threshold[node] = column, float(edges[column][bound])
            tree.left[node], tree.right[node] = len(tree.value), len(tree.value) + 1
            inside = nodes == node
            nodes[inside] = np.where(codes[inside, column] > bound, tree.right[node], tree.left[node])
            for values, empty in ((tree.feature, LEAF), (tree.left, 0), (tree.right, 0)):
                values += [empty, empty]
            tree.threshold.extend((0.0, 0.0))
            tree.value.extend((0.0, 0.0))
            open_nodes += [tree.left[node], tree.right[node]]
    step = np.bincount(nodes, slope, len(tree.value)) / (np.bincount(nodes, curve, len(tree.value)) + how.ridge)
    for node, feature in enumerate(tree.feature):
        tree.value[node] = how.rate * float(step[node]) if feature == LEAF else 0.0
    return tree, nodes


def _best_splits(
    codes: NDArray[np.int64],
    slope: Floats,
    curve: Floats,
    columns: NDArray[np.int64],
    growing: tuple[NDArray[np.int64], list[int]],
    how: Boosting,
) -> dict[int, tuple[int, int]]:
    """For each open node that gains by one the column and the bound of its best split."""
    nodes, open_nodes = growing
    best: dict[int, tuple[float, int, int]] = {}
    place = np.full(int(nodes.max()) + 1, -1)
    place[open_nodes] = np.arange(len(open_nodes))
    where = place[nodes]
    kept = where >= 0
    shape = len(open_nodes), how.bins + 1
    for column in columns.tolist():
        index = where[kept] * shape[1] + codes[kept, column]
        g = np.bincount(index, slope[kept], shape[0] * shape[1]).reshape(shape).cumsum(axis=1)
        h = np.bincount(index, curve[kept], shape[0] * shape[1]).reshape(shape).cumsum(axis=1)
        whole_g, whole_h = g[:, -1:], h[:, -1:]
        gain = g**2 / (h + how.ridge) + (whole_g - g) ** 2 / (whole_h - h + how.ridge)
        gain -= whole_g**2 / (whole_h + how.ridge)
        for number, node in enumerate(open_nodes):
            bound = int(np.argmax(gain[number, :-1]))
            if gain[number, bound] > max(best.get(node, (_LEAST_GAIN, 0, 0))[0], _LEAST_GAIN):
                best[node] = float(gain[number, bound]), column, bound
    return {node: (column, bound) for node, (_, column, bound) in best.items()}
