"""A user's file of lines: crops, boxes, whole pages; and what is wrong with a file is said with its line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bayou.data.line_views import line_views
from bayou.data.real import RealLine
from bayou.documents.geometry import Quad
from bayou.errors import InputError
from bayou.reading.recogniser import RecognisedLine
from bayou.recipes.given_lines import GivenPage, given_lines, matched, placed_lines

HEIGHT, WIDTH = 60, 200


def page() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def written(folder: Path, *rows: object) -> Path:
    Image.fromarray(page()).save(folder / "page.png")
    path = folder / "my.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n\n", "utf-8")
    return path


def test_a_crop_is_the_whole_picture(tmp_path: Path) -> None:
    (line,) = given_lines(written(tmp_path, {"image": "page.png", "text": " Straße  7 "}))
    assert isinstance(line, RealLine)
    assert (line.key, line.text, line.source, line.case_known) == ("page.png#1", "Straße 7", "yours", True)
    np.testing.assert_array_equal(line.image(), page())


def test_boxes_and_corners_cut_lines_out(tmp_path: Path) -> None:
    corners = [[20, 10], [120, 10], [120, 40], [20, 40]]
    lines = [
        {"box": [20, 10, 120, 40], "text": "one"},
        {"box": corners, "text": "two"},
        {"box": [0, 0, 9, 9], "text": ""},
    ]
    box, turned = given_lines(written(tmp_path, {"image": "page.png", "lines": lines}))
    assert isinstance(box, RealLine)
    assert isinstance(turned, RealLine)
    np.testing.assert_array_equal(box.image(), page()[10:40, 20:120])
    assert turned.image().shape == (30, 100, 3)
    np.testing.assert_array_equal(turned.image()[:-1, :-1], page()[10:39, 20:119])
    first, *others = (view.image for view in line_views([box], 4, 0))
    np.testing.assert_array_equal(first, box.image())
    assert any(view.shape != first.shape for view in others)


def test_several_lines_of_text_are_a_page(tmp_path: Path) -> None:
    (found,) = given_lines(written(tmp_path, {"image": "page.png", "text": "one\n\n two \n"}))
    assert isinstance(found, GivenPage)
    assert found.texts == ("one", "two")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{", "line 1: not JSON"),
        ([], 'line 1: each line is {"image"'),
        ({"image": "page.png"}, 'line 1: give either "text"'),
        ({"image": "page.png", "text": "a", "lines": []}, 'line 1: give either "text"'),
        ({"image": "absent.png", "text": "a"}, r"absent\.png: .*line 1: no such file"),
        ({"image": "page.png", "lines": [{"text": "a"}]}, 'line 1: a "box" is'),
        ({"image": "page.png", "lines": [{"box": [1, "x", 3, 4], "text": "a"}]}, 'line 1: a "box" is'),
        ({"image": "page.png", "lines": [{"box": [900, 0, 950, 20], "text": "a"}]}, "too small, or outside"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(row: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        list(given_lines(written(tmp_path, row)))


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"my\.jsonl: can't be read"):
        list(given_lines(tmp_path / "my.jsonl"))


def test_texts_go_to_the_lines_they_are_like() -> None:
    texts = ["Total 12.00", "Dear Sir,", "Total 12.00", "no such line here"]
    read = ["Dcar Sir.", "Tota1 12.00", "&%", "Total l2.00"]
    assert matched(texts, read) == [(0, 1), (1, 0), (2, 3)]
    assert matched([], read) == []


class Found:
    """A detector that finds two lines, and a recogniser that reads them."""

    name = "found"

    def find(self, image: NDArray[np.uint8]) -> list[Quad]:
        return [((0, 0), (90, 0), (90, 20), (0, 20)), ((0, 30), (90, 30), (90, 50), (0, 50))]

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        return [RecognisedLine(text, 0.5, 0.5, "model") for text in ("sccond line", "first Iine")]


def test_a_pages_lines_are_learned_from_where_they_were_found() -> None:
    found = Found()
    lines = placed_lines(GivenPage("page.png#1", page(), ("first line", "second line", "third")), found, found)  # type: ignore[arg-type]
    assert [(line.key, line.text) for line in lines] == [
        ("page.png#1.0", "first line"),
        ("page.png#1.1", "second line"),
    ]
    assert all(line.image().shape == (20, 90, 3) for line in lines)
