"""The pages that benchmarks draw: the truth belongs to the picture."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.scorers.tables import teds
from benchmarks import drawing


@pytest.fixture(autouse=True)
def lato() -> None:
    try:
        drawing.font(12)
    except FileNotFoundError as error:
        pytest.skip(str(error))


def test_a_prose_page_has_its_lines_where_it_says() -> None:
    page, texts, boxes = drawing.prose_page(50)
    assert len(texts) == len(boxes) == 50
    ink = np.asarray(page.convert("L")) < 128
    for left, top, right, bottom in boxes:
        assert ink[top:bottom, left:right].any()
        ink[top:bottom, left:right] = False
    assert not ink.any(), "ink outside every box"


def test_the_same_seed_draws_the_same_tables() -> None:
    first, second = list(drawing.table_pages(1)), list(drawing.table_pages(1))
    assert [table.style for table in first] == list(drawing.STYLES)
    assert all(a.rows == b.rows for a, b in zip(first, second, strict=True))
    assert len({table.rows for table in first}) == len(first)


def test_spans_fill_their_rows() -> None:
    for drawn in drawing.table_pages(3):
        widths = {sum(cell.column_span for cell in row) for row in drawn.rows}
        assert len(widths) == 1
        assert teds(drawn.rows, drawn.rows) == 1.0
