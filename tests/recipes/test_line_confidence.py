"""Which lines a confidence is fitted to and what counts as right there; the file it leaves. The model is scripted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bayou.data.sample import LineSample
from bayou.data.synthetic.no_text import KINDS, RUINS, no_text_lines
from bayou.engine.line_confidence import LineConfidence
from bayou.engine.line_reading import LineReading
from bayou.engine.loading import CONFIDENCE_FILE
from bayou.engine.request import Token
from bayou.engine.runtime import Draft
from bayou.recipes import line_confidence as recipe

CROP = np.full((20, 80, 3), 255, np.uint8)


def reading(text: str, sure: float) -> LineReading:
    spans, told = np.zeros((0, 2), np.int32), np.full(len(text) + 1, sure, np.float32)
    draft = Draft(text, tuple(range(4, 4 + len(text))), told[:-1], spans, 1)
    tokens = tuple(Token(4, sure, 4, sure, 4) for _ in range(len(text) + 1))
    return LineReading(text, "model", (), draft, tokens, told, np.zeros((0, 2), np.float32), 1)


class Scripted:
    """A model that reads what it is told to."""

    def __init__(self, readings: list[LineReading]) -> None:
        self.readings = readings

    def read_lines(self, crops: list[np.ndarray]) -> list[LineReading]:
        assert len(crops) == len(self.readings)
        return self.readings


def test_right_is_judged_by_letters_and_digits_and_shifted_labels_are_left_out() -> None:
    told = [("tea-1", "TEA 1", "sroie"), ("tea", "coffee", "sroie"), ("tea", "coffee", "icdar2015_words"),
            ("", "x", "sroie"), ("l", "", "no text/bars"), ("Tee", "Tea", "validation/print")]  # fmt: skip
    readings = [reading(text, 0.9) for text, _, _ in told]
    found = recipe.judged(readings, [LineSample(CROP, label, source) for _, label, source in told])
    assert found.sources == ["sroie", "icdar2015_words", "no text/bars", "validation/print"]
    assert found.right.tolist() == [True, False, False, False]
    assert found.heed.tolist() == [
        recipe.REAL_HEED,
        recipe.REAL_HEED,
        recipe.NO_TEXT_HEED,
        recipe.SYNTHETIC_HEED,
    ]


def test_the_fit_is_written_and_learns_which_lines_to_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.random.default_rng(1)
    sure = numbers.uniform(0.3, 1.0, 400)
    right = numbers.random(400) < sure**4
    lines = [LineSample(CROP, "tea" if good else "tee", "icdar2015_words") for good in right]
    monkeypatch.setattr(recipe, "known_lines", lambda real, per_category: lines)
    readings = [reading("tea", float(p)) for p in sure]
    monkeypatch.setattr(recipe, "load", lambda _: Scripted(readings))
    (tmp_path / CONFIDENCE_FILE).write_text("of another version", encoding="utf-8")
    assert recipe.fit_confidence(tmp_path, None) == tmp_path / CONFIDENCE_FILE
    confidence = LineConfidence.read(tmp_path / CONFIDENCE_FILE)
    assert confidence(reading("tea", 0.5)) < 0.3 < 0.7 < confidence(reading("tea", 0.99))
    told = recipe.cross_validated(recipe.judged(readings, lines))
    assert told[right].mean() > told[~right].mean() + 0.2


def test_crops_without_text_are_the_same_every_time() -> None:
    text = np.tile(np.arange(60, dtype=np.uint8)[None, :, None] * 4, (24, 1, 3))
    lines, again = no_text_lines(2, [text]), no_text_lines(2, [text])
    assert len(lines) == 2 * (len(KINDS) + len(RUINS)) and len(no_text_lines(2, [])) == 2 * len(KINDS)
    for line, other in zip(lines, again, strict=True):
        assert np.array_equal(line.image, other.image) and replace(line, image=CROP) == replace(other, image=CROP)
        assert line.image.dtype == np.uint8 and line.image.ndim == 3 and min(line.image.shape[:2]) >= 2
        assert line.text == "" and line.source.startswith("no text/")
