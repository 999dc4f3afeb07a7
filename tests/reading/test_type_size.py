"""Size of type from ink and letters."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Box
from bayou.reading.type_size import native_size, type_size
from tests.reading.drawn_pages import draw_lines

SIZE_TOLERANCE = 0.12


def crop(text: str, size: int) -> NDArray[np.uint8]:
    page = draw_lines([text], 1400, 2 * size, size, left=10, top=size // 4)
    columns = np.flatnonzero((page < 128).any(axis=(0, 2)))
    return page[:, : columns[-1] + 10]


@pytest.mark.parametrize("size", [20, 40, 60])
@pytest.mark.parametrize(
    "text", ["a common sense rover", "The river", "jumping puppy", "Three bridges cross it, yes", "Total"]
)
def test_it_hangs_on_the_type_and_not_on_the_letters(text: str, size: int) -> None:
    usual = type_size(
        crop("The quick brown fox jumps over the lazy dog", size), "The quick brown fox jumps over the lazy dog"
    )
    assert type_size(crop(text, size), text) == pytest.approx(usual, rel=SIZE_TOLERANCE)


def test_without_ink_it_is_the_height_of_the_crop() -> None:
    assert type_size(np.full((30, 90, 3), 255, np.uint8), "seen by nobody") == 30.0


def test_an_index_that_steps_out_of_its_row_makes_no_larger_type() -> None:
    words = [Word("the", Box(0, 0, 20, 10)), Word("TEX", Box(24, 0, 44, 13)), Word("packages", Box(48, 0, 90, 10))]
    line = Line("the TEX packages", Box(0, 0, 90, 13), words=tuple(words))
    assert native_size(line) == 10
    assert native_size(Line("without words", Box(0, 0, 90, 12))) == 12
    assert native_size(Line("", None)) == 0.0
