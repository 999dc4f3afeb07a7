"""How alike two tables are: tree edit distance similarity. Knows rows of cells; not pages or how a table was found.

A table is taken as an ordered tree, table > row > cell. Turning one tree into another costs 1 for each node put in or
taken out; a cell put in another's place costs 1 where their spans differ, else the share of its text that differs
(Levenshtein distance divided by the longer length). The similarity is 1 - cost / nodes of the larger tree
(TEDS: Zhong, ShafieiBavani, Jimeno Yepes 2020). The distance itself is apted's (Pawlik and Augsten 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bayou.errors import MissingExtraError
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


def tree_edit_distance(
    first: Node,
    second: Node,
    substitution: Callable[[object, object], float],
    weight: Callable[[object], float] = lambda label: 1.0,
) -> float:
    """The least cost of turning one ordered tree into the other.

    Args:
        substitution: The cost of putting the second label in the first one's place, 0 for equal ones.
        weight: The cost of putting a node with this label in, or of taking it out.

    Raises:
        MissingExtraError: The extra ``evaluate`` is not installed.
    """
    try:
        from apted import APTED, Config
    except ImportError as error:
        raise MissingExtraError("distances of trees need apted: pip install 'bayou[evaluate]'") from error

    class Costs(Config):
        def delete(self, node: Node) -> float:
            return weight(node.label)

        def insert(self, node: Node) -> float:
            return weight(node.label)

        def rename(self, node1: Node, node2: Node) -> float:
            return substitution(node1.label, node2.label)

        def children(self, node: Node) -> list[Node]:
            return node.children

    return float(APTED(first, second, Costs()).compute_edit_distance())
