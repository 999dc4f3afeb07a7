"""Pieces of a line joined before reading."""

from __future__ import annotations

from bayou.documents.geometry import Box
from bayou.reading.fragments import join_fragments
from bayou.reading.level import leaning_quad, level_box
from bayou.reading.lines import FoundLine


def found(left: float, top: float, right: float, bottom: float, skew: float = 0.0, score: float = 0.9) -> FoundLine:
    return FoundLine(leaning_quad(Box(left, top, right, bottom), skew), score)


def boxes(lines: list[FoundLine], skew: float = 0.0) -> list[tuple[int, int, int, int]]:
    levelled = [level_box(line.quad, skew) for line in lines]
    return [(round(b.left), round(b.top), round(b.right), round(b.bottom)) for b in levelled]


def test_close_pieces_of_a_line_become_one() -> None:
    joined = join_fragments([found(10, 10, 100, 30), found(102, 11, 200, 31, score=0.7), found(203, 9, 260, 30)])
    assert boxes(joined) == [(10, 9, 260, 31)]
    assert joined[0].score == 0.7


def test_on_a_leaning_page_too() -> None:
    joined = join_fragments([found(10, 10, 300, 30, 5.0), found(302, 10, 600, 30, 5.0)], 5.0)
    assert boxes(joined, 5.0) == [(10, 10, 600, 30)]


def test_columns_other_heights_and_other_lines_stay_apart() -> None:
    apart = [found(10, 10, 100, 30), found(108, 10, 200, 30), found(10, 40, 100, 60), found(102, 30, 200, 75)]
    assert len(join_fragments(apart)) == 4


def test_a_piece_inside_another_is_dropped_and_a_turned_line_kept() -> None:
    lines = [found(10, 10, 200, 40), found(50, 14, 90, 36), found(300, 10, 320, 200)]
    assert boxes(join_fragments(lines)) == [(10, 10, 200, 40), (300, 10, 320, 200)]
