"""Reading that is watched: lines from the page's top down, the page as if unwatched, and given up at will."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bayou.documents.document import Line
from bayou.documents.geometry import Box
from bayou.documents.raw_page import RawPage
from bayou.reading.answer_page_reader import AnswerPageReader
from bayou.reading.page_reader import FIRST_LINES, PageReader
from bayou.reading.peers.ppocr import PeerRecogniser
from bayou.reading.progress import LinesRead, PageBegun, ReadingEvent
from bayou.reading.tasks import ReadTask
from tests.reading.drawn_pages import PROSE, draw_lines
from tests.reading.scripted_answerer import ScriptedAnswerer

TEXTS = [*PROSE[:3], *(f"Line number {number} of the page" for number in range(3))]


@pytest.fixture(scope="module")
def page_reader() -> PageReader:
    return PageReader(PeerRecogniser())


@pytest.fixture(scope="module")
def raw() -> RawPage:
    image = draw_lines(TEXTS)
    return RawPage(1, float(image.shape[1]), float(image.shape[0]), "px", image, 1.0, None)


def test_lines_are_told_from_the_top_and_the_page_is_as_if_nobody_watched(
    page_reader: PageReader, raw: RawPage
) -> None:
    told: list[ReadingEvent] = []
    watched = page_reader.read(raw, told.append)
    assert replace(watched, seconds=0.0) == replace(page_reader.read(raw), seconds=0.0)
    begun, *groups = told
    assert isinstance(begun, PageBegun) and begun.image is raw.image and begun.width == raw.width
    assert all(isinstance(group, LinesRead) and group.number == 1 and not group.is_draft for group in groups)
    lines = [line for group in groups for line in group.lines]  # type: ignore[union-attr]
    assert len(groups) > 1 and len(groups[0].lines) == FIRST_LINES  # type: ignore[union-attr]
    assert [line.text for line in lines] == TEXTS
    tops = [line.box.top for line in lines if line.box is not None]
    assert len(tops) == len(TEXTS) and tops == sorted(tops)


def test_a_reading_is_given_up_by_whoever_watches(page_reader: PageReader, raw: RawPage) -> None:
    class Enough(Exception):
        pass

    def stop(event: ReadingEvent) -> None:
        if isinstance(event, LinesRead):
            raise Enough

    with pytest.raises(Enough):
        page_reader.read(raw, stop)
    assert page_reader.read(raw).status == "ok"


def test_native_lines_are_told_at_once(page_reader: PageReader) -> None:
    line = Line("Already text", Box(10, 10, 90, 20))
    raw = RawPage(1, 100.0, 50.0, "pt", np.full((50, 100, 3), 255, np.uint8), 1.0, 72.0, (line,), ())
    told: list[ReadingEvent] = []
    page_reader.read(raw, told.append)
    assert told[1] == LinesRead(1, (line,))


def test_lines_before_a_larger_model_are_a_draft_and_its_text_is_told(page_reader: PageReader, raw: RawPage) -> None:
    told: list[ReadingEvent] = []
    reader = AnswerPageReader(ScriptedAnswerer("\n".join(TEXTS)), page_reader, ReadTask())
    reader.read(raw, told.append)
    assert all(event.is_draft for event in told if isinstance(event, LinesRead))
    kinds = [type(event).__name__ for event in told if not isinstance(event, LinesRead)]
    assert kinds == ["PageBegun", "ImageEncoded", "ImageEncoded", "PromptRead", "TextPiece"]
