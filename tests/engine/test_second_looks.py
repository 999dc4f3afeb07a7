"""Doubtful lines are read again and the looks vote; sure ones stay as they were, and nothing depends on company."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bayou.engine.line_reading import LineReading
from bayou.engine.model import Model, load
from bayou.engine.request import Token
from bayou.engine.runtime import Draft
from bayou.engine.second_looks import WIDTHS, chosen, is_doubtful, is_settled, look_again
from bayou.inputs.line_images import widened
from tests.engine.small_nano import TEXTS, draw_line, write_folder

LOOKED_PROBABILITY_TOLERANCE = 1e-4


def look(text: str, sure: float, doubt: float = 0.0) -> LineReading:
    spans = np.zeros((len(text), 2), np.int32)
    draft = Draft(text, tuple(range(4, 4 + len(text))), np.full(len(text), sure, np.float32), spans, len(text))
    tokens = (Token(4, sure, 9, doubt, 4),) if doubt else (Token(4, sure, 4, sure, 4),)
    places = np.zeros((len(text), 2), np.float32)
    return LineReading(text, "model", (), draft, tokens, np.full(len(text), sure, np.float32), places, 1)


def test_doubt() -> None:
    assert not is_doubtful(look("Tea", 0.95))
    assert is_doubtful(look("Tea", 0.6)) and is_doubtful(look("Tea", 0.95, doubt=0.5)) and is_doubtful(look("", 1.0))


def test_a_doubt_that_one_reader_settles() -> None:
    assert is_settled(look("Tea", 0.75)) and not is_settled(look("Tea", 0.6))
    assert not is_settled(look("Tea", 0.95, doubt=0.5)) and not is_settled(look("", 1.0))

    def never(views: Sequence[np.ndarray]) -> list[LineReading]:
        raise AssertionError("looked again")

    (found,) = look_again([np.full((20, 60, 3), 255, np.uint8)], [look("Tea", 0.75)], never)
    assert found.text == "Tea" and not found.looks


def test_looks_vote_and_the_surest_of_the_winning_text_is_given() -> None:
    taken = chosen([look("Tee", 0.8), look("Tea", 0.7), look("Tea", 0.75), look("Te", 0.6)])
    assert taken.text == "Tea" and taken.draft.probabilities[0] == np.float32(0.75)
    assert [other.text for other in taken.looks] == ["Tee", "Tea", "Te"] and taken.passes == 4
    assert chosen([look("Tee", 0.8), look("Tea", 0.8)]).text == "Tee"


def test_only_doubtful_lines_are_looked_at_again_until_looks_agree() -> None:
    crops = [np.full((20, 60 + i, 3), 255, np.uint8) for i in range(3)]
    asked: list[int] = []

    def read(views: Sequence[np.ndarray]) -> list[LineReading]:
        asked.append(len(views))
        return [look("Tea", 0.9) for _ in views]

    first = [look("sure", 0.99), look("Tee", 0.5), look("too", 0.9)]
    found = look_again(crops, first, read)
    assert found[0] is first[0] and found[2] is first[2] and found[1].text == "Tea"
    assert asked == [1] * len(WIDTHS)
    asked.clear()
    (found_at_once,) = look_again(crops[:1], [look("Tea", 0.5)], read)
    assert asked == [1] and [other.text for other in found_at_once.looks] == ["Tea"]
    assert look_again(crops[:1], first[:1], read) == first[:1] and asked == [1]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(write_folder(Path(tmp_path_factory.mktemp("nano"))), threads=1)


def test_many_lines_together_are_read_as_each_view_alone(small: Model) -> None:
    """The slow twin: every line and every view of it by itself."""
    crops = [draw_line(text) for text in TEXTS[:5]]
    crops.append(np.full((30, 90, 3), 255, np.uint8))
    together, plain = small.read_lines(crops), small.read_lines(crops, second_looks=False)
    assert any(is_doubtful(reading) for reading in plain) and not all(is_doubtful(reading) for reading in plain)
    for crop, found, first in zip(crops, together, plain, strict=True):
        if not is_doubtful(first) or is_settled(first):
            assert found.text == first.text and not found.looks
            assert np.array_equal(found.probabilities, first.probabilities)
            continue
        looks = [first]
        for width in WIDTHS:
            looks += small.read_lines([widened(crop, width)], second_looks=False)
            if len({look.text for look in looks}) == 1:
                break
        expected = chosen(looks)
        assert found.text == expected.text and [o.text for o in found.looks] == [o.text for o in expected.looks]
        assert np.allclose(found.probabilities, expected.probabilities, atol=LOOKED_PROBABILITY_TOLERANCE)
