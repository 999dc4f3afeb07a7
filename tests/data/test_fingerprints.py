from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bayou.data.fingerprints import (
    differing_bits,
    grams,
    near_keys,
    perceptual_hash,
    pixel_digest,
    plain_text,
    similarity,
    sketch,
    word_hashes,
)
from bayou.data.pictures import open_picture
from bayou.data.recipe import Duplicates
from bayou.data.schemas import RowError
from tests.data.made_samples import encoded, pixels

BITS = Duplicates().picture_bits
SKETCH_TOLERANCE = 0.3
MOST = 10**6


def opened(data: bytes) -> np.ndarray:
    return open_picture(data, MOST).pixels


def test_equal_pixels_have_one_digest_however_they_are_encoded() -> None:
    image = pixels(1)
    digests = {
        pixel_digest(opened(encoded(image, kind, **more)))
        for kind, more in [("PNG", {}), ("WEBP", {"lossless": True}), ("BMP", {})]
    }
    assert digests == {pixel_digest(image)}
    changed = image.copy()
    changed[3, 5, 1] ^= 1
    assert pixel_digest(changed) != pixel_digest(image)
    assert pixel_digest(image.reshape(-1, image.shape[0], 3)) != pixel_digest(image)


def test_scaled_and_compressed_pictures_have_near_hashes_and_others_far_ones() -> None:
    images = [pixels(n, 400, 300) for n in range(12)]
    hashes = np.stack([perceptual_hash(image) for image in images])
    for number, image in enumerate(images):
        half = Image.fromarray(image).resize((240, 180), Image.Resampling.BICUBIC)
        copies = [encoded(image, "JPEG", quality=60), encoded(half, "JPEG", quality=80), encoded(half)]
        for copy in copies:
            bits = differing_bits(perceptual_hash(opened(copy)), hashes)
            assert bits[number] <= BITS
            assert sorted(bits)[1] > 4 * BITS


def test_a_sketch_tells_how_much_of_two_texts_is_the_same() -> None:
    rng = random.Random(5)
    words = [f"w{n}" for n in range(400)]
    text = [rng.choice(words) for _ in range(300)]
    for cut in (0, 60, 150, 300):
        other = text[cut:] + [rng.choice(words) for _ in range(cut)]
        pairs, others = (set(pairwise(t)) for t in (text, other))
        true = len(pairs & others) / len(pairs | others)
        told = similarity(sketch(word_hashes(" ".join(text))), sketch(word_hashes(" ".join(other))))
        assert told == pytest.approx(true, abs=SKETCH_TOLERANCE)
    assert similarity(sketch(word_hashes("a b c")), sketch(word_hashes("A, b; C!"))) == 1
    assert sketch(word_hashes("")).shape == sketch(word_hashes("one")).shape


def test_runs_of_words() -> None:
    one, two = word_hashes("the cat sat on the mat"), word_hashes("THE CAT sat, on a mat")
    assert len(grams(one, 3)) == 4
    assert list(grams(one, 3)[:2]) == list(grams(two, 3)[:2]) and grams(one, 3)[2] != grams(two, 3)[2]
    assert len(grams(one, 7)) == 0
    assert grams(word_hashes("a b"), 2)[0] != grams(word_hashes("b a"), 2)[0]


@given(st.text())
def test_plain_text_is_its_own_plain_text(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)


def test_keys_of_near_samples_meet_and_those_of_others_do_not() -> None:
    text, other = sketch(word_hashes("What is the total? It is 12.50.")), sketch(word_hashes("Who wrote it? Ann."))
    image = pixels(3, 400, 300)
    hash_, copy = perceptual_hash(image), perceptual_hash(opened(encoded(image, "JPEG", quality=60)))
    assert set(near_keys(hash_, text)) & set(near_keys(copy, text))
    assert not set(near_keys(hash_, text)) & set(near_keys(hash_, other))
    assert not set(near_keys(hash_, text)) & set(near_keys(perceptual_hash(pixels(4, 400, 300)), text))
    assert set(near_keys(None, text)) == set(near_keys(None, text))
    assert not set(near_keys(None, text)) & set(near_keys(None, other))


@pytest.mark.parametrize(("kind", "more"), [("PNG", {}), ("JPEG", {"quality": 80}), ("WEBP", {})])
def test_plain_pictures_keep_their_bytes(kind: str, more: dict[str, object]) -> None:
    data = encoded(pixels(1), kind, **more)
    assert open_picture(data, MOST).data == data


def test_others_are_written_anew_as_they_are_seen() -> None:
    tiff = encoded(pixels(1), "TIFF")
    kept = open_picture(tiff, MOST)
    assert kept.data.startswith(b"\x89PNG") and np.array_equal(opened(kept.data), pixels(1))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    turned = open_picture(encoded(pixels(1), "JPEG", exif=exif), MOST)
    assert turned.pixels.shape == (96, 64, 3)
    assert open_picture(turned.data, MOST).data == turned.data and opened(turned.data).shape == (96, 64, 3)
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert opened(open_picture(encoded(clear), MOST).data).min() == 255  # transparency is paper, not black


@pytest.mark.parametrize(
    ("data", "most", "reason"),
    [
        (encoded(pixels(1))[:200], MOST, "unreadable-picture"),
        (b"no picture", MOST, "unreadable-picture"),
        (b"", MOST, "unreadable-picture"),
        (encoded(pixels(1)), 100, "too-many-pixels"),
    ],
)
def test_pictures_that_are_none_are_refused(data: bytes, most: int, reason: str) -> None:
    with pytest.raises(RowError) as error:
        open_picture(data, most)
    assert error.value.reason == reason
