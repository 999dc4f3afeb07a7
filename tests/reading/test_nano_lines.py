"""What the engine reads in a line, as this room hands it on; confidence from the agreement of two readers."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.documents.document import Line
from bayou.engine.certainty import agreement_confidence
from bayou.engine.line_confidence import certainty
from bayou.engine.line_reading import LineReading
from bayou.engine.request import Token
from bayou.engine.runtime import Draft
from bayou.reading.confidence import mean_probability, page_confidence, text_probability
from bayou.reading.nano_lines import recognised
from bayou.reading.recogniser import RecognisedLine

CONFIDENCE_TOLERANCE = 1e-6


def draft(text: str, sure: float) -> Draft:
    spans = np.array([[2 * i, 2 * i + 1] for i in range(len(text))], np.int32).reshape(-1, 2)
    probabilities = np.full(len(text), sure, np.float32)
    return Draft(text, tuple(range(4, 4 + len(text))), probabilities, spans, 2 * len(text))


def reading(text: str, decoder: float, head: float, doubt: float = 0.0) -> LineReading:
    tokens = tuple(Token(4 + i, decoder, 4 + i, decoder, 4 + i) for i in range(len(text) + 1))
    if doubt:
        tokens = (Token(4, decoder, 99, doubt, 4), *tokens[1:])
    spans = np.array([[i / len(text), (i + 0.5) / len(text)] for i in range(len(text))], np.float32).reshape(-1, 2)
    probabilities = np.full(len(text) + 1, decoder, np.float32)
    return LineReading(text, "model", (), draft(text, head), tokens, probabilities, spans, 1)


def told(found: LineReading) -> RecognisedLine:
    return recognised(found, certainty(found))


def test_a_reading_keeps_text_places_and_source() -> None:
    line = told(reading("Tea", 0.99, 0.98))
    assert (line.text, line.source) == ("Tea", "model")
    assert line.spans is not None and len(line.spans) == 3
    assert line.character_confidences == pytest.approx((0.99,) * 3, abs=CONFIDENCE_TOLERANCE)
    assert line.legibility == pytest.approx(0.98, abs=CONFIDENCE_TOLERANCE)


def test_doubt_and_length_make_a_line_less_sure() -> None:
    sure = told(reading("Tea", 0.99, 0.98)).confidence
    assert sure == pytest.approx((0.99**4 * 0.98**3) ** 0.5, abs=CONFIDENCE_TOLERANCE)
    long = told(reading("Teapots and cups", 0.99, 0.98)).confidence
    assert long == pytest.approx((0.99**5 * 0.98**5) ** 0.5, abs=CONFIDENCE_TOLERANCE)
    assert told(reading("Tea", 0.99, 0.98, doubt=0.6)).confidence == pytest.approx(0.7 * sure, abs=CONFIDENCE_TOLERANCE)
    assert told(reading("Teapots", 0.99, 0.98)).confidence < sure


def test_a_foreign_line_is_the_heads() -> None:
    found = LineReading(
        "汉字", "draft", (), draft("汉字", 0.9), (), np.full(2, 0.9, np.float32), np.zeros((2, 2), np.float32), 0
    )
    line = told(found)
    assert (line.text, line.source) == ("汉字", "draft")
    assert line.confidence == pytest.approx(0.81, abs=CONFIDENCE_TOLERANCE)


def test_nothing_read_is_sure_of_nothing() -> None:
    empty = reading("", 0.9, 0.9)
    assert (told(empty).text, told(empty).confidence, told(empty).legibility) == ("", 0.0, 0.0)


def test_probabilities_of_many() -> None:
    assert text_probability([0.5, 0.5]) == pytest.approx(0.25, abs=CONFIDENCE_TOLERANCE)
    assert mean_probability([0.5, 1.0]) == 0.75
    assert text_probability([]) == mean_probability([]) == 0.0
    assert agreement_confidence([1.0], [1.0], 0.0) == 1.0
    lines = [Line("abc", None, 1.0), Line("a", None, 0.0)]
    assert page_confidence(lines) == 0.75
    assert page_confidence([]) is None
