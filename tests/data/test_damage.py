"""Damage: shapes and types stay, the same stream does the same, and each kind does something."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from bayou.data.synthetic import damage
from bayou.data.synthetic.warp import Bend, bend_ink

GREY = np.full((40, 160), 250, np.uint8)
for _left in range(20, 140, 12):
    GREY[10:30, _left : _left + 5] = 10
COLOUR = np.repeat(GREY[:, :, None], 3, axis=2)
INK = 255 - GREY

KEEPS_SHAPE: dict[str, Callable[[random.Random, np.ndarray], np.ndarray]] = {
    "noise": lambda r, x: damage.noise(r, x, 8),
    "blur": lambda r, x: damage.blur(r, x, 1.5),
    "motion": lambda r, x: damage.motion(r, x, 5),
    "jpeg": lambda r, x: damage.jpeg(x, 30),
    "low resolution": lambda r, x: damage.low_resolution(r, x, 12),
    "specks": lambda r, x: damage.specks(r, x, 20),
    "shade": lambda r, x: damage.shade(r, x, 0.4),
    "fold": lambda r, x: damage.fold(r, x),
    "tone": lambda r, x: damage.tone(r, x, 0.6, 20),
    "bloom": lambda r, x: damage.bloom(r, x),
    "sharpen": lambda r, x: damage.sharpen(r, damage.blur(r, x, 1)),
}
ON_INK: dict[str, Callable[[random.Random, np.ndarray], np.ndarray]] = {
    "thicken": lambda r, x: damage.thicken(r, x, 1.0),
    "thin": lambda r, x: damage.thicken(r, x, -1.0),
    "broken": lambda r, x: damage.broken(r, x, 0.8),
    "faded": lambda r, x: damage.faded(r, x),
    "dots": lambda r, x: damage.dots(r, x, 3.0),
}


@pytest.mark.parametrize("name", KEEPS_SHAPE)
@pytest.mark.parametrize("picture", [GREY, COLOUR], ids=["grey", "colour"])
def test_damage_to_pictures(name: str, picture: np.ndarray) -> None:
    before = picture.copy()
    first = KEEPS_SHAPE[name](random.Random(5), picture)
    assert first.shape == picture.shape and first.dtype == np.uint8
    assert np.array_equal(first, KEEPS_SHAPE[name](random.Random(5), picture))
    assert not np.array_equal(first, picture)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", ON_INK)
def test_damage_to_ink(name: str) -> None:
    first = ON_INK[name](random.Random(6), INK)
    assert first.shape == INK.shape and first.dtype == np.uint8
    assert not np.array_equal(first, INK)
    grew = int(first.sum()) > int(INK.sum())
    assert grew == (name == "thicken")


def test_threshold_leaves_ink_and_paper() -> None:
    levels = np.unique(damage.threshold(random.Random(1), damage.noise(random.Random(2), GREY, 5)))
    assert levels.min() < 60 and levels.max() > 200


def test_resize_to_gives_the_height_and_keeps_the_shape_of_letters() -> None:
    assert damage.resize_to(random.Random(0), GREY, 20).shape == (20, 80)
    assert damage.resize_to(random.Random(0), COLOUR, 80).shape == (80, 320, 3)


@pytest.mark.parametrize(
    "bend",
    [
        Bend(slant=0.3),
        Bend(turn=15),
        Bend(perspective=0.2),
        Bend(curve=0.6),
        Bend(wave=0.1),
        Bend(elastic=1.5),
        Bend(slant=-0.2, turn=-8, perspective=0.1, curve=-0.5),
    ],
    ids=str,
)
def test_bent_ink_stays_whole_and_within_its_outline(bend: Bend) -> None:
    ink = np.zeros((120, 260), np.uint8)
    ink[50:70, 40:220] = 255
    warped, outline = bend_ink(random.Random(3), ink, (40, 50, 220, 70), bend)
    rows, columns = np.nonzero(warped > 127)
    assert 0.7 < len(rows) / (20 * 180) < 1.4
    slack = 4
    assert columns.min() >= outline[:, 0].min() - slack and columns.max() <= outline[:, 0].max() + slack
    assert rows.min() >= outline[:, 1].min() - slack and rows.max() <= outline[:, 1].max() + slack


def test_a_straight_bend_says_so() -> None:
    assert Bend().straight and not Bend(turn=1).straight
