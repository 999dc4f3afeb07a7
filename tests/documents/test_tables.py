import math

import numpy as np
import pytest
from PIL import Image

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Box
from bayou.documents.tables import find_tables
from tests.documents.drawn_sheet import PROSE, Sheet

CELL_PLACE_BOUND = 4.0


def texts(found):
    return [[cell.text for cell in row] for row in found.table.rows]


GOODS = [["Goods", "Units", "Price"], ["Oak", "12", "£3.50"], ["Ash", "7", "£110.00"], ["Larch", "240", "£0.99"]]
XS, YS = [80, 300, 450, 640], [90, 130, 170, 210, 250]


@pytest.mark.parametrize("joined", [False, True])
def test_ruled_table(joined):
    sheet = Sheet().cells(GOODS, [95, 315, 465]).grid(XS, YS)
    (found,) = (sheet.joined(200) if joined else sheet).tables()
    assert texts(found) == GOODS
    assert found.line_indices == tuple(range(len(sheet.lines)))
    assert max(abs(a - b) for a, b in zip(_sides(found.box), (80, 90, 640, 250), strict=True)) < CELL_PLACE_BOUND
    cell = found.table.rows[1][1]
    assert max(abs(a - b) for a, b in zip(_sides(cell.box), (300, 130, 450, 170), strict=True)) < CELL_PLACE_BOUND
    assert [cell.header for cell in found.table.rows[0]] == [True] * 3
    assert not any(cell.header for row in found.table.rows[1:] for cell in row)


def _sides(box):
    return box.left, box.top, box.right, box.bottom


def test_page_units_are_kept():
    sheet = Sheet().cells(GOODS, [95, 315, 465]).grid(XS, YS)
    half = [
        Line(line.text, line.box.scaled(0.5), 0.9, "model", tuple(Word(w.text, w.box.scaled(0.5)) for w in line.words))
        for line in sheet.lines
    ]
    (found,) = find_tables(half, np.asarray(sheet.image), 2.0)
    assert texts(found) == GOODS
    assert abs(found.box.right - 320) < CELL_PLACE_BOUND


@pytest.mark.parametrize("colour", ["#bbbbbb", "#2244aa"])
@pytest.mark.parametrize("width", [1, 4])
def test_thin_pale_and_thick_rulings(colour, width):
    (found,) = Sheet().cells(GOODS, [95, 315, 465]).grid(XS, YS, width, colour).tables()
    assert texts(found) == GOODS


def test_table_open_at_both_sides():
    sheet = Sheet().cells(GOODS, [95, 315, 465])
    for x in XS[1:3]:
        sheet.draw.line((x, YS[0], x, YS[-1]), fill="black", width=2)
    for y in YS:
        sheet.draw.line((XS[0], y, XS[-1], y), fill="black", width=2)
    (found,) = sheet.tables()
    assert texts(found) == GOODS


def test_only_columns_ruled_and_the_head():
    (found,) = Sheet().cells(GOODS, [95, 315, 465]).grid(XS, [90, 130, 250]).tables()
    assert texts(found) == GOODS


def test_entries_of_several_lines_stay_one_cell():
    rows = [
        ["Name", "Address"],
        ["Smith", "1 High Street"],
        ["", "Anytown"],
        ["Jones", "2 Low Road"],
        ["", "Elsewhere"],
    ]
    sheet = Sheet().cells(rows, [95, 315], pitch=30).grid([80, 300, 640], [90, 125, 185, 245])
    (found,) = sheet.tables()
    assert texts(found) == [
        ["Name", "Address"],
        ["Smith", "1 High Street\nAnytown"],
        ["Jones", "2 Low Road\nElsewhere"],
    ]


def test_spans_of_rows_and_columns():
    sheet = Sheet().text(95, 100, "Cargo").text(315, 100, "Shipped this quarter")
    sheet.cells([["Oak", "12", "£3.50"], ["", "7", "£110.00"]], [95, 315, 465], top=140)
    draw = sheet.draw
    for box in ((80, 90, 300, 130), (300, 90, 640, 130), (80, 130, 300, 210)):
        draw.rectangle(box, outline="black", width=2)
    for y in (130, 170):
        draw.rectangle((300, y, 450, y + 40), outline="black", width=2)
        draw.rectangle((450, y, 640, y + 40), outline="black", width=2)
    (found,) = sheet.tables()
    spans = [[(cell.text, cell.row_span, cell.column_span) for cell in row] for row in found.table.rows]
    assert spans == [
        [("Cargo", 1, 1), ("Shipped this quarter", 1, 2)],
        [("Oak", 2, 1), ("12", 1, 1), ("£3.50", 1, 1)],
        [("7", 1, 1), ("£110.00", 1, 1)],
    ]


@pytest.mark.parametrize("angle", [-1.5, -0.4, 0.7, 2.0])
@pytest.mark.parametrize("ruled", [True, False])
def test_leaning_page(angle, ruled):
    sheet = Sheet().prose(80, 400, 800, 6).cells(GOODS, [95, 315, 465])
    if ruled:
        sheet.grid(XS, YS)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))

    def turn(x, y):
        return x * cos - y * sin, x * sin + y * cos

    def turned(box):
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        return tuple(turn(*corner) for corner in corners)

    def upright(quad):
        xs, ys = [x for x, _ in quad], [y for _, y in quad]
        return Box(min(xs), min(ys), max(xs), max(ys))

    lines = [
        Line(
            line.text,
            upright(turned(line.box)),
            0.9,
            "model",
            tuple(Word(word.text, upright(turned(word.box))) for word in line.words),
            turned(line.box),
        )
        for line in sheet.lines
    ]
    # Pillow asks where each pixel comes from.
    image = sheet.image.transform(
        sheet.image.size,
        Image.Transform.AFFINE,
        (cos, sin, 0, -sin, cos, 0),
        Image.Resampling.BICUBIC,
        fillcolor="white",
    )
    (found,) = find_tables(lines, np.asarray(image), 1.0)
    assert texts(found) == GOODS


@pytest.mark.parametrize("image", [True, False])
def test_aligned_table_without_rulings(image):
    sheet = Sheet().prose(80, 40, 800, 3).prose(80, 500, 800, 3)
    for index, row in enumerate(GOODS):
        y = 220 + 40 * index
        sheet.text(95, y, row[0]).right(400, y, row[1]).right(560, y, row[2])
    (found,) = sheet.tables(image)
    assert texts(found) == GOODS
    assert [sheet.lines[index].text for index in found.line_indices] == [text for row in GOODS for text in row]
    assert [cell.header for cell in found.table.rows[0]] == [True] * 3


def test_rules_between_rows_alone_make_a_table_of_words():
    rows = [["Port", "Master"], ["Whitby", "A. Dundee\nB. Porto"], ["Bergen", "C. Galway"], ["Ostend", "D. Lisbon"]]
    sheet, y = Sheet(), 100
    for row in rows:
        sheet.draw.line((80, y, 640, y), fill="black", width=2)
        sheet.text(95, y + 8, row[0])
        for part in row[1].split("\n"):
            sheet.text(400, y + 8, part)
            y += 30
        y += 12
    sheet.draw.line((80, y, 640, y), fill="black", width=2)
    (found,) = sheet.tables()
    assert texts(found) == rows


def test_wrapped_entries_and_empty_cells():
    rows = [
        ["1", "European oak, planed,", "26", "£478.40"],
        ["2", "Sash window frame", "", "£1,836.00"],
        ["3", "Restoration glass", "6", "£283.50"],
        ["4", "Brass pulleys", "3", "£110.70"],
    ]
    sheet = Sheet().cells(rows, [80, 150, 500, 620], pitch=60)
    sheet.lines.append(Sheet().text(150, 126, "per metre").lines[0])
    (found,) = sheet.tables(image=False)
    assert texts(found) == [["1", "European oak, planed,\nper metre", "26", "£478.40"], *rows[1:]]


def test_key_value_figures_are_a_table():
    rows = [["Subtotal", "£3,858.90"], ["Discount", "£192.95"], ["VAT", "£733.19"]]
    (found,) = Sheet().cells(rows, [80, 400]).tables()
    assert texts(found) == rows


def test_two_tables_on_a_page():
    sheet = Sheet().cells(GOODS, [95, 315, 465]).grid(XS, YS).prose(80, 300, 800, 4)
    sheet.cells(GOODS, [95, 315, 465], top=600)
    first, second = sheet.tables()
    assert texts(first) == texts(second) == GOODS
    assert not set(first.line_indices) & set(second.line_indices)
    assert first.box.bottom < second.box.top


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("justified", [True, False])
def test_running_text_is_no_table(seed, justified):
    assert Sheet().prose(80, 60, 820, 25, seed, justified).tables() == []
    columns = Sheet().prose(60, 60, 420, 25, seed, justified).prose(470, 60, 840, 25, seed + 99, justified)
    assert columns.tables() == []
    few = Sheet().prose(60, 60, 420, 4, seed, justified).prose(470, 60, 840, 4, seed + 99, justified)
    assert few.tables() == []
    shifted = Sheet().prose(60, 60, 420, 25, seed, justified).prose(470, 71, 840, 25, seed + 99, justified)
    assert shifted.tables() == []
    three = Sheet().prose(40, 60, 290, 20, seed, justified)
    three.prose(325, 60, 575, 20, seed + 1, justified).prose(610, 60, 860, 20, seed + 2, justified)
    assert three.tables() == []


def test_boxes_and_frames_are_no_tables():
    assert Sheet().prose(100, 100, 800, 6).grid([80, 820], [80, 300]).tables() == []
    # Two columns of text, ruled apart, under a ruled headline.
    sheet = Sheet().text(100, 60, "A headline").prose(60, 110, 420, 20).prose(470, 110, 840, 20, 7)
    sheet.grid([40, 445, 860], [100, 740]).grid([40, 860], [40, 100])
    assert sheet.tables() == []
    # Underlined and struck words, and a rule under a headline.
    sheet = Sheet().prose(80, 100, 820, 10)
    for y in (126, 200, 262):
        sheet.draw.line((80, y, 400, y), fill="black", width=2)
    assert sheet.tables() == []


def test_lists_and_forms_of_address_are_no_tables():
    items = [[marker, " ".join(PROSE[index : index + 3])] for index, marker in enumerate(["1.", "2.", "3.", "4."])]
    assert Sheet().cells(items, [80, 130]).tables() == []
    bullets = [["•", text] for _, text in items]
    assert Sheet().cells(bullets, [80, 130]).tables() == []
    addresses = [
        ["Bill to", "Ship to"],
        ["Ann Smith", "Bob Jones"],
        ["High Street", "Low Road"],
        ["Anytown", "Elsewhere"],
    ]
    assert Sheet().cells(addresses, [80, 500]).tables() == []


def test_table_beside_a_column_of_text():
    sheet = Sheet().prose(60, 60, 430, 30)
    sheet.prose(480, 60, 860, 8, 5).prose(480, 600, 860, 8, 6)
    sheet.cells(GOODS, [490, 620, 740], top=360)
    (found,) = sheet.tables()
    assert texts(found) == GOODS


def test_an_address_beside_figures_on_another_pitch_is_no_part_of_their_table():
    figures = [["Invoice no.", "LW-0417"], ["Dated", "14 March"], ["Order", "88-1306"], ["Due", "13 April"]]
    address = ["Bill to", "Mr. Muller", "The Old House", "18 Ferry Road"]
    sheet = Sheet().cells([[text] for text in address], [80], 100, 32)
    (found,) = sheet.cells(figures, [500, 700], 104, 37).tables()
    assert texts(found) == figures
    on_one_pitch = [[text, *row] for text, row in zip(address, figures, strict=True)]
    assert texts(Sheet().cells(on_one_pitch, [80, 500, 700]).tables()[0]) == on_one_pitch


def test_plot_with_grid_lines_is_no_table():
    sheet = Sheet().grid(list(range(100, 801, 100)), list(range(100, 601, 100)))
    for index, x in enumerate(range(100, 801, 100)):
        sheet.text(x - 10, 610, str(10 * index))
    sheet.text(320, 140, "peak")
    assert sheet.tables() == []


def test_nothing_to_find():
    assert find_tables([], None) == []
    assert find_tables([Line("crop", None)], np.zeros((10, 10, 3), np.uint8)) == []
    assert Sheet().text(80, 80, "alone").tables() == []
