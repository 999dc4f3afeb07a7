"""Tables on receipts, whose sums stand otherwise than the goods above them."""

import numpy as np
import pytest

from bayou.documents.tables import find_tables
from tests.documents.drawn_sheet import Sheet

SOLD = [
    ("10273", "GA1801 1", "170.00", "170.00"),
    ("2547", "GA1801 1", "35.00", "35.00"),
    ("12133", "GA1801 2", "7.50", "15.00"),
    ("10157", "GA1801 2", "5.50", "11.00"),
]
SUMS = [("(Excluded GST) Sub Total (RM) :", "231.00"), ("Total GST (RM) :", "13.86"), ("Total (RM) :", "244.86")]


def receipt(described):
    """Goods in four columns, perhaps with a description below each, and sums that reach across three of them."""
    sheet, top = Sheet(), 100
    for goods in SOLD:
        for left, text in zip((60, 250, 480, 640), goods, strict=True):
            sheet.text(left, top, text)
        if described:
            top += 30
            sheet.text(60, top, f"SR: {goods[0]} PAINT BRUSH WITH HANDLE OF WOOD")
        top += 30
    for name, amount in SUMS:
        sheet.right(560, top, name).text(640, top, amount)
        top += 30
    return sheet


@pytest.mark.parametrize("described", [False, True])
def test_sums_that_reach_across_columns_of_goods_do_not_merge_them(described):
    sheet = receipt(described)
    tables = find_tables(sheet.lines, np.array(sheet.image))
    goods = [[cell.text for cell in row] for row in tables[0].table.rows]
    assert [row for row in goods if not row[0].startswith("SR:")] == [list(row) for row in SOLD]
    assert sum(row[0].startswith("SR:") for row in goods) == (4 if described else 0)
    assert [[cell.text for cell in row] for row in tables[1].table.rows] == [list(row) for row in SUMS]
    assert len(tables) == 2


def test_sums_closer_than_the_rows_above_stay_rows():
    sheet = Sheet().cells(
        [("Item", "Price", "Amount"), *((f"Oak {i}", "3.50", "7.00") for i in range(5))], (60, 300, 480)
    )
    for index, (name, amount) in enumerate([("Gross:", "35.00"), ("GST:", "0.00"), ("Net:", "35.00")]):
        sheet.text(300, 340 + 28 * index, name).text(480, 340 + 28 * index, amount)
    (table,) = find_tables(sheet.lines, np.array(sheet.image))
    assert [[cell.text for cell in row] for row in table.table.rows[-3:]] == [
        ["", "Gross:", "35.00"],
        ["", "GST:", "0.00"],
        ["", "Net:", "35.00"],
    ]
