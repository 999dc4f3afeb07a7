"""Rows to paragraphs, headings and list items."""

from __future__ import annotations

from bayou.documents.document import Block, Line
from bayou.documents.geometry import Box
from bayou.reading.blocks import Row, body_size, list_marker, make_blocks


def row(text: str, top: float, left: float = 50, height: float = 10, width: float | None = None) -> Row:
    box = Box(left, top, left + (width or 5.0 * len(text)), top + height)
    return Row(Line(text, box), box, height)


def blocks(rows: list[Row]) -> list[Block]:
    return make_blocks(rows, body_size(rows))


PROSE = "the quick brown fox jumps over the lazy dog and on"


def test_paragraphs_part_where_the_distance_grows() -> None:
    rows = [row(PROSE, 14 * i) for i in range(4)] + [row(PROSE, 70 + 14 * i) for i in range(3)]
    assert [(b.kind, len(b.lines)) for b in blocks(rows)] == [("paragraph", 4), ("paragraph", 3)]


def test_paragraphs_part_where_a_first_line_is_indented() -> None:
    rows = [row(PROSE, 14 * i, left=65 if i in (0, 3) else 50) for i in range(6)]
    assert [len(b.lines) for b in blocks(rows)] == [3, 3]


def test_indented_paragraphs_of_one_line_part_too() -> None:
    lefts = (50, 65, 50, 65, 65, 50)
    rows = [row(PROSE, 14 * i, left=left) for i, left in enumerate(lefts)]
    assert [len(b.lines) for b in blocks(rows)] == [1, 2, 1, 2]


def test_centred_rows_stay_together() -> None:
    rows = [row("x" * n, 14 * i, left=200 - 2.5 * n) for i, n in enumerate((30, 22, 34, 20, 28))]
    assert len(blocks(rows)) == 1


def test_headings_by_size() -> None:
    rows = [
        row("The Title", 0, height=22),
        *(row(PROSE, 40 + 14 * i) for i in range(4)),
        row("A Section", 110, height=15),
        *(row(PROSE, 140 + 14 * i) for i in range(4)),
        row("A Part", 210, height=12),
        *(row(PROSE, 235 + 14 * i) for i in range(4)),
    ]
    found = blocks(rows)
    assert [(b.kind, b.level) for b in found] == [
        ("heading", 1),
        ("paragraph", 0),
        ("heading", 2),
        ("paragraph", 0),
        ("heading", 3),
        ("paragraph", 0),
    ]
    assert found[0].text == "The Title"


def test_large_figures_are_no_heading() -> None:
    rows = [row("31.00", 0, height=22), *(row(PROSE, 40 + 14 * i) for i in range(4))]
    assert blocks(rows)[0].kind == "paragraph"


def test_list_items_keep_their_further_lines_and_nest() -> None:
    rows = [
        row(PROSE, 0),
        row("• first thing", 20),
        row("and what belongs to it", 34, left=60),
        row("– inner thing", 48, left=66),
        row("• second thing", 62),
        row(PROSE, 90),
    ]
    found = blocks(rows)
    assert [(b.kind, b.marker, b.level, len(b.lines)) for b in found] == [
        ("paragraph", "", 0, 1),
        ("list_item", "•", 1, 2),
        ("list_item", "–", 2, 1),
        ("list_item", "•", 1, 1),
        ("paragraph", "", 0, 1),
    ]


def test_a_numbered_heading_is_no_item_above_the_list_that_follows() -> None:
    rows = [
        row("2. Methods", 0, left=20, height=22),
        *(row(PROSE, 40 + 14 * i) for i in range(4)),
        row("• first thing", 100),
        row("• second thing", 114),
    ]
    found = blocks(rows)
    assert [(b.kind, b.level) for b in found] == [
        ("heading", 1),
        ("paragraph", 0),
        ("list_item", 1),
        ("list_item", 1),
    ]


def test_the_last_row_before_an_item_stays_in_its_paragraph() -> None:
    rows = [
        row("• first thing", 0),
        *(row(PROSE, 40 + 14 * i, left=60) for i in range(3)),
        row("file.", 82, left=60),
        row("• second thing", 96),
        row(PROSE, 130, left=60),
        row("and so on.", 144, left=60),
        row(PROSE, 180),
    ]
    assert [(b.kind, len(b.lines)) for b in blocks(rows)] == [
        ("list_item", 1),
        ("paragraph", 4),
        ("list_item", 1),
        ("paragraph", 2),
        ("paragraph", 1),
    ]


def test_markers() -> None:
    texts = (
        "3. third",
        "(a) letter",
        "• dot",
        "- dash",
        "iv) four",
        "3.5 kg",
        "e.g. this",
        "-12.00",
        "No. 5",
        "12.80 SR",
    )
    assert [list_marker(text) for text in texts] == ["3.", "(a)", "•", "-", "iv)", "", "", "", "", ""]


def test_no_row_is_lost() -> None:
    rows = [row(f"row {i} {'x' * (i % 7)}", 13.0 * i + 5 * (i % 3), left=50 + 7 * (i % 4)) for i in range(30)]
    assert [line for b in blocks(rows) for line in b.lines] == [r.line for r in rows]
