"""Pages on their side and on their head, and pages that must stay as they are."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.documents.geometry import Box
from bayou.documents.raw_page import RawPage
from bayou.reading.level import leaning_quad
from bayou.reading.lines import FoundLine
from bayou.reading.orientation import lies_sideways, turn
from bayou.reading.page_reader import PageReader
from bayou.reading.peers.ppocr import PeerRecogniser
from tests.reading.drawn_pages import PROSE, draw_lines, turned_by

SKEW_TOLERANCE = 0.3


@pytest.fixture(scope="module")
def reader() -> PageReader:
    return PageReader(PeerRecogniser())


def raw(image: np.ndarray) -> RawPage:
    return RawPage(1, float(image.shape[1]), float(image.shape[0]), "px", image, 1.0, None)


def text_of(page) -> list[str]:
    return [line.text for line in page.lines]


@pytest.mark.parametrize("degrees", [0, 90, *(pytest.param(turned, marks=pytest.mark.slow) for turned in (180, 270))])
def test_a_page_is_turned_upright(reader: PageReader, degrees: int) -> None:
    page = reader.read(raw(turn(draw_lines(PROSE), -degrees % 360)))
    assert page.rotation == degrees
    assert (page.width, page.height) == (1000, 500)
    assert (page.pixel_width, page.pixel_height) == (1000, 500)
    assert text_of(page) == list(PROSE)


def test_a_leaning_page_is_read_and_its_lean_told(reader: PageReader) -> None:
    page = reader.read(raw(turned_by(draw_lines(PROSE), 4)))
    assert page.skew == pytest.approx(4, abs=SKEW_TOLERANCE)
    assert page.rotation == 0
    assert text_of(page) == list(PROSE)
    assert all(line.quad is not None for line in page.lines)


def test_a_line_up_the_margin_is_read_and_turns_nothing(reader: PageReader) -> None:
    image = draw_lines(PROSE, height=560)
    image[20:540, 940:] = turn(draw_lines(["printed on recycled paper"], 520, 60, 26, left=60, top=12), 270)
    page = reader.read(raw(image))
    assert page.rotation == 0
    assert sorted(text_of(page)) == sorted([*PROSE, "printed on recycled paper"])


def test_a_high_narrow_digit_stands(reader: PageReader) -> None:
    page = reader.read(raw(draw_lines([*PROSE[:2], "", "1"], height=400)))
    assert text_of(page)[-1] == "1"


def test_one_line_that_runs_up_is_no_page_on_its_side() -> None:
    up = FoundLine(leaning_quad(Box(0, 0, 20, 300), 0.0), 0.9)
    across = FoundLine(leaning_quad(Box(0, 0, 300, 20), 0.0), 0.9)
    assert not lies_sideways([up])
    assert not lies_sideways([up, up, across, across])
    assert lies_sideways([up, up, up])
    assert not lies_sideways([])
