"""Lean of quads and pages, and boxes on the level page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.documents.geometry import Box, Quad
from bayou.reading.level import lean, leaning_quad, level_box, page_skew

ANGLE_TOLERANCE = 1e-6
POINT_TOLERANCE = 1e-6


def leaning(box: Box, degrees: float) -> Quad:
    return leaning_quad(box, degrees)


@given(st.floats(-40, 40))
def test_a_box_comes_back_from_the_leaning_page(degrees: float) -> None:
    box = Box(100, 50, 400, 70)
    quad = leaning(box, degrees)
    assert lean(quad) == pytest.approx(degrees, abs=ANGLE_TOLERANCE)
    back = level_box(quad, degrees)
    corners = (back.left, back.top, back.right, back.bottom)
    assert corners == pytest.approx((100, 50, 400, 70), abs=POINT_TOLERANCE)


def test_the_page_leans_as_its_long_lines_do() -> None:
    lines = [leaning(Box(100, 40 * i, 500, 40 * i + 20), 2.0) for i in range(5)]
    short = [leaning(Box(100, 40 * i, 130, 40 * i + 20), -7.0) for i in range(20)]
    assert page_skew(lines + short) == pytest.approx(2.0, abs=ANGLE_TOLERANCE)


def test_a_hair_is_no_skew_and_short_lines_tell_nothing() -> None:
    assert page_skew([leaning(Box(0, 0, 300, 20), 0.1)]) == 0.0
    assert page_skew([leaning(Box(0, 0, 30, 20), 9.0)]) == 0.0
    assert page_skew([]) == 0.0
