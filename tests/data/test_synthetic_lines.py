"""Synthetic lines: the same for the same seed, within the alphabet, and really showing their text."""

from __future__ import annotations

import random

import numpy as np
import pytest

from bayou.data.synthetic.alphabet import ALPHABET_SET
from bayou.data.synthetic.content import Writer
from bayou.data.synthetic.corpus import Corpus, load_corpus
from bayou.data.synthetic.fonts import FontLibrary
from bayou.data.synthetic.lines import MIX, LineRenderer
from bayou.data.synthetic.looks import legible
from bayou.data.synthetic.setting import Setting, set_line
from bayou.data.synthetic.warp import Bend, bend_ink

LONGEST_TEXT = 150
SMALLEST_SIDE = 4
RENDERED = 120


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus((), ())


@pytest.fixture(scope="module")
def renderer(fonts: FontLibrary, corpus: Corpus) -> LineRenderer:
    return LineRenderer(fonts, corpus)


def test_same_seed_and_index_give_the_same_line(renderer: LineRenderer) -> None:
    for index in range(12):
        first, second = renderer.render(3, index), renderer.render(3, index)
        assert first.text == second.text
        assert np.array_equal(first.image, second.image)


def test_order_of_rendering_does_not_matter(renderer: LineRenderer) -> None:
    forwards = [renderer.render(5, i).image for i in range(8)]
    backwards = [renderer.render(5, i).image for i in reversed(range(8))][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(forwards, backwards, strict=True))


def test_other_seeds_and_indices_give_other_lines(renderer: LineRenderer) -> None:
    texts = {renderer.render(seed, index).text for seed in (0, 1) for index in range(20)}
    assert len(texts) > 35


@pytest.mark.parametrize("category", list(MIX))
def test_lines_of_a_category_are_pictures_of_text(renderer: LineRenderer, category: str) -> None:
    for index in range(RENDERED // len(MIX)):
        sample = renderer.render(11, index, category)
        assert sample.source == f"synthetic/{category}"
        assert sample.image.dtype == np.uint8
        assert sample.image.ndim == 3 and sample.image.shape[2] == 3
        assert min(sample.image.shape[:2]) >= SMALLEST_SIDE
        assert 1 <= len(sample.text) <= LONGEST_TEXT
        assert ALPHABET_SET.issuperset(sample.text)
        assert sample.text == " ".join(sample.text.split())
        assert np.ptp(sample.image) > 0


def test_ink_of_every_character_is_drawn(fonts: FontLibrary) -> None:
    """No boxes for missing characters: each character of a text that a face covers has ink unlike the box."""
    rng = random.Random(1)
    for kind in ("print", "mono"):
        face = fonts.pick_for(rng, (kind,), "Hamburg 1234")
        assert face is not None
        missing = set_line(rng, "\uffff", Setting(face, 40)).ink
        for character in "Hgb1:4":
            drawn = set_line(rng, character, Setting(face, 40)).ink
            assert drawn.max() > 0
            assert drawn.shape != missing.shape or not np.array_equal(drawn, missing)


def test_box_holds_the_ink_of_the_line_and_not_its_neighbours(fonts: FontLibrary) -> None:
    rng = random.Random(2)
    face = fonts.pick_for(rng, ("print",), "nnnn HHHH")
    assert face is not None
    alone = set_line(random.Random(3), "nnnn", Setting(face, 40))
    among = set_line(random.Random(3), "nnnn", Setting(face, 40, neighbours=("HHHH", "HHHH"), leading=1.3))
    assert alone.box == among.box
    left, top, right, bottom = alone.box
    outside = alone.ink.copy()
    outside[top:bottom, left:right] = 0
    assert outside.max() == 0
    assert among.ink.sum() > alone.ink.sum()


def test_picture_without_contrast_is_illegible() -> None:
    ink = np.zeros((20, 60), np.uint8)
    ink[6:14, 10:50] = 255
    grey = np.full((20, 60, 3), 128, np.uint8)
    assert not legible(grey, ink)
    black = np.where(ink[:, :, None] > 0, 0, 255).astype(np.uint8).repeat(3, axis=2)
    assert legible(black, ink)


def test_texts_stay_in_the_alphabet_whatever_the_corpus_holds() -> None:
    odd = Corpus(("naïve", "x"), (("żółć", "ß"),), "Ωμέγα 漢字 plain text " * 300, ("Привет, pęk " * 300,))
    writer = Writer(odd, random.Random(4))
    for category in MIX:
        for _ in range(60):
            text = writer.text(category)
            assert text and len(text) <= LONGEST_TEXT
            assert ALPHABET_SET.issuperset(text)


def test_a_mix_draws_its_own_categories(renderer: LineRenderer) -> None:
    drawn = [renderer.render(1, n, mix={"figures": 3.0, "scene": 1.0}).source for n in range(40)]
    assert set(drawn) == {"synthetic/figures", "synthetic/scene"}
    assert drawn.count("synthetic/figures") > 20


def test_a_hand_writes_no_letter_twice_alike(fonts: FontLibrary) -> None:
    face = fonts.pick_for(random.Random(2), ("print",), "nnnn")
    assert face is not None
    even, uneven = (set_line(random.Random(3), "nnnn", Setting(face, 48, jitter=j)) for j in (0.0, 0.2))
    assert even.box != uneven.box
    rows = [np.flatnonzero(line.ink.max(1)) for line in (even, uneven)]
    assert np.ptp(rows[1]) > np.ptp(rows[0])  # some letters are larger, or stand off the line


def test_ruled_paper_is_paler_than_the_writing(fonts: FontLibrary) -> None:
    face = fonts.pick_for(random.Random(2), ("print",), "HH")
    assert face is not None
    plain = set_line(random.Random(3), "HH", Setting(face, 40))
    for rule in ("ruled", "squared"):
        ruled = set_line(random.Random(3), "HH", Setting(face, 40, rule=rule))
        assert ruled.box == plain.box
        added = (ruled.ink > 0) & (plain.ink == 0)
        assert added.sum() > ruled.ink.shape[1]
        assert ruled.ink[added].max() <= 140


def test_sway_changes_the_slant_along_the_line() -> None:
    ink = np.zeros((90, 400), np.uint8)
    for x in range(40, 360, 40):
        ink[30:60, x : x + 3] = 255
    bent, _ = bend_ink(random.Random(1), ink, (40, 30, 360, 60), Bend(sway=0.5))
    rows = np.flatnonzero(bent.max(1))
    top, bottom = (np.flatnonzero(bent[row] > 60) for row in (rows[2], rows[-3]))
    shifts = [int(np.abs(bottom - x).min()) for x in top]
    assert max(shifts) > min(shifts)
