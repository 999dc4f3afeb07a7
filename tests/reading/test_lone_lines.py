"""Crops alone: real words stay though they are doubtful, and what bars, rings and noise are read as is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bayou.documents.document import Source
from bayou.reading.lone_lines import letters_sureness, read_alone
from bayou.reading.recogniser import RecognisedLine

CROP = np.zeros((20, 80, 3), np.uint8)


class Saying:
    name = "saying"

    def __init__(self, line: RecognisedLine) -> None:
        self._line = line

    def recognise(self, crops: Sequence[np.ndarray]) -> list[RecognisedLine]:
        return [self._line for _ in crops]


@pytest.mark.parametrize(
    ("text", "letters", "legibility", "source", "stays"),
    [
        ("Invoice", 0.99, 0.99, "model", True),
        ("GUCCI", 0.72, 0.69, "model", True),
        ("7", 0.97, 0.97, "model", True),
        ("S", 0.83, 0.8, "model", True),
        ("m", 0.93, 0.96, "model", False),
        ("m", 0.99, 0.98, "model", True),
        ("0.00", 0.8, 0.93, "model", True),
        ("Bud for turee iors", 0.9, 0.8, "model", True),
        ("北京", 0.98, 0.98, "draft", True),
        ("", 0.0, 0.0, "model", True),
        ("000", 0.95, 0.98, "model", True),
        ("mmmr", 0.3, 0.5, "model", False),
        ("mm mm", 0.7, 0.75, "model", False),
        ("2a7", 0.99, 0.4, "model", False),
        ("1", 0.5, 0.9, "model", False),
        ("-1-", 0.5, 0.9, "model", False),
        ("Bud for turee iors", 0.6, 0.6, "model", False),
        ("turre", 0.2, 0.7, "model", False),
        ("の", 0.6, 0.6, "draft", False),
    ],
)
def test_what_a_lone_crop_says(text: str, letters: float, legibility: float, source: Source, stays: bool) -> None:
    spans = tuple((place / 10, place / 10) for place in range(len(text)))
    line = RecognisedLine(text, 0.37, legibility, source, spans, (letters,) * len(text))
    (read,) = read_alone(Saying(line), [CROP])
    assert read.text == (text if stays else "")
    assert read.confidence == 0.37
    assert (read.spans == spans) == stays


def test_letters_are_as_sure_as_both_readers_make_them_whatever_the_line() -> None:
    told = RecognisedLine("tea", 0.01, 0.81, "model", None, (1.0, 0.8, 0.9))
    assert letters_sureness(told) == pytest.approx((0.81 * 0.9) ** 0.5)
    assert letters_sureness(replace(told, character_confidences=None)) == 0.81


def test_a_faint_line_from_behind_says_nothing() -> None:
    faint = np.full((20, 80, 3), 240, np.uint8)
    faint[:, 60:] = 200

    class Flipping(Saying):
        def recognise(self, crops: Sequence[np.ndarray]) -> list[RecognisedLine]:
            sure = RecognisedLine("number", 0.9, 0.97, "model")
            return [sure if crop[0, 0, 0] < 240 else self._line for crop in crops]

    muddle = RecognisedLine("redmun", 0.2, 0.8, "model")
    dark = np.where(faint < 240, 20, faint).astype(np.uint8)
    read = read_alone(Flipping(muddle), [faint, dark, faint[:, ::-1]])
    assert [line.text for line in read] == ["", "redmun", "number"]
