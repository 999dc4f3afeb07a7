"""A line to nano's pixels: size, range, padding."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.errors import InputError
from bayou.inputs.line_images import (
    LINE_HEIGHT,
    MINIMUM_WIDTH,
    WIDTH_STEP,
    padded_width,
    prepare_line,
    resized_width,
    widened,
)


@given(st.integers(1, 4000), st.integers(1, 300))
def test_width_is_rounded_up(width: int, height: int) -> None:
    new = resized_width(width, height)
    assert new - 1 < LINE_HEIGHT * width / height <= new + math.ulp(new)


@given(st.integers(1, 5000))
def test_padded_width_is_the_next_step(width: int) -> None:
    padded = padded_width(width)
    assert padded % WIDTH_STEP == 0
    assert max(width, MINIMUM_WIDTH) <= padded < max(width, MINIMUM_WIDTH) + WIDTH_STEP


def test_a_line_of_the_right_height_is_only_normalised() -> None:
    image = np.random.default_rng(0).integers(0, 256, (LINE_HEIGHT, 100, 3), dtype=np.uint8)
    pixels = prepare_line(image)
    assert pixels.shape == (3, LINE_HEIGHT, MINIMUM_WIDTH)
    assert pixels.dtype == np.float32
    expected = (image.astype(np.float32) / 255 - np.float32(0.5)) / np.float32(0.5)
    np.testing.assert_array_equal(pixels[:, :, :100], expected.transpose(2, 0, 1))
    assert not pixels[:, :, 100:].any()


def test_black_and_white_and_channels() -> None:
    image = np.zeros((24, 400, 3), dtype=np.uint8)
    image[:, :, 0] = 255
    pixels = prepare_line(image)
    assert pixels.shape == (3, LINE_HEIGHT, 800)
    assert (pixels[0] == 1).all()
    assert (pixels[1:] == -1).all()


def test_a_narrower_minimum() -> None:
    assert prepare_line(np.zeros((48, 40, 3), dtype=np.uint8), minimum_width=0).shape[2] == 64


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((48, 40), dtype=np.uint8),
        np.zeros((48, 40, 4), dtype=np.uint8),
        np.zeros((48, 40, 3), dtype=np.float32),
        np.zeros((0, 40, 3), dtype=np.uint8),
        np.zeros((48, 0, 3), dtype=np.uint8),
    ],
)
def test_anything_else_is_refused(image: np.ndarray) -> None:
    with pytest.raises(InputError, match="line image"):
        prepare_line(image)


def test_a_wider_line_keeps_its_places() -> None:
    image = np.zeros((20, 40, 3), np.uint8)
    image[:, 20:] = 255
    for factor in (0.5, 1.5):
        wider = widened(image, factor)
        assert wider.shape == (20, 40 * factor, 3) and wider.dtype == np.uint8
        assert (wider[:, : wider.shape[1] // 2 - 1] == 0).all() and (wider[:, wider.shape[1] // 2 + 1 :] == 255).all()
    assert widened(image[:1, :1], 0.1).shape == (1, 1, 3)
