"""Lines and tables of a page to blocks; nothing is lost or said twice."""

from __future__ import annotations

from bayou.documents.document import Block, Cell, Line, Table
from bayou.documents.geometry import Box
from bayou.documents.tables import FoundTable
from bayou.reading.assemble import assemble as assemble_sized
from bayou.reading.level import leaning_quad
from bayou.reading.words import corners


def assemble(lines: list[Line], tables: list[FoundTable] | None = None, skew: float = 0.0) -> tuple[Block, ...]:
    return assemble_sized(lines, [8.0] * len(lines), tables or [], skew)


PROSE = "the quick brown fox jumps over the lazy dog and on"


def line(text: str, left: float, top: float, width: float = 250, source: str = "peer") -> Line:
    return Line(text, Box(left, top, left + width, top + 10), 0.9, source)  # type: ignore[arg-type]


def leaning(flat: Line, degrees: float) -> Line:
    assert flat.box is not None
    quad = leaning_quad(flat.box, degrees)
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    return Line(flat.text, Box(min(xs), min(ys), max(xs), max(ys)), 0.9, "peer", quad=quad)


def test_a_row_of_a_receipt_is_one_line() -> None:
    lines = [line("Tea", 20, 30 + 16 * i, 60) for i in range(5)] + [
        line("1.50", 300, 31 + 16 * i, 40) for i in range(5)
    ]
    (block,) = assemble(lines)
    assert block.text == "\n".join(["Tea 1.50"] * 5)


def test_columns_of_a_leaning_page_are_read_in_order() -> None:
    left = [leaning(line(f"{PROSE} {i}", 50, 50 + 14 * i), 4.0) for i in range(15)]
    right = [leaning(line(f"{PROSE} {i + 15}", 330, 50 + 14 * i), 4.0) for i in range(15)]
    both = [piece for pair in zip(left, right, strict=True) for piece in pair]
    texts = [found.text for block in assemble(both, skew=4.0) for found in block.lines]
    assert texts == [f"{PROSE} {i}" for i in range(30)]


def test_a_table_stands_where_it_is_read_and_keeps_its_lines() -> None:
    before, after = [line(PROSE, 20, 10 + 14 * i) for i in range(3)], [line(PROSE, 20, 200 + 14 * i) for i in range(3)]
    cells = [line(f"cell {i}", 20 + 120 * (i % 2), 80 + 20 * (i // 2), 60) for i in range(6)]
    rows = tuple(
        tuple(Cell(cells[2 * r + c].text, cells[2 * r + c].box or Box(0, 0, 0, 0)) for c in (0, 1)) for r in range(3)
    )
    table = FoundTable(Table(rows), (3, 4, 5, 6, 7, 8), Box(20, 80, 220, 130))
    blocks = assemble([*before, *cells, *after], [table])
    assert [block.kind for block in blocks] == ["paragraph", "table", "paragraph"]
    assert blocks[1].table == Table(rows)
    assert list(blocks[1].lines) == cells


def test_an_address_beside_a_table_is_read_whole() -> None:
    address = [line(f"address {i}", 20, 50 + 14 * i, 90) for i in range(5)]
    cells = [line(f"cell {i}", 300 + 120 * (i % 2), 54 + 17 * (i // 2), 60) for i in range(6)]
    rows = tuple(
        tuple(Cell(cells[2 * r + c].text, cells[2 * r + c].box or Box(0, 0, 0, 0)) for c in (0, 1)) for r in range(3)
    )
    table = FoundTable(Table(rows), tuple(range(5, 11)), Box(300, 54, 480, 98))
    blocks = assemble([*address, *cells], [table])
    assert [block.text for block in blocks] == ["\n".join(a.text for a in address), "\n".join(c.text for c in cells)]
    mirrored = [line(a.text, 600, 50 + 14 * i, 90) for i, a in enumerate(address)]
    assert [block.kind for block in assemble([*mirrored, *cells], [table])] == ["table", "paragraph"]


def test_native_and_read_pieces_of_a_row_stay_apart() -> None:
    (block,) = assemble([line("native", 20, 10, 60, "native"), line("read", 120, 10, 60)])
    assert [(found.text, found.source) for found in block.lines] == [("native", "native"), ("read", "peer")]


def test_a_line_up_the_margin_comes_last() -> None:
    up = Line("up", Box(600, 10, 612, 200), 0.9, "peer", quad=((600, 200), (600, 10), (612, 10), (612, 200)))
    blocks = assemble([up, *(line(PROSE, 20, 10 + 14 * i) for i in range(4))])
    assert [block.text.split("\n")[0] for block in blocks] == [PROSE, "up"]


def test_corners_of_an_upright_line_are_its_box() -> None:
    assert corners(line("x", 1, 2, 3)) == ((1, 2), (4, 2), (4, 12), (1, 12))


def test_nothing() -> None:
    assert assemble([]) == ()
