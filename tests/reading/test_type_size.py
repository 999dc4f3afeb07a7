"""Size of type from ink and letters."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bayou.reading.type_size import type_size
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
