"""Tables in texts, and facts about pages."""

from __future__ import annotations

from typing import Any

import pytest

from bayou.scorers.page_facts import fact_holds, near_starts
from bayou.scorers.table_text import best_pairs, grid_of, html_tables, markdown_tables, tables_in, without_tables

PAGE = """# Harbour “report”

The **total** is 1,289.50 euros — paid.

| Item | Price |
| --- | ---: |
| Tea \\| milk | 2.50 |
"""


def test_html_cells_span_and_tables_may_be_cut_off() -> None:
    (table,) = html_tables("x <TABLE><tr><td colspan='2'>a <b>b</b><br>c</td></tr><tr><td>d<td>e</table> y")
    assert grid_of(table) == [["a b c", "a b c"], ["d", "e"]]
    (cut,) = html_tables("<table><tr><td>a</td><td>b")
    assert grid_of(cut) == [["a", "b"]]
    (tall,) = html_tables("<table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr></table>")
    assert grid_of(tall) == [["a", "b"], ["a", "c"]]


def test_bars_make_a_table_and_dashes_no_row() -> None:
    (table,) = markdown_tables(PAGE)
    assert grid_of(table) == [["Item", "Price"], ["Tea | milk", "2.50"]]
    assert tables_in(PAGE) == [table]
    assert "Tea" not in without_tables(PAGE) and "total" in without_tables(PAGE)
    assert grid_of([]) == []


def test_pairs_take_the_best_first() -> None:
    assert best_pairs([[0.9, 0.8], [0.85, 0.1]]) == [(0, 0), (1, 1)]
    assert best_pairs([]) == []


@pytest.mark.parametrize(
    ("fact", "holds"),
    [
        ({"type": "present", "text": 'Harbour "report"'}, True),
        ({"type": "present", "text": "the total"}, False),
        ({"type": "present", "text": "the total", "case_sensitive": False}, True),
        ({"type": "present", "text": "1,289.60 euros", "max_diffs": 1}, True),
        ({"type": "present", "text": "1,289.60 euros", "max_diffs": 0}, False),
        ({"type": "present", "text": "paid", "first_n": 10}, False),
        ({"type": "absent", "text": "page 7"}, True),
        ({"type": "absent", "text": "Harbour"}, False),
        ({"type": "order", "before": "Harbour", "after": "euros"}, True),
        ({"type": "order", "before": "eurbs", "after": "Tea", "max_diffs": 1}, True),
        ({"type": "order", "before": "euros", "after": "Harbour"}, False),
        ({"type": "order", "before": "absent", "after": "Harbour"}, False),
        ({"type": "table", "cell": "2.50", "left": "Tea | milk", "top_heading": "Price"}, True),
        ({"type": "table", "cell": "2.50", "up": "Price", "left_heading": "Tea | milk"}, True),
        ({"type": "table", "cell": "2.50", "right": "Tea | milk"}, False),
        ({"type": "table", "cell": "zzzzz"}, False),
    ],
)
def test_facts(fact: dict[str, Any], holds: bool) -> None:
    assert fact_holds(fact, PAGE) is holds


def test_other_facts_are_not_tested() -> None:
    with pytest.raises(ValueError, match="math"):
        fact_holds({"type": "math"}, "")


def test_an_empty_page_has_nothing_and_lacks_everything() -> None:
    assert not fact_holds({"type": "present", "text": "a b"}, "\n")
    assert fact_holds({"type": "absent", "text": "a b"}, "\n")


def test_near_places() -> None:
    assert list(near_starts("abc", "xxabcxabc", 0)) == [2, 6]
    assert 2 in list(near_starts("abc", "xxaxcx", 1))
    assert list(near_starts("abc", "xyz", 1)) == []
