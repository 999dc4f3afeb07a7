"""Columns to characters: the best path, and what each visual token is made from."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bayou.model.columns import BLANK, best_path, column_statistics, statistics_size

COLUMN_MEAN_TOLERANCE = 1e-5


def test_runs_become_characters_and_blanks_separate_equal_ones() -> None:
    classes, spans = best_path(np.array([0, 0, 5, 5, 0, 5, 7, 7, 7, 0]))
    assert classes.tolist() == [5, 5, 7]
    assert spans.tolist() == [[2, 4], [5, 6], [6, 9]]


def test_statistics_by_hand() -> None:
    features = np.arange(10, dtype=np.float32)[:, None]
    statistics = column_statistics(features, np.array([[2, 4], [5, 6]], dtype=np.int32))
    log = np.log1p
    expected = [[0, 0.5, 0, log(2)], [2.5, 4, log(2), log(1)], [5, 7.5, log(1), log(4)]]
    np.testing.assert_allclose(statistics, expected, atol=COLUMN_MEAN_TOLERANCE)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_every_column_belongs_to_exactly_one_token(path: list[int]) -> None:
    classes, spans = best_path(np.array(path))
    assert (classes != BLANK).all()
    features = np.ones((len(path), 2), dtype=np.float32)
    statistics = column_statistics(features, spans)
    assert statistics.shape == (len(classes) + 1, statistics_size(2))
    assert round(float(np.expm1(statistics[:, 4:]).sum())) == len(path)
    groups = [c for i, c in enumerate(path) if i == 0 or path[i - 1] != c]
    assert classes.tolist() == [c for c in groups if c != BLANK]


def test_a_blank_line_has_one_token() -> None:
    classes, spans = best_path(np.zeros(7, dtype=np.int64))
    assert classes.tolist() == []
    assert column_statistics(np.ones((7, 3), dtype=np.float32), spans).shape == (1, 8)
