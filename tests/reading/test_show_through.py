"""The mirrored back of a sheet is told from doubtful text, and ordinary pages hardly pay for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from bayou.documents.document import Page
from bayou.documents.raw_page import RawPage
from bayou.reading.page_reader import PageReader
from bayou.reading.peers.ppocr import PeerRecogniser
from bayou.reading.recogniser import RecognisedLine
from bayou.reading.show_through import FIRST_TRIED, DoubtfulLine, is_doubtful, shown_through
from tests.reading.drawn_pages import PROSE, draw_lines

PAPER = 240


class Flipping:
    """Reads a crop well where its left edge is dark, which flipping a crop with a dark right edge makes it."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        self.read += len(crops)
        return [self._line(bool(crop[0, 0, 1] < PAPER)) for crop in crops]

    def _line(self, well: bool) -> RecognisedLine:
        return RecognisedLine(
            "plain words" if well else "ebrow mslq", 0.9 if well else 0.1, 0.97 if well else 0.7, "model"
        )


def doubtful(text: str, ink: int, mirrored: bool) -> DoubtfulLine:
    crop = np.full((20, 60, 3), PAPER, np.uint8)
    crop[:, -10:] = ink if mirrored else PAPER
    crop[:, 30:35] = ink
    return DoubtfulLine(RecognisedLine(text, 0.1, 0.7, "model"), crop)


def test_mirrored_lines_are_those_that_read_better_flipped() -> None:
    lines = {
        3: doubtful("lstot eoiovni", 215, mirrored=True),
        5: doubtful("smudged word", 190, mirrored=False),
        8: doubtful("redmun", 220, mirrored=True),
        9: doubtful("yabnoM", 210, mirrored=True),
    }
    assert shown_through(lines, Flipping()) == {3, 8, 9}


def test_a_scrap_goes_with_mirrored_ink_and_stays_with_darker() -> None:
    faint, dark = doubtful("6", 215, mirrored=False), doubtful("6", 40, mirrored=False)
    assert shown_through({1: doubtful("redmun", 215, mirrored=True), 2: faint, 4: dark}, Flipping()) == {1, 2}


def test_beside_a_clearly_mirrored_line_reading_more_legibly_flipped_is_enough() -> None:
    cut = doubtful("wolley levetl egbnd br", 215, mirrored=True)
    believed = DoubtfulLine(RecognisedLine("wolley levetl egbnd br", 0.91, 0.92, "model"), cut.crop)
    assert shown_through({1: believed}, Flipping()) == frozenset()
    assert shown_through({1: believed, 2: doubtful("redmun", 215, mirrored=True)}, Flipping()) == {1, 2}


def test_where_the_faintest_read_no_better_the_others_are_left_alone() -> None:
    recognise = Flipping()
    lines = {key: doubtful("smudged word", 200 - key, mirrored=key > FIRST_TRIED) for key in range(20)}
    assert shown_through(lines, recognise) == frozenset()
    assert recognise.read == FIRST_TRIED


def test_dark_ink_is_no_back_of_a_sheet_and_costs_nothing() -> None:
    recognise = Flipping()
    assert shown_through({1: doubtful("redmun", 40, mirrored=True)}, recognise) == frozenset()
    assert recognise.read == 0


def test_what_is_sure_or_empty_is_not_asked_about() -> None:
    assert not is_doubtful(RecognisedLine("invoice", 0.9, 0.9, "model"))
    assert not is_doubtful(RecognisedLine(" ", 0.0, 0.1, "model"))
    assert is_doubtful(RecognisedLine("eoiovni", 0.2, 0.8, "model"))
    recognise = Flipping()
    assert shown_through({}, recognise) == frozenset() and recognise.read == 0


def read(image: NDArray[np.uint8]) -> Page:
    height, width = image.shape[:2]
    return PageReader(PeerRecogniser()).read(RawPage(1, float(width), float(height), "px", image, 1.0, None))


def faint_back(lines: Sequence[str]) -> NDArray[np.uint8]:
    back = ImageOps.mirror(Image.fromarray(draw_lines(list(lines), pitch=3.2, top=105)))
    return np.asarray(Image.blend(Image.new("RGB", back.size, "white"), back, 0.25))


@pytest.mark.slow
def test_a_page_keeps_its_front_and_says_what_shines_through() -> None:
    front = draw_lines(list(PROSE[:3]), pitch=3.2, top=60)
    page = read(np.minimum(front, faint_back(PROSE[2:])))
    assert [line.text for line in page.lines] == list(PROSE[:3])
    assert page.status == "ok"
    assert "3 lines are mirrored" in page.message


@pytest.mark.slow
def test_a_page_with_nothing_but_its_back_is_unreadable_and_says_why() -> None:
    page = read(faint_back(PROSE[:2]))
    assert (page.status, page.blocks) == ("unreadable", ())
    assert page.message == "2 lines are mirrored, as where the back of a sheet shines through, and left out"
