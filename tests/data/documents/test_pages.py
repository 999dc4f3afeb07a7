"""Synthetic pages: their truth is exact, moves with the picture, and is the same in every process."""

from __future__ import annotations

import hashlib
import html
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from bayou.data.synthetic.documents.finish import markdown_of, truth_of
from bayou.data.synthetic.documents.geometry import Bent, Flat, placed, quarter, scaled, turned
from bayou.data.synthetic.documents.maker import KINDS, PAINTERS, PageMaker
from bayou.data.synthetic.documents.page import SyntheticPage, quad_of
from bayou.data.synthetic.documents.painting import Desk, Made
from bayou.data.synthetic.documents.questions import ABSENT, BLANK, FIELDS, UNREADABLE
from bayou.data.synthetic.documents.wear import WEARS, wear
from bayou.documents.document import Line

ROOT = Path(__file__).resolve().parents[3]
#: Pixels by which ink may reach beyond its box: what rounding to quarters and smoothing leave.
INK_TOLERANCE = 1.0
#: The same for a picture that was moved: its ink is spread, and on bent paper a line's edges are no straight lines.
MOVED_INK_TOLERANCE = 3.0
#: A box edge has ink within so many pixels.
BOX_TOLERANCE = 2.6
#: How far a point may be from where its page's pixel is found.
POINT_TOLERANCE = 0.75
#: Ink below this share of 255 is smoothing.
FAINT = 40
WRITTEN = [k for k in PAINTERS if k != "blank"]


def made(desk: Desk, kind: str, seed: int) -> Made:
    return PAINTERS[kind](desk, random.Random(f"{kind}:{seed}"))


MadePages = Callable[[int], Made]


@pytest.fixture(scope="module", params=WRITTEN)
def pages(request: pytest.FixtureRequest, desk: Desk) -> MadePages:
    """Pages of a kind by their seed, each drawn once for all tests of the kind, which run together."""
    return cache(lambda seed: made(desk, request.param, seed))


def covered(pieces: tuple[Line, ...], shape: tuple[int, int], air: float) -> np.ndarray:
    """A mask of all pieces' quadrilaterals, grown by ``air`` pixels."""
    mask = np.zeros(shape, np.uint8)
    for piece in pieces:
        ring = np.round(np.array(quad_of(piece), np.float32) * 16).astype(np.int32)
        cv2.fillPoly(mask, [ring], 255, shift=4)
    size = 2 * int(np.ceil(air)) + 1
    return cv2.dilate(mask, np.ones((size, size), np.uint8))


def test_all_text_ink_lies_in_the_boxes_and_each_box_has_ink_at_its_edges(pages: MadePages) -> None:
    sheet = pages(3).sheet
    assert sheet.ink is not None
    pieces = truth_of(sheet).pieces
    assert len(pieces) > 3
    outside = (sheet.ink > FAINT) & (covered(pieces, sheet.ink.shape, INK_TOLERANCE) == 0)
    assert not outside.any()
    for piece in pieces:
        if piece.quad is not None:
            continue  # a stamp: its corners hold no ink
        box = piece.box
        assert box is not None
        left, top = max(0, int(box.left) - 1), max(0, int(box.top) - 1)
        part = sheet.ink[top : int(box.bottom) + 2, left : int(box.right) + 2] > FAINT
        rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
        found = (left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
        assert np.abs(np.array(found) - [box.left, box.top, box.right, box.bottom]).max() < BOX_TOLERANCE, piece


def test_nothing_is_written_beyond_the_paper(pages: MadePages) -> None:
    for seed in range(4):
        sheet = pages(seed).sheet
        height, width = sheet.canvas.shape[:2]
        for piece in truth_of(sheet).pieces:
            assert piece.box is not None
            inside = piece.box.left >= 0 and piece.box.top >= 0
            assert inside and piece.box.right <= width and piece.box.bottom <= height, (seed, piece)


def test_the_text_is_in_the_picture(pages: MadePages) -> None:
    """Where text ink is full, the picture has another colour than a sheet without text has nearby."""
    sheet = pages(3).sheet
    assert sheet.ink is not None
    grey = cv2.cvtColor(sheet.canvas, cv2.COLOR_RGB2GRAY).astype(int)
    full = sheet.ink > 230
    around = (cv2.dilate(sheet.ink, np.ones((7, 7), np.uint8)) > 0) & (sheet.ink == 0)
    assert abs(grey[full].mean() - grey[around].mean()) > 60


@pytest.mark.parametrize("how", [w for w in WEARS if w != "clean"])
def test_boxes_move_with_the_page(desk: Desk, how: str) -> None:
    """The mask of the ink, moved as the picture was, lies in the boxes as they were moved."""
    sheet = made(desk, "invoice", 7).sheet
    assert sheet.ink is not None
    moved = 0
    for seed in range(3):
        worn = wear(random.Random(seed), sheet.canvas.copy(), 9.0, how)
        ink = sheet.ink
        for move in worn.moves:
            ink = move.picture(ink, (0, 0, 0))
        pieces = truth_of(sheet, worn.points).pieces
        assert worn.image.shape[:2] == ink.shape
        outside = (ink > FAINT) & (covered(pieces, ink.shape, MOVED_INK_TOLERANCE) == 0)
        assert not outside.any(), (seed, np.argwhere(outside)[:5])
        inside = [
            ink[int(p.box.top) : int(p.box.bottom) + 1, int(p.box.left) : int(p.box.right) + 1] for p in pieces if p.box
        ]
        assert all(part.size and part.max() > FAINT for part in inside)
        moved += len(worn.moves)
    assert moved or how == "print"


MOVES: list[Flat | Bent] = [
    scaled(200, 120, 0.7, 1.0),
    turned(200, 120, 4.0),
    quarter(200, 120, 90),
    quarter(200, 120, 180),
    quarter(200, 120, 270),
    placed(200, 120, [(10, 5), (190, 12), (180, 110), (6, 100)], (220, 140)),
    Bent(np.random.default_rng(3).normal(0, 2, (5, 6, 2)).astype(np.float32), 200, 120),
]


@pytest.mark.parametrize("move", MOVES)
def test_points_are_where_their_pixels_are(move: Flat | Bent) -> None:
    for x, y in ((40, 30), (150, 30), (100, 90), (160, 100)):
        page = np.zeros((120, 200), np.uint8)
        cv2.circle(page, (x, y), 5, 255, -1)
        rows, columns = np.nonzero(move.picture(page, (0, 0, 0)) > 127)
        ((found_x, found_y),) = move.points([(x + 0.5, y + 0.5)])
        assert abs(columns.mean() + 0.5 - found_x) < POINT_TOLERANCE
        assert abs(rows.mean() + 0.5 - found_y) < POINT_TOLERANCE


def plain_words(markdown: str) -> list[str]:
    """The words of Markdown as written by ``markdown_of``, in order: its signs taken off again."""
    lines = []
    for line in markdown.split("\n"):
        if re.fullmatch(r"\|( --- \|)+", line):
            continue
        if line.startswith("<"):
            line = html.unescape(re.sub(r"<[^>]+>", " ", line))
        elif line.startswith("| "):
            line = re.sub(r"(?<!\\)\|", " ", line).replace("<br>", " ")
        lines.append(re.sub(r"\\(.)", r"\1", re.sub(r"^(#+|-) ", "", line)))
    return " ".join(lines).split()


def test_markdown_parses_back_to_the_text(pages: MadePages) -> None:
    for seed in (1, 2):
        sheet = pages(seed).sheet
        words = [w for b in truth_of(sheet).blocks for line in b.lines for w in line.text.split()]
        bullets = [w for w in words if w != "•"]
        assert plain_words(markdown_of(sheet)) == bullets


def test_tables_hold_their_lines(desk: Desk) -> None:
    """The cells of a table say in order what its lines say, and each line lies in its table."""
    for seed in range(3):
        tables = [block for block in truth_of(made(desk, "table", seed).sheet).blocks if block.table is not None]
        assert tables
        for block in tables:
            assert block.table is not None
            cells = [w for row in block.table.rows for cell in row for w in cell.text.split()]
            assert cells == [w for line in block.lines for w in line.text.split()]
            assert all(line.box.covered_by(block.box) > 0.99 for line in block.lines if line.box is not None)


def test_fields_have_their_values_and_places(desk: Desk) -> None:
    """Each field's value is what the pieces at its place say, and its name is one of the kind's."""
    maker = PageMaker(desk, "scan")
    for index, kind in enumerate(k for k in WRITTEN if FIELDS[k]):
        page = maker.page(4, index, (kind,))
        text = " ".join(page.text.split())
        for field in page.fields:
            assert field.name.partition(".")[0] in FIELDS[kind], field.name
            assert field.quads
            assert all(part in text for part in field.value.split(", "))
            if field.normal:
                assert re.fullmatch(r"\d{4}-\d\d-\d\d|-?\d+(\.\d\d)?", field.normal)


def test_sums_are_right(desk: Desk) -> None:
    for index in range(6):
        page = PageMaker(desk, "clean").page(9, index, ("invoice",))
        values = {f.name: float(f.normal) for f in page.fields if re.fullmatch(r"-?\d+\.\d\d", f.normal)}
        amounts = [v for n, v in values.items() if n.endswith(".amount")]
        assert round(sum(amounts), 2) == values["subtotal"]
        extras = sum(values.get(n, 0.0) for n in ("discount", "shipping", "tax_amount"))
        assert round(values["subtotal"] + extras, 2) == values["total"]


def test_pages_that_cant_be_read_say_so(desk: Desk) -> None:
    maker = PageMaker(desk)
    for kind, answer in (("blank", BLANK), ("unreadable", UNREADABLE)):
        page = maker.page(2, 0, (kind,))
        assert page.status == kind
        assert not page.pieces and not page.fields and not page.markdown and not page.text
        assert page.questions and all(q.answer == answer for q in page.questions)


def test_a_question_about_what_is_missing_is_answered_so(desk: Desk) -> None:
    maker = PageMaker(desk, "clean")
    pages = [maker.page(1, i, ("letter",)) for i in range(4)]
    absent = [q for p in pages for q in p.questions if q.kind == "absent"]
    assert absent and all(q.answer == ABSENT for q in absent)


def test_turned_pages_say_by_how_much(desk: Desk) -> None:
    """Turned back by what it says, a page's lines run from left to right, the first ones at the top."""
    maker = PageMaker(desk, "clean")
    pages = (maker.page(6, i, ("letter",)) for i in range(90))
    page = next(p for p in pages if p.truth.rotation)
    height, width = page.image.shape[:2]
    back = quarter(width, height, page.truth.rotation)
    quads = [back.points(list(quad)) for quad, _ in page.lines()]
    assert all(q[1][0] > q[0][0] and q[3][1] > q[0][1] for q in quads)
    assert any(str(page.truth.rotation) in q.answer for q in page.questions if q.kind == "rotation")


def fingerprint(page: SyntheticPage) -> str:
    return hashlib.sha256(page.image.tobytes() + repr(page.record()).encode()).hexdigest()


PROGRAM = """
import sys
from tests.data.documents.test_pages import fingerprint
from bayou.data.synthetic.documents.maker import KINDS, PageMaker
from bayou.data.synthetic.documents.painting import Desk
from bayou.data.synthetic.fonts import FontLibrary, scan
from pathlib import Path
faces = scan([Path(p) for p in sys.argv[1:]])
maker = PageMaker(Desk.of(FontLibrary([f for f in faces if not f.held_out]), traced=True))
for index in (5, 0, 300, 2):
    print(fingerprint(maker.page(8, index, KINDS)))
"""


@pytest.mark.slow
def test_another_process_makes_the_same_pages(desk: Desk, font_paths: list[Path]) -> None:
    """Whatever was made before: the order of the pages differs between the two."""
    maker = PageMaker(desk)
    here = {index: fingerprint(maker.page(8, index, KINDS)) for index in (0, 2, 5, 300)}
    program = [sys.executable, "-c", PROGRAM, *map(str, font_paths)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=True, env=environment)
    assert done.stdout.split() == [here[i] for i in (5, 0, 300, 2)]


def test_line_crops_show_their_pieces(desk: Desk) -> None:
    page = PageMaker(desk, "clean").page(3, 1, ("receipt",))
    samples = page.line_samples()
    assert [s.text for s in samples] == [p.text for p in page.pieces]
    assert all(min(s.image.shape[:2]) > 3 and np.ptp(s.image) > 60 for s in samples)
