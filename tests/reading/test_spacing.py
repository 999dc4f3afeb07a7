"""Spaces that the print shows and the recogniser left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bayou.reading.recogniser import RecognisedLine
from bayou.reading.spacing import respaced, with_spaces_after_notes, with_wide_spaces


def printed(text: str, lefts: list[int], width: int = 10) -> tuple[RecognisedLine, NDArray[np.uint8]]:
    """A line of letters ``width`` pixels wide that begin at ``lefts``, on a crop 40 pixels high."""
    length = lefts[-1] + width + 5
    crop = np.full((40, length, 3), 255, np.uint8)
    for left in lefts:
        crop[10:30, left : left + width] = 0
    spans = tuple(((left + 3) / length, (left + 7) / length) for left in lefts)
    return RecognisedLine(text, 0.9, 0.9, "peer", spans, tuple(0.9 for _ in lefts)), crop


def test_a_wide_gap_becomes_a_space() -> None:
    read = with_wide_spaces(*printed("40SR", [5, 18, 60, 73]))
    assert read.text == "40 SR"
    assert read.spans is not None and read.character_confidences is not None
    assert len(read.spans) == len(read.character_confidences) == 5
    assert list(read.spans) == sorted(read.spans)


def test_after_a_comma_a_lesser_gap_will_do() -> None:
    assert with_wide_spaces(*printed("ab,cd", [5, 18, 31, 52, 65])).text == "ab, cd"
    for text, lefts in (
        ("ab,cd", [5, 18, 36, 54, 67]),
        ("ab,cd", [5, 18, 31, 44, 57]),
        ("a::b", [5, 18, 31, 52]),
        ("12:30", [5, 18, 31, 52, 65]),
    ):
        assert with_wide_spaces(*printed(text, lefts)).text == text


def test_a_slash_with_room_on_both_sides() -> None:
    lefts = [5, 18, 31, 52, 73, 86, 99]
    assert with_wide_spaces(*printed("208/233", lefts)).text == "208 / 233"
    for text, places in (("208/233", [5, 18, 31, 44, 57, 70, 83]), ("abc/def", lefts), ("11/15", [5, 26, 47, 68, 89])):
        assert with_wide_spaces(*printed(text, places)).text == text


def test_letters_and_spaces_of_usual_width_stay() -> None:
    line = printed("1.80", [5, 20, 36, 52])
    assert with_wide_spaces(*line) == line[0]


def test_spaced_out_letters_stay() -> None:
    line = printed("CASH", [5, 40, 75, 110])
    assert with_wide_spaces(*line) == line[0]


def test_chinese_signs_and_lines_without_places_stay() -> None:
    line, crop = printed("（M）1", [5, 18, 60, 73])
    assert with_wide_spaces(line, crop).text == line.text
    bare = RecognisedLine("40SR", 0.9, 0.9, "peer")
    assert with_wide_spaces(bare, crop) == bare


def noted(feet: list[int]) -> tuple[RecognisedLine, NDArray[np.uint8]]:
    """ "8It is": letters of 10 by 15 pixels that end at these rows."""
    read, crop = printed("8It is", [5, 18, 31, 44, 57, 70])
    crop[:] = 255
    for left, foot in zip([5, 18, 31, 57, 70], feet, strict=True):
        crop[foot - 15 : foot, left : left + 10] = 0
    return read, crop


def test_the_raised_number_of_a_note_stands_apart() -> None:
    read = with_spaces_after_notes(*noted([22, 33, 33, 33, 33]))
    assert read.text == "8 It is"
    assert read.spans is not None and len(read.spans) == len(read.text)
    assert with_spaces_after_notes(*noted([33, 33, 33, 33, 33])).text == "8It is"


def test_all_rules_together() -> None:
    read, crop = noted([22, 33, 33, 33, 33])
    assert respaced(read, crop).text == "8 It is"
