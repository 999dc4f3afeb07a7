"""Tree edit distance similarity: distances worked out by hand, and the properties of a distance on random trees."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.scorers.tables import Node, TableCell, teds, tree_edit_distance


def rows(*texts: str) -> list[list[TableCell]]:
    return [[TableCell(text) for text in row.split("|")] for row in texts]


def tree(text: str) -> Node:
    """A tree written as ``a(b,c(d))``, one letter a node."""
    position = 0

    def read() -> Node:
        nonlocal position
        node = Node(text[position])
        position += 1
        if position < len(text) and text[position] == "(":
            while text[position] in "(,":
                position += 1
                node.children.append(read())
            position += 1
        return node

    return read()


def unequal(first: object, second: object) -> float:
    return float(first != second)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("a", "a", 0),
        ("a", "b", 1),
        ("a(b,c)", "a(b)", 1),
        ("a(b,c)", "a(c,b)", 2),
        ("a(b(c,d))", "a(c,d)", 1),  # b goes, its children move up
        ("f(d(a,c(b)),e)", "f(c(d(a,b)),e)", 2),  # Zhang and Shasha's own example
        ("a(b,c,d)", "a(b,x(c),d)", 1),
        ("a", "x(y(z))", 3),
    ],
)
def test_tree_distances_worked_out_by_hand(first: str, second: str, distance: int) -> None:
    assert tree_edit_distance(tree(first), tree(second), unequal) == distance
    assert tree_edit_distance(tree(second), tree(first), unequal) == distance


TREES = st.recursive(
    st.sampled_from("ab").map(Node),
    lambda children: st.builds(Node, st.sampled_from("ab"), st.lists(children, max_size=3)),
    max_leaves=5,
)
Shape = tuple[str, tuple]


def shape(node: Node) -> Shape:
    return str(node.label), tuple(shape(child) for child in node.children)


@cache
def obvious_distance(first: tuple[Shape, ...], second: tuple[Shape, ...]) -> int:
    """Distance of two forests by its definition: the last root goes, comes, or takes the other's place."""
    if not first or not second:
        return sum(1 + obvious_distance(node[1], ()) for node in first + second)
    (label, below), (other, other_below) = first[-1], second[-1]
    return min(
        obvious_distance(first[:-1] + below, second) + 1,
        obvious_distance(first, second[:-1] + other_below) + 1,
        obvious_distance(below, other_below) + obvious_distance(first[:-1], second[:-1]) + (label != other),
    )


@given(TREES, TREES)
def test_tree_distance_equals_its_definition(first: Node, second: Node) -> None:
    assert tree_edit_distance(first, second, unequal) == obvious_distance((shape(first),), (shape(second),))


def test_equal_tables_score_one() -> None:
    table = rows("Item|Price", "Tea|2.50")
    assert teds(table, table) == 1.0


def test_one_of_four_letters_wrong_in_one_cell() -> None:
    # 7 nodes: the table, 2 rows, 4 cells; the cost is a quarter of one cell.
    assert teds(rows("Item|Price", "Tea|2.50"), rows("Item|Price", "Tea|2.80")) == 1 - 0.25 / 7


def test_a_missing_row() -> None:
    # 10 nodes; a row and its two cells are put in.
    assert teds(rows("a|b", "c|d"), rows("a|b", "c|d", "e|f")) == 1 - 3 / 10


def test_two_cells_taken_for_one() -> None:
    # 6 nodes in the larger; one cell put in (1), "a b" for "a" (2 of 3 letters).
    assert teds(rows("a b", "c|d"), rows("a|b", "c|d")) == 1 - (1 + 2 / 3) / 7


def test_a_wrong_span_costs_a_whole_cell() -> None:
    wide = [[TableCell("Total", 1, 2)]]
    assert teds([[TableCell("Total")]], wide) == 1 - 1 / 3
    assert teds([[TableCell("Total")]], wide, structure_only=True) == 1 - 1 / 3


def test_structure_alone_ignores_texts() -> None:
    assert teds(rows("a|b"), rows("x|y"), structure_only=True) == 1.0


def test_nothing_found() -> None:
    # The empty table's root stays, everything else is put in.
    assert teds([], rows("a|b", "c|d")) == 1 - 6 / 7
    assert teds([], []) == 1.0
