"""From the network's map to quads, and tiles that cover."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bayou.reading.detector import GROWTH, OVERLAP, QUAD_THRESHOLD, STRIDE, cuts, order_corners, quads_of_map


def test_a_core_grows_by_its_area_over_its_outline() -> None:
    probability = np.zeros((100, 300), np.float32)
    probability[40:50, 50:250] = 0.9
    (quad,) = quads_of_map(probability)
    grown = GROWTH * 200 * 10 / (2 * (200 + 10))
    left, top = quad.points.min(0)
    right, bottom = quad.points.max(0)
    assert abs(left - (50 - grown)) < 2 and abs(right - (250 + grown)) < 2
    assert abs(top - (40 - grown)) < 2 and abs(bottom - (50 + grown)) < 2
    assert QUAD_THRESHOLD < quad.score < 1


def test_faint_and_tiny_cores_are_left_out_and_holes_make_no_quad() -> None:
    probability = np.zeros((100, 300), np.float32)
    probability[40:50, 50:250] = 0.25
    probability[10:12, 10:12] = 1.0
    assert quads_of_map(probability) == []
    ring = np.zeros((100, 300), np.float32)
    ring[20:80, 20:280] = 1.0
    ring[45:55, 100:200] = 0.0
    assert len(quads_of_map(ring)) == 1


def test_corners_start_at_the_top_left() -> None:
    points = np.array([[10, 20], [0, 0], [10, 0], [0, 20]], np.float32)
    assert order_corners(points).tolist() == [[0, 0], [10, 0], [10, 20], [0, 20]]


@given(st.integers(1, 300), st.integers(13, 80))
def test_tiles_cover_the_whole_and_see_beyond_their_part(blocks: int, tile_blocks: int) -> None:
    length, tile = blocks * STRIDE, tile_blocks * STRIDE
    parts = cuts(length, tile)
    assert [part for _, part, _ in parts] == [0, *(end for _, _, end in parts[:-1])]
    assert parts[-1][2] == length
    for start, first, end in parts:
        assert start >= 0 and start + min(tile, length) <= length
        assert start <= first < end <= start + tile
        assert first == 0 or first - start >= OVERLAP // 2 - 1
        assert end == length or start + tile - end >= OVERLAP // 2 - 1
