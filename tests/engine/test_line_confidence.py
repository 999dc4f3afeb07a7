"""How sure a line is: the regression finds what made the data, says 0 of nothing, and its file is checked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bayou.engine.line_confidence import SIGNS, LineConfidence, certainty, line_signs
from bayou.engine.line_reading import LineReading, Look
from bayou.engine.request import Token
from bayou.engine.runtime import Draft
from bayou.errors import ModelError

FITTED_BOUND = 0.25


def reading(text: str, head: float, decoder: float, looks: tuple[Look, ...] = ()) -> LineReading:
    spans = np.zeros((len(text), 2), np.int32)
    draft = Draft(text, tuple(range(4, 4 + len(text))), np.full(len(text), head, np.float32), spans, len(text))
    tokens = tuple(Token(4 + i, decoder, 4 + i, decoder, 4 + i) for i in range(len(text) + 1))
    told, places = np.full(len(text) + 1, decoder, np.float32), np.zeros((0, 2), np.float32)
    return LineReading(text, "model", (), draft, tokens, told, places, 1, looks)


def test_the_regression_finds_what_made_the_data() -> None:
    numbers = np.random.default_rng(0)
    signs = numbers.normal(3, 2, (20_000, len(SIGNS)))
    signs[:, -1] = 0  # a sign that never shows
    weights = np.array([*np.linspace(-1, 1, len(SIGNS) - 1), 0])
    chances = 1 / (1 + np.exp(-(signs @ weights + 0.5)))
    found = LineConfidence.fitted(signs, numbers.random(len(signs)) < chances, np.ones(len(signs)))
    assert np.abs(found.weights - weights).max() < FITTED_BOUND and abs(found.offset - 0.5) < FITTED_BOUND


def test_signs_of_doubt_move_the_right_way() -> None:
    confidence = LineConfidence(np.array([-1.0, -1.0, 0.0, -1.0]), 0.0)
    sure = confidence(reading("Tea", 0.99, 0.99))
    assert 0 < confidence(reading("Tea", 0.6, 0.99)) < sure < 1
    assert confidence(reading("Tea", 0.99, 0.5)) < sure
    same, other = (Look("tea.", 0.9),), (Look("tea.", 0.9), Look("Tee", 0.9))
    assert confidence(reading("Tea", 0.9, 0.9, same)) == confidence(reading("Tea", 0.9, 0.9))
    assert confidence(reading("Tea", 0.9, 0.9, other)) < confidence(reading("Tea", 0.9, 0.9, same))
    foreign = replace(reading("茶", 0.9, 0.9), source="draft")
    assert confidence(foreign) == certainty(foreign)
    assert confidence(reading("", 0.9, 0.9)) == confidence(reading(" ", 0.9, 0.9)) == certainty(reading("", 0, 0)) == 0


def test_the_file_is_what_was_written_or_an_error(tmp_path: Path) -> None:
    path = tmp_path / "confidence.json"
    written = LineConfidence(np.arange(len(SIGNS)) / 7, -0.5)
    written.write(path)
    found = LineConfidence.read(path)
    assert np.array_equal(found.weights, written.weights) and found.offset == written.offset
    values = json.loads(path.read_text(encoding="utf-8"))
    values["signs"]["another"] = 1.0
    for content in (json.dumps(values), "{}", "[]", "no JSON", '{"signs": {"length": NaN}, "offset": 1}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(ModelError, match="fit it anew"):
            LineConfidence.read(path)


def test_signs_are_finite_whatever_was_read() -> None:
    for head in (0.0, 1.0):
        assert np.isfinite(line_signs(reading("a", head, head))).all()
