"""Tiles of one colour are known for it; nearly blank ones only where that is asked for, and print never."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bayou.engine.blank_tiles import is_constant, without_near_blanks
from bayou.inputs.images import normalise
from tests.engine.tiny_models import grain, page

SIDE = 448


def tiles(*images: Image.Image) -> np.ndarray:
    return normalise([image.resize((SIDE, SIDE)) for image in images])


def paper(colour: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    return Image.new("RGB", (SIDE, SIDE), colour)


def test_constant_tiles() -> None:
    dot = paper()
    dot.putpixel((447, 447), (255, 254, 255))
    found = [is_constant(tile) for tile in tiles(paper(), paper((200, 180, 20)), dot, page())]
    assert found == [True, True, False, False]


def test_paper_with_grain_becomes_one_colour() -> None:
    given = tiles(grain(paper(), 4), paper((250, 249, 240)), page(), grain(paper(), 2, seed=5), grain(page(), 3))
    before = given.copy()
    found, changed = without_near_blanks(given)
    assert changed.tolist() == [True, False, False, True, False]
    assert np.array_equal(given, before)
    assert [is_constant(tile) for tile in found] == [True, True, False, True, False]
    assert np.array_equal(found[[1, 2, 4]], given[[1, 2, 4]])
    assert np.array_equal(found[0, :, 0, 0], normalise([paper((251, 251, 251))])[0, :, 0, 0])


def test_two_scans_of_the_same_paper_share_a_colour() -> None:
    found, changed = without_near_blanks(tiles(grain(paper(), 4, seed=1), grain(paper(), 4, seed=2)))
    assert changed.all()
    assert np.array_equal(found[0], found[1])


@pytest.mark.parametrize("level", [235, 200, 60, 0])
def test_the_faintest_print_is_no_blank(level: int) -> None:
    letter = grain(paper(), 1)
    letter.paste((level,) * 3, (100, 100, 103, 101))
    given = tiles(letter)
    found, changed = without_near_blanks(given)
    assert not changed.any() and found is given


def test_a_slow_gradient_is_no_blank() -> None:
    shade = np.broadcast_to(np.linspace(230, 250, SIDE).astype(np.uint8)[:, None, None], (SIDE, SIDE, 3))
    assert not without_near_blanks(tiles(Image.fromarray(shade.copy())))[1].any()
