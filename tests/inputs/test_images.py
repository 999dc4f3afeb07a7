"""Pictures to RGB and to normalised pixels, as the reference opens and normalises them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from bayou.errors import InputError, LimitError
from bayou.inputs.images import ImageSource, load_image, normalise, round_to_bfloat16
from tests.golden_set import golden

# From the facts sheet: 0 and 255 after normalising, red, green, blue.
NORMALISED_BLACK = (-2.1179, -2.0357, -1.8044)
NORMALISED_WHITE = (2.2489, 2.4286, 2.6400)
NORMALISED_TOLERANCE = 5e-5


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_path_bytes_picture_and_array_are_the_same() -> None:
    path = golden("images/p1_320x300.png")
    expected = np.asarray(load_image(path))
    assert expected.shape == (300, 320, 3)
    array = np.asarray(Image.open(path))
    stacked, alpha = np.stack([array] * 3, axis=2), np.zeros((300, 320, 1), np.uint8)
    with_alpha = np.concatenate([stacked, alpha], axis=2)
    sources: list[ImageSource] = [str(path), path.read_bytes(), Image.open(path), array, stacked, with_alpha]
    for source in sources:
        np.testing.assert_array_equal(np.asarray(load_image(source)), expected)


def test_alpha_is_dropped_not_blended() -> None:
    image = Image.new("RGBA", (2, 2), (200, 100, 50, 0))
    assert load_image(image).getpixel((0, 0)) == (200, 100, 50)


def test_the_orientation_of_exif_is_ignored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 10)).save(tmp_path / "turned.jpg", exif=exif)
    assert load_image(tmp_path / "turned.jpg").size == (30, 10)


def test_normalised_range() -> None:
    pixels = normalise([Image.new("RGB", (4, 4)), Image.new("RGB", (4, 4), (255, 255, 255))])
    assert pixels.shape == (2, 3, 4, 4)
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels[0, :, 0, 0], NORMALISED_BLACK, atol=NORMALISED_TOLERANCE)
    np.testing.assert_allclose(pixels[1, :, 3, 3], NORMALISED_WHITE, atol=NORMALISED_TOLERANCE)


def test_channels_and_rows_keep_their_places() -> None:
    array = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    pixels = normalise([Image.fromarray(array)])[0]
    order = np.argsort(pixels[1].ravel(), kind="stable")
    np.testing.assert_array_equal(order, np.argsort(array[:, :, 1].ravel(), kind="stable"))


@given(hnp.arrays(np.float32, 8, elements=st.floats(-3, 3, width=32)))
def test_bfloat16_is_the_nearest(values: np.ndarray) -> None:
    rounded = round_to_bfloat16(values)
    bits = rounded.view(np.uint32)
    assert not (bits & 0xFFFF).any()
    neighbours = np.stack([bits - np.uint32(0x10000), bits + np.uint32(0x10000)]).view(np.float32)
    inner = np.abs(values) > np.finfo(np.float32).tiny * 4
    for neighbour in neighbours:
        nearer = np.abs(values.astype(np.float64) - neighbour) < np.abs(values.astype(np.float64) - rounded)
        assert not nearer[inner].any()


def test_bfloat16_ties_go_to_even() -> None:
    ties = np.array([0x3F808000, 0x3F818000], dtype=np.uint32).view(np.float32)
    np.testing.assert_array_equal(round_to_bfloat16(ties).view(np.uint32), [0x3F800000, 0x3F820000])


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"this is text",
        png(Image.new("RGB", (50, 50), (3, 5, 7)))[:60],
        np.zeros((4, 4, 2), dtype=np.uint8),
        np.zeros((4, 4), dtype=np.float32),
        np.zeros((0, 4, 3), dtype=np.uint8),
        np.zeros((2, 4, 4, 3), dtype=np.uint8),
        Path("no/such/file.png"),
    ],
)
def test_what_is_no_picture_is_refused(source: ImageSource) -> None:
    with pytest.raises(InputError):
        load_image(source)


def test_the_message_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("notes", encoding="utf-8")
    with pytest.raises(InputError, match=r"notes\.png"):
        load_image(tmp_path / "notes.png")


def test_too_many_pixels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = png(Image.new("1", (100, 100)))
    for limit in (2_000, 8_000):  # more than twice the limit Pillow refuses, above it warns
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(LimitError, match="too many pixels"):
            load_image(data)
