"""Which character of the draft a character of the text stands for, on pairs made by hand and at random."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bayou.engine.line_reading import matched, text_spans
from bayou.engine.runtime import Draft
from tests.engine.test_reading_rule import edit_distance

short = st.lists(st.integers(4, 7), max_size=8)


def test_partners_by_hand() -> None:
    assert matched("colour", "colour") == [0, 1, 2, 3, 4, 5]
    assert matched("colour", "color") == [0, 1, 2, 3, -1, 4]
    assert matched("color", "colour") == [0, 1, 2, 3, 5]
    assert matched("c0lor", "color") == [0, 1, 2, 3, 4]
    assert matched("", "color") == []
    assert matched("ab", "") == [-1, -1]
    assert matched("aaa", "aa") in ([0, 1, -1], [-1, 0, 1], [0, -1, 1])


@given(short, short)
def test_partners_are_a_shortest_way(text: list[int], draft: list[int]) -> None:
    places = matched(text, draft)
    assert len(places) == len(text)
    kept = [place for place in places if place >= 0]
    assert kept == sorted(set(kept))
    assert all(0 <= place < len(draft) for place in kept)
    replaced = sum(text[i] != draft[place] for i, place in enumerate(places) if place >= 0)
    edits = replaced + (len(text) - len(kept)) + (len(draft) - len(kept))
    assert edits == edit_distance(tuple(text), tuple(draft))


def test_spans_are_fractions_of_the_crop() -> None:
    spans = np.array([[1, 2], [4, 5], [8, 10]], dtype=np.int32)
    draft = Draft("abc", (4, 5, 6), np.ones(3, dtype=np.float32), spans, 12)
    found = text_spans((4, 7, 5, 6), draft, 80)
    assert np.allclose(found, [[0.1, 0.2], [0.2, 0.4], [0.4, 0.5], [0.8, 1.0]])
    assert np.allclose(text_spans((4, 5, 6, 7), draft, 88)[-1], [10 / 11, 1.0])
    assert text_spans((), draft, 80).shape == (0, 2)
