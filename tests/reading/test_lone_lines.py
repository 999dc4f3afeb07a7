"""Crops alone: real words stay though they are doubtful, and what bars, rings and noise are read as is refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bayou.documents.document import Source
from bayou.reading.lone_lines import read_alone
from bayou.reading.recogniser import RecognisedLine

CROP = np.zeros((20, 80, 3), np.uint8)


class Saying:
    name = "saying"

    def __init__(self, line: RecognisedLine) -> None:
        self._line = line

    def recognise(self, crops: Sequence[np.ndarray]) -> list[RecognisedLine]:
        return [self._line for _ in crops]


@pytest.mark.parametrize(
    ("text", "confidence", "legibility", "source", "stays"),
    [
        ("Invoice", 0.99, 0.99, "model", True),
        ("GUCCI", 0.25, 0.69, "model", True),
        ("7", 0.97, 0.97, "model", True),
        ("S", 0.55, 0.69, "model", True),
        ("0.00", 0.43, 0.93, "model", True),
        ("Bud for turee iors", 0.08, 0.71, "model", True),
        ("北京", 0.95, 0.98, "draft", True),
        ("", 0.0, 0.0, "model", True),
        ("000", 0.8, 0.9, "model", True),
        ("mmmr", 0.01, 0.77, "model", False),
        ("mm mm", 0.3, 0.95, "model", False),
        ("2a7", 0.3, 0.4, "model", False),
        ("1", 0.45, 0.9, "model", False),
        ("-1-", 0.45, 0.9, "model", False),
        ("Bud for turee iors", 0.02, 0.6, "model", False),
        ("turre", 0.19, 0.9, "model", False),
        ("の", 0.6, 0.6, "draft", False),
    ],
)
def test_what_a_lone_crop_says(text: str, confidence: float, legibility: float, source: Source, stays: bool) -> None:
    spans = tuple((place / 10, place / 10) for place in range(len(text)))
    line = RecognisedLine(text, confidence, legibility, source, spans)
    (read,) = read_alone(Saying(line), [CROP])
    assert read.text == (text if stays else "")
    assert read.confidence == confidence
    assert (read.spans == spans) == stays


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
