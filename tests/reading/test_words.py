"""Words of a recognised line and where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.documents.document import Line
from bayou.documents.geometry import Box, Quad
from bayou.reading.recogniser import RecognisedLine
from bayou.reading.words import INK_SHARE, LEAST_INK, ink_columns, ink_mask, join_row, place_line, word_spans

FRACTION_TOLERANCE = 1e-9

UPRIGHT: Quad = ((0, 0), (100, 0), (100, 20), (0, 20))


def read(text: str, spans: tuple[tuple[float, float], ...] | None = None) -> RecognisedLine:
    return RecognisedLine(text, 0.9, 0.9, "peer", spans)


def test_words_end_half_way_between_their_characters() -> None:
    spans = ((0.1, 0.15), (0.2, 0.25), (0.4, 0.45), (0.7, 0.75))
    words = word_spans(read("ab d", spans))
    assert [(word.text, word.start, word.end) for word in words] == [
        ("ab", 0.0, pytest.approx(0.475)),
        ("d", pytest.approx(0.475), 1.0),
    ]


def test_words_are_trimmed_to_their_ink() -> None:
    ink = np.zeros(100, bool)
    ink[12:30] = ink[65:80] = True
    words = word_spans(read("ab d", ((0.1, 0.15), (0.2, 0.25), (0.4, 0.45), (0.7, 0.75))), ink)
    assert [(word.start, word.end) for word in words] == [(0.12, 0.30), (0.65, 0.80)]


def test_without_spans_the_width_is_shared_out() -> None:
    words = word_spans(read("ab cd"))
    assert words[0].end == words[1].start == pytest.approx(0.5, abs=FRACTION_TOLERANCE)


def test_white_space_alone_is_no_word() -> None:
    assert word_spans(read("   ")) == []


def test_a_placed_line_is_in_page_units_and_has_a_quad_only_where_it_leans() -> None:
    line = place_line(read("ab cd"), UPRIGHT, 2.0)
    assert (line.text, line.box, line.quad) == ("ab cd", Box(0, 0, 50, 10), None)
    assert [word.box for word in line.words] == [Box(0, 0, 25, 10), Box(25, 0, 50, 10)]
    up: Quad = ((0, 100), (0, 0), (20, 0), (20, 100))
    turned = place_line(read("ab cd"), up, 1.0)
    assert turned.quad == up
    assert turned.words[0].box == Box(0, 50, 20, 100)


@pytest.mark.parametrize("shape", [(1, 1), (7, 9), (30, 400)])
def test_ink_is_what_its_definition_says(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(shape[1])
    for contrast in (3, 60, 200):
        crop = np.where(random.random((*shape, 1)) < 0.2, 250 - contrast, 250) + random.integers(-5, 6, (*shape, 3))
        grey = crop.sum(axis=2)
        away = np.abs(grey - np.median(grey))
        expected = away > max(3 * LEAST_INK, INK_SHARE * away.max())
        assert np.array_equal(ink_mask(crop.astype(np.uint8)), expected)


def test_a_row_joins_its_pieces_and_is_as_sure_as_the_least_sure() -> None:
    left = Line("Tea", Box(0, 0, 30, 10), 0.9, "peer")
    right = Line("1.50", Box(200, 1, 230, 11), 0.6, "peer")
    row = join_row([left, right])
    assert (row.text, row.box, row.confidence) == ("Tea 1.50", Box(0, 0, 230, 11), 0.6)
    assert join_row([left]) is left


def test_ink_is_what_differs_from_the_paper() -> None:
    crop = np.full((20, 10, 3), 240, np.uint8)
    crop[5:15, 3:5] = 20
    assert np.flatnonzero(ink_columns(crop)).tolist() == [3, 4]
    assert not ink_columns(np.full((20, 10, 3), 240, np.uint8)).any()
