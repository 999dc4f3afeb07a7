"""How alike two tables are: tree edit distance similarity. Knows rows of cells; not pages or how a table was found.

A table is taken as an ordered tree, table > row > cell. Turning one tree into another costs 1 for each node put in or
taken out; a cell put in another's place costs 1 where their spans differ, else the share of its text that differs
(Levenshtein distance divided by the longer length). The similarity is 1 - cost / nodes of the larger tree
(TEDS: Zhong, ShafieiBavani, Jimeno Yepes 2020). The distance is Zhang and Shasha's (1989).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from bayou.scorers.text import edit_distance


class TableCell(NamedTuple):
    """One cell: its text and how many rows and columns it spans."""

    text: str
    row_span: int = 1
    column_span: int = 1


Rows = Sequence[Sequence[TableCell]]


@dataclass(slots=True)
class Node:
    """A node of an ordered tree; ``label`` is compared by the cost function given to ``tree_edit_distance``."""

    label: object
    children: list[Node] = field(default_factory=list)


def teds(prediction: Rows, truth: Rows, *, structure_only: bool = False) -> float:
    """Similarity of two tables, 0 to 1; with ``structure_only`` the texts of the cells don't count."""
    first, second = _tree(prediction, structure_only), _tree(truth, structure_only)
    nodes = max(1 + sum(1 + len(row) for row in rows) for rows in (prediction, truth))
    return 1.0 - tree_edit_distance(first, second, _substitution) / nodes


def _tree(rows: Rows, structure_only: bool) -> Node:
    def cell(value: TableCell) -> Node:
        return Node(value._replace(text="") if structure_only else value)

    return Node("table", [Node("row", [cell(value) for value in row]) for row in rows])


def _substitution(first: object, second: object) -> float:
    if not (isinstance(first, TableCell) and isinstance(second, TableCell)):
        return float(first != second)
    if first[1:] != second[1:]:
        return 1.0
    longer = max(len(first.text), len(second.text))
    return edit_distance(first.text, second.text) / longer if longer else 0.0


class _Postorder:
    """A tree as three lists by postorder number: labels, leftmost leaf below each node, and the key roots."""

    def __init__(self, root: Node) -> None:
        self.labels: list[object] = []
        self.leftmost: list[int] = []
        self._walk(root)
        last_with_leaf = {leaf: number for number, leaf in enumerate(self.leftmost)}
        self.key_roots = sorted(last_with_leaf.values())

    def _walk(self, node: Node) -> int:
        leaves = [self._walk(child) for child in node.children]
        leaf = leaves[0] if leaves else len(self.labels)
        self.labels.append(node.label)
        self.leftmost.append(leaf)
        return leaf


def tree_edit_distance(first: Node, second: Node, substitution: Callable[[object, object], float]) -> float:
    """The least cost of turning one ordered tree into the other.

    Args:
        substitution: The cost of putting the second label in the first one's place, 0 for equal ones; a node put in or
            taken out costs 1, so more than 2 is never paid.
    """
    one, two = _Postorder(first), _Postorder(second)
    distances = np.zeros((len(one.labels), len(two.labels)))
    for i in one.key_roots:
        for j in two.key_roots:
            _fill(one, two, (i, j), distances, substitution)
    return float(distances[-1, -1])


def _fill(
    one: _Postorder,
    two: _Postorder,
    roots: tuple[int, int],
    distances: np.ndarray,
    substitution: Callable[[object, object], float],
) -> None:
    """Distances of all subtrees on the left paths of two key roots, from those of smaller ones, into ``distances``."""
    i, j = roots
    top, left = one.leftmost[i], two.leftmost[j]
    forest = np.zeros((i - top + 2, j - left + 2))
    forest[:, 0] = np.arange(i - top + 2)
    forest[0, :] = np.arange(j - left + 2)
    for x in range(top, i + 1):
        for y in range(left, j + 1):
            row, column = x - top + 1, y - left + 1
            least = min(forest[row - 1, column], forest[row, column - 1]) + 1
            if one.leftmost[x] == top and two.leftmost[y] == left:
                swapped = forest[row - 1, column - 1] + substitution(one.labels[x], two.labels[y])
                forest[row, column] = distances[x, y] = min(least, swapped)
            else:
                rest = forest[one.leftmost[x] - top, two.leftmost[y] - left]
                forest[row, column] = min(least, rest + distances[x, y])
