"""A page read by a model that answers: what it is given, what becomes of its text, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bayou.documents.document import Document, Line, Page
from bayou.documents.geometry import Box
from bayou.documents.raw_page import RawPage
from bayou.reading.answer_page_reader import AnswerPageReader
from bayou.reading.confidence import text_probability
from bayou.reading.page_reader import PageReader
from bayou.reading.recogniser import RecognisedLine
from bayou.reading.tasks import ReadTask
from tests.reading.drawn_pages import PROSE, draw_lines
from tests.reading.scripted_answerer import ScriptedAnswerer

CONFIDENCE_TOLERANCE = 1e-6
TITLE = ("The Poplars",)


class Known:
    """Reads crops with ink by saying what stands on the page, line after line."""

    name = "known"
    texts: Sequence[str] = PROSE

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        pairs = zip(crops, self.texts, strict=False)
        return [RecognisedLine(text if np.ptp(crop) else "", 0.9, 0.9, "model") for crop, text in pairs]


KNOWN = Known()
DRAFTS = PageReader(KNOWN, threads=1)


def raw(image: NDArray[np.uint8], native: tuple[Line, ...] = (), regions: tuple[Box, ...] | None = None) -> RawPage:
    return RawPage(1, float(image.shape[1]), float(image.shape[0]), "px", image, 1.0, None, native, regions)


PAGE = draw_lines(PROSE)


def read(answerer: ScriptedAnswerer, task: ReadTask | None = None, page: RawPage | None = None) -> Page:
    reader = AnswerPageReader(answerer, DRAFTS, task or ReadTask())
    return reader.read(page or raw(PAGE))


def test_the_model_is_given_the_page_its_prompt_and_the_draft() -> None:
    answerer = ScriptedAnswerer("\n".join(PROSE))
    read(answerer, ReadTask(max_new_tokens=99, max_tiles=4, skip_blank_tiles=True))
    ((message,), limits, draft) = answerer.asked[0]
    (image,) = message.images
    assert image.source is not None and np.array_equal(np.asarray(image.source), PAGE)
    assert message.parts[1] == "\nRead."
    assert (limits.max_new_tokens, limits.max_tiles, limits.skip_blank_tiles) == (99, 4, True)
    assert draft == "\n".join(PROSE) + "\n"
    read(answerer, ReadTask(prompt="Transcribe."))
    assert answerer.asked[1][0][0].parts[1] == "\nTranscribe."


def test_the_text_is_the_models_and_the_places_are_the_drafts() -> None:
    text = PROSE[0] + "\n" + PROSE[1].replace("forty", "fourty") + "\n\n" + PROSE[2] + "\nA line that nobody saw"
    page = read(ScriptedAnswerer(text))
    assert [line.text for line in page.lines] == [line for line in text.split("\n") if line]
    assert [line.source for line in page.lines] == ["model"] * 4
    assert [len(block.lines) for block in page.blocks] == [2, 2]
    for number, line in enumerate(page.lines[:3]):
        assert line.box is not None and line.box.top < 60 + number * 28 * 1.6 + 17 < line.box.bottom
    assert page.lines[3].box is None
    assert "1 line has no place" in page.message
    expected = text_probability([0.9] * len(PROSE[0].split()))
    assert page.lines[0].confidence == pytest.approx(expected, abs=CONFIDENCE_TOLERANCE)
    assert (page.status, page.pixel_width, page.pixel_height) == ("ok", 1000, 500)


def test_the_page_makes_a_document_in_every_format() -> None:
    page = read(ScriptedAnswerer(PROSE[0] + "\nnobody saw this at all"))
    document = Document((page,), "page.png", model="scripted")
    assert Document.from_json(document.to_json()) == document
    assert document.to_text() == PROSE[0] + "\nnobody saw this at all\n"
    for placed in (document.to_hocr(), document.to_alto(), document.to_tsv()):
        assert "river" in placed and "nobody" not in placed
    assert "nobody" in document.to_markdown() and "nobody" in document.to_html()
    assert document.to_searchable_pdf([PAGE]).startswith(b"%PDF")


def test_a_run_of_prose_is_cut_where_the_printed_lines_end() -> None:
    page = read(ScriptedAnswerer(" ".join(PROSE)))
    assert [line.text for line in page.lines] == list(PROSE)
    assert all(line.box is not None for line in page.lines)
    assert (page.message, len(page.blocks)) == ("", 1)


def test_markers_begin_items_and_a_heading_of_the_draft_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KNOWN, "texts", (*TITLE, *PROSE[:3]))
    image = np.concatenate([draw_lines(TITLE, 1000, 150, 56), draw_lines(PROSE[:3])])
    answerer = ScriptedAnswerer("The Poplars\n" + "\n".join(PROSE[:3]) + "\n1. Bridges\n2. Carts")
    page = read(answerer, page=raw(image))
    kinds = [(block.kind, block.level, block.marker, block.text) for block in page.blocks]
    assert kinds[0] == ("heading", 1, "", "The Poplars")
    assert kinds[-2:] == [("list_item", 1, "1.", "1. Bridges"), ("list_item", 1, "2.", "2. Carts")]
    assert page.blocks[-1].box == Box(0, 0, page.width, page.height)


def test_a_cut_off_answer_is_a_failed_page_that_keeps_what_was_read() -> None:
    page = read(ScriptedAnswerer(PROSE[0], finish_reason="length"), ReadTask(max_new_tokens=7))
    assert page.status == "failed"
    assert "cut off after 7 tokens" in page.message and "--max-new-tokens" in page.message
    assert page.lines[0].text == PROSE[0]


def test_no_answer_to_a_page_with_text_is_unreadable() -> None:
    page = read(ScriptedAnswerer(""))
    assert (page.status, page.blocks, page.confidence) == ("unreadable", (), None)
    assert "found no text" in page.message


def test_a_blank_page_is_not_shown_to_a_model_that_might_invent_text() -> None:
    answerer = ScriptedAnswerer("The Art of War")
    page = read(answerer, page=raw(np.full((200, 300, 3), 250, np.uint8)))
    assert (page.status, page.blocks, answerer.asked) == ("blank", (), [])


def test_without_probabilities_there_is_no_confidence_and_it_is_said() -> None:
    page = read(ScriptedAnswerer(PROSE[0], probability=None, note="no probabilities"))
    assert page.confidence is None and page.lines[0].confidence is None
    assert page.message == "no probabilities"
    assert "x_wconf" not in Document((page,)).to_hocr()


def test_a_pdfs_own_text_is_kept_and_the_model_is_not_asked() -> None:
    answerer = ScriptedAnswerer("other")
    native = (Line("native words", Box(60, 10, 300, 40), 1.0, "native"),)
    page = read(answerer, page=raw(PAGE, native, ()))
    assert [(line.text, line.source) for line in page.lines] == [("native words", "native")]
    assert page.message == ""
    page = read(answerer, page=raw(PAGE, native, (Box(0, 50, 1000, 500),)))
    assert len(page.lines) > 1 and "--force-ocr gives the whole page to scripted" in page.message
    assert answerer.asked == []


def test_a_page_on_its_side_is_shown_upright() -> None:
    answerer = ScriptedAnswerer(PROSE[0])
    page = read(answerer, page=raw(np.ascontiguousarray(np.rot90(PAGE))))
    assert page.rotation in (90, 270)
    (image,) = answerer.asked[0][0][0].images
    assert np.asarray(image.source).shape == PAGE.shape
    assert (page.width, page.height, page.pixel_width) == (1000.0, 500.0, 1000)
