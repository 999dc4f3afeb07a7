"""Reading order of boxes: columns, rows, headings across columns, receipts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bayou.documents.geometry import Box
from bayou.reading.reading_order import reading_order


def line(left: float, top: float, width: float, height: float = 10.0) -> Box:
    return Box(left, top, left + width, top + height)


def column(left: float, top: float, count: int, width: float = 200.0, pitch: float = 14.0) -> list[Box]:
    return [line(left, top + pitch * i, width - 13 * (i % 3)) for i in range(count)]


def flat(boxes: list[Box]) -> list[int]:
    return [index for part in reading_order(boxes) for row in part for index in row]


def test_one_column_is_read_from_top_to_bottom() -> None:
    boxes = column(50, 50, 12)
    assert reading_order(boxes) == [[[i] for i in range(12)]]


def test_two_columns_are_read_one_after_the_other_even_on_one_baseline_grid() -> None:
    assert flat(column(50, 50, 20) + column(270, 50, 20)) == list(range(40))


def test_three_columns() -> None:
    boxes = column(0, 0, 20, 150) + column(170, 5, 20, 150) + column(340, 2, 20, 150)
    assert flat(boxes) == list(range(60))


def test_a_heading_across_both_columns_stands_before_and_between_them() -> None:
    heading, upper_left, upper_right = [line(50, 20, 420, 16)], column(50, 60, 8), column(270, 60, 8)
    middle, lower_left, lower_right = [line(50, 190, 420, 16)], column(50, 225, 8), column(270, 225, 8)
    boxes = heading + upper_left + upper_right + middle + lower_left + lower_right
    assert flat(boxes) == list(range(len(boxes)))


def test_header_and_page_number_stay_out_of_the_columns() -> None:
    header = [line(50, 10, 90), line(420, 10, 50)]
    body = column(50, 60, 15) + column(270, 60, 15)
    footer = [line(250, 320, 20)]
    assert flat(header + body + footer) == list(range(33))


def test_a_receipt_keeps_its_rows() -> None:
    boxes = []
    for i in range(12):
        boxes += [line(20, 30 + 16 * i, 90 + 10 * (i % 4)), line(250, 31 + 16 * i, 35)]
    assert reading_order(boxes) == [[[2 * i, 2 * i + 1] for i in range(12)]]


def test_labels_and_values_of_a_form_keep_their_rows() -> None:
    boxes = []
    for i in range(8):
        boxes += [line(20, 30 + 20 * i, 70), line(130, 30 + 20 * i, 160 + 20 * (i % 3))]
    assert reading_order(boxes) == [[[2 * i, 2 * i + 1] for i in range(8)]]


def test_two_blocks_of_text_side_by_side_that_share_no_baselines_are_columns() -> None:
    assert flat(column(20, 30, 5, 90) + column(180, 36, 6, 120, pitch=17)) == list(range(11))


def test_pieces_of_one_row_that_differ_a_little_in_height_stay_together() -> None:
    assert reading_order([line(60, 1, 40, 12), line(0, 0, 50), line(110, 3, 30, 8)]) == [[[1, 0, 2]]]


def test_nothing() -> None:
    assert reading_order([]) == []


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 600), st.integers(1, 300), st.integers(1, 30)), max_size=40)
)
def test_every_box_is_read_exactly_once(places: list[tuple[int, int, int, int]]) -> None:
    boxes = [line(*place) for place in places]
    assert sorted(flat(boxes)) == list(range(len(boxes)))
