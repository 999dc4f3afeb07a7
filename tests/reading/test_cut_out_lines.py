"""A small picture in which the detector sees no line is read as one; larger ones, and what is no text, stay empty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bayou.documents.document import Page
from bayou.documents.geometry import Box
from bayou.documents.raw_page import RawPage
from bayou.reading.page_reader import CUT_OUT_HEIGHT, FEWEST_INK, PageReader
from bayou.reading.progress import LinesRead, ReadingEvent
from bayou.reading.recogniser import RecognisedLine


class Saying:
    """Reads the same line in every crop, and counts them."""

    name = "saying"

    def __init__(self, text: str, confidence: float) -> None:
        self._line = RecognisedLine(text, confidence, 0.9, "model")
        self.crops = 0

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        self.crops += len(crops)
        return [self._line for _ in crops]


def read_plain(recogniser: Saying, height: int, told: list[ReadingEvent] | None = None, ink: int = 30) -> Page:
    """A picture of one grey with a small bar in it: the detector finds no line there."""
    image = np.full((height, 120, 3), 200, np.uint8)
    image[height // 2, 40 : 40 + ink] = 120
    raw = RawPage(1, 120.0, float(height), "px", image, 1.0, None)
    return PageReader(recogniser).read(raw, None if told is None else told.append)


def test_a_word_cut_out_is_read_from_edge_to_edge() -> None:
    told: list[ReadingEvent] = []
    page = read_plain(Saying("WILD", 0.98), 80, told)
    (line,) = page.blocks[0].lines
    assert (page.status, line.text, line.confidence, page.message) == ("ok", "WILD", 0.98, "")
    assert line.box is not None and line.box.covered_by(Box(0, 0, 120, 80)) == 1.0
    assert [event.lines for event in told if isinstance(event, LinesRead)][-1] == (line,)


@pytest.mark.parametrize(("text", "confidence"), [("WILD", 0.1), ("I", 0.85), ("", 0.0)])
def test_what_is_doubtful_is_not_told(text: str, confidence: float) -> None:
    page = read_plain(Saying(text, confidence), 80)
    assert (page.status, page.blocks, page.confidence) == ("blank", (), None)


def test_a_blank_picture_isnt_read() -> None:
    recogniser = Saying("WILD", 0.98)
    assert read_plain(recogniser, 80, ink=FEWEST_INK - 1).status == "blank" and recogniser.crops == 0
    assert read_plain(recogniser, 80, ink=FEWEST_INK).status == "ok" and recogniser.crops == 1


def test_a_larger_picture_without_lines_is_no_line() -> None:
    recogniser = Saying("WILD", 0.98)
    assert read_plain(recogniser, CUT_OUT_HEIGHT + 1).status == "blank" and recogniser.crops == 0
