"""Single digits beside lines are found by their ink; bars, dirt and parts of words are not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bayou.documents.geometry import Quad, box_of_points
from bayou.reading.confidence import is_lone_digit
from bayou.reading.lone_signs import lone_signs
from bayou.reading.recogniser import RecognisedLine

ROWS = (60, 100, 140)


def receipt() -> tuple[NDArray[np.uint8], list[Quad]]:
    """Three lines of goods, 30 pixels high, their letters 18, from x = 120 on."""
    image = np.full((200, 400, 3), 255, np.uint8)
    quads: list[Quad] = []
    for row in ROWS:
        for left in range(130, 300, 16):
            image[row - 9 : row + 9, left : left + 9] = 0
        quads.append(((120.0, row - 15.0), (310.0, row - 15.0), (310.0, row + 15.0), (120.0, row + 15.0)))
    return image, quads


def one(image: NDArray[np.uint8], x: int, y: int) -> None:
    """A 1 with its flag, 18 pixels high, its middle at (x, y)."""
    image[y - 9 : y + 9, x : x + 3] = 0
    image[y - 9 : y - 4, x - 3 : x] = 0


def two(image: NDArray[np.uint8]) -> None:
    one(image, 60, 60)
    one(image, 70, 60)


def test_ones_on_the_rows_of_lines_are_found() -> None:
    image, quads = receipt()
    for row in ROWS:
        one(image, 60, row)
    found = sorted(lone_signs(image, quads), key=lambda quad: quad[0][1])
    boxes = [box_of_points(quad) for quad in found]
    assert [(box.top, box.bottom) for box in boxes] == [(row - 15, row + 15) for row in ROWS]
    assert all(box.left < 57 and box.right > 63 and box.width >= box.height for box in boxes)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda image: image[51:69, 60:63].fill(0),  # a bar
        lambda image: image[20:180, 56:63].fill(0),  # a rule
        lambda image: one(image, 60, 80),  # between rows
        two,  # a word
        lambda image: one(image, 116, 60),  # a letter that a quad cut off
        lambda image: image[58:61, 58:63].fill(0),  # dirt
    ],
)
def test_what_is_no_lone_digit(spoil) -> None:  # type: ignore[no-untyped-def]
    image, quads = receipt()
    spoil(image)
    assert lone_signs(image, quads) == []


def test_without_lines_or_with_a_pattern_there_are_none() -> None:
    image, quads = receipt()
    assert lone_signs(image, []) == []
    wide = np.full((2000, 400, 3), 255, np.uint8)
    many = [tuple((x, y + 30.0 * k) for x, y in quads[0]) for k in range(60)]
    for k in range(60):
        one(wide, 60, 60 + 30 * k)
    assert lone_signs(wide, many) == []  # type: ignore[arg-type]


def test_only_a_sure_digit_is_believed() -> None:
    assert is_lone_digit(RecognisedLine("1", 0.98, 0.99, "model"))
    for text, sure in (("1", 0.5), ("l", 0.99), ("12", 0.99), ("", 0.99)):
        assert not is_lone_digit(RecognisedLine(text, sure, 0.99, "model"))
