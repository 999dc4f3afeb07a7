"""The Reader from end to end with the peer recogniser: images, PDFs with text, crops, blank pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bayou.documents.document import Line
from bayou.documents.geometry import Box
from bayou.documents.raw_page import OpenOptions, RawPage
from bayou.errors import InputError, UsageError
from bayou.reading.page_reader import PageReader
from bayou.reading.peers.ppocr import PeerRecogniser
from bayou.reading.reader import Reader
from bayou.reading.recogniser import RecognisedLine
from tests.reading.drawn_pages import PROSE, draw_lines


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("ppocr")


@pytest.fixture(scope="module")
def page_reader() -> PageReader:
    return PageReader(PeerRecogniser())


def png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def test_a_page_is_read_with_boxes_words_and_confidence(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.write_bytes(png(draw_lines(PROSE)))
    document = reader.read(path)
    assert document.to_text() == "\n".join(PROSE) + "\n"
    assert (document.name, document.model, len(document.sha256)) == ("page.png", "ppocr", 64)
    (page,) = document.pages
    assert (page.status, page.message, page.rotation, page.skew) == ("ok", "", 0, 0.0)
    assert page.confidence is not None and page.confidence > 0.9
    assert page.seconds > 0
    for number, line in enumerate(page.lines):
        assert line.source == "peer" and line.box is not None
        assert [word.text for word in line.words] == line.text.split()
        assert all(word.box.covered_by(line.box) > 0.99 for word in line.words)
        assert line.box.top < 60 + number * 28 * 1.6 + 17 < line.box.bottom
    first = page.lines[0].words[0]
    assert first.text == "The" and abs(first.box.left - 60) < 6 and first.box.width < 70


@pytest.mark.slow
def test_bytes_read_as_the_file_does_and_pages_come_one_at_a_time(reader: Reader) -> None:
    content = png(draw_lines(PROSE[:2]))
    assert [line.text for line in reader.read(content).pages[0].lines] == list(PROSE[:2])
    assert reader.read(memoryview(content)).sha256 == reader.read(content).sha256  # type: ignore[arg-type]
    assert next(reader.read_pages(io.BytesIO(content))).number == 1


def test_a_blank_page_says_blank_and_invents_nothing(reader: Reader) -> None:
    document = reader.read(png(np.full((600, 400, 3), 250, np.uint8)))
    (page,) = document.pages
    assert (page.status, page.blocks, page.confidence) == ("blank", (), None)
    assert page.message
    assert document.to_text() == ""


def test_noise_is_not_read_as_text(reader: Reader) -> None:
    random = np.random.default_rng(3)
    (page,) = reader.read(png(random.integers(0, 255, (300, 400, 3), dtype=np.uint8))).pages
    assert page.blocks == ()
    assert page.status in ("blank", "unreadable")


def test_what_looks_like_a_letter_in_a_photo_is_not_invented_text() -> None:
    image = draw_lines(["E"], 400, 300, 60, left=170, top=110)
    (page,) = (PageReader(_Doubting()).read(RawPage(1, 400.0, 300.0, "px", image, 1.0, None)),)
    assert (page.status, page.blocks, page.confidence) == ("unreadable", (), None)
    assert "1 place that looks like text" in page.message


def test_crops_are_read_without_looking_for_text(reader: Reader, tmp_path: Path) -> None:
    crop = draw_lines(["Grand Total 39.00"], 330, 44, 30, left=8, top=4)
    path = tmp_path / "line.png"
    Image.fromarray(crop).save(path)
    lines = reader.read_lines([crop, Image.fromarray(crop), path, str(path), crop[:, :, 0], path.read_bytes()])
    assert [line.text for line in lines] == ["Grand Total 39.00"] * 6
    assert all(line.box is None and line.source == "peer" and line.confidence > 0.7 for line in lines)
    assert reader.read_lines([]) == []


@pytest.mark.parametrize("crop", [np.zeros((0, 5, 3), np.uint8), np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5, 3))])
def test_what_is_no_line_image_is_an_input_error(reader: Reader, crop: np.ndarray) -> None:
    with pytest.raises(InputError):
        reader.read_lines([crop])


def test_one_line_alone_is_told_to_be_put_into_a_list(reader: Reader, tmp_path: Path) -> None:
    crop = draw_lines(["Grand Total 39.00"], 330, 44, 30, left=8, top=4)
    for alone in (crop, Image.fromarray(crop), str(tmp_path / "line.png"), tmp_path / "line.png", png(crop)):
        with pytest.raises(UsageError, match="list"):
            reader.read_lines(alone)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="NoneType"):
        reader.read_lines([None])  # type: ignore[list-item]


@pytest.mark.parametrize("source", [Image.new("RGB", (9, 9)), np.zeros((9, 9, 3), np.uint8), None, io.StringIO("text")])
def test_what_is_no_document_is_told_what_is(reader: Reader, source: object) -> None:
    with pytest.raises(UsageError, match=r"a file's bytes|binary mode"):
        reader.read(source)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        next(reader.read_pages(source))  # type: ignore[arg-type]


def test_a_missing_file_is_an_input_error(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        reader.read(tmp_path / "missing.png")
    with pytest.raises(InputError):
        reader.read_lines([tmp_path / "missing.png"])


def test_native_text_is_kept_and_only_the_image_regions_are_read(page_reader: PageReader) -> None:
    native = tuple(
        Line(text, Box(60, 60 + 44.8 * i, 700, 90 + 44.8 * i), 1.0, "native") for i, text in enumerate(PROSE[:2])
    )
    image = draw_lines(PROSE)
    raw = RawPage(
        1, 500.0, 250.0, "pt", image, 2.0, 144.0, tuple(_halved(line) for line in native), (Box(0, 20, 500, 115),)
    )
    page = page_reader.read(raw)
    assert [(line.text, line.source) for line in page.lines] == [
        (PROSE[0], "native"),
        (PROSE[1], "native"),
        (PROSE[2], "peer"),
        (PROSE[3], "peer"),
    ]
    assert page.lines[2].box is not None and abs(page.lines[2].box.left - 30) < 5


def test_a_page_of_native_text_alone_loads_no_detector() -> None:
    page_reader = PageReader(_Refusing())
    line = Line("native words", Box(10, 10, 200, 24), 1.0, "native")
    raw = RawPage(1, 300.0, 200.0, "pt", np.full((200, 300, 3), 255, np.uint8), 1.0, 72.0, (line,), ())
    page = page_reader.read(raw)
    assert [(found.text, found.source) for found in page.lines] == [("native words", "native")]
    assert (page.status, page.confidence) == ("ok", 1.0)


def test_options_reach_the_file(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "pages.tiff"
    pages = [Image.fromarray(draw_lines([f"page number {i}"], 400, 120, 30)) for i in (1, 2, 3)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    document = reader.read(path, pages="2-3")
    assert [page.number for page in document.pages] == [2, 3]
    assert [page.lines[0].text for page in document.pages] == ["page number 2", "page number 3"]
    assert [page.number for page in reader.read_pages(path, OpenOptions(pages="1"))] == [1]


class _Doubting:
    name = "doubting"

    def recognise(self, crops: Sequence[np.ndarray]) -> list[RecognisedLine]:
        return [RecognisedLine("E", 0.05, 0.9, "model") for _ in crops]


class _Refusing:
    name = "refusing"

    def recognise(self, crops: object) -> list[object]:
        assert not crops
        return []


def _halved(line: Line) -> Line:
    assert line.box is not None
    return Line(line.text, line.box.scaled(0.5), 1.0, "native")
