"""Puts a space where the print has one and the recogniser wrote none. Knows spans and ink; not what reads.

PP-OCR's head drops spaces beside digits and signs. Only a gap far wider than a space needs to be counts, so that
spaced-out letters and typewriter print stay as they are. After a comma or colon a lesser one will do, where it is wider
than the gap before the sign. The number of a note, raised, stands apart from its text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bayou.reading.addresses import with_addresses
from bayou.reading.recogniser import RecognisedLine
from bayou.reading.words import ink_columns, ink_mask

WIDE_GAP = 0.55
"""In heights of the crop, which is some 1.4 times the size of the type; a usual space is a third as wide."""
USUAL_GAP_RATIO = 2.0
"""A wide gap is also this many times wider than the line's usual one between letters."""

GAP_AFTER_MARK, GAP_AFTER_TO_BEFORE = 0.2, 1.8
"""After a comma, colon or semicolon: in heights of the crop, and in gaps before the sign. In typewriter print without a
space both gaps are alike."""
_MARK = re.compile(r"(?<=[^\s,;:])[,;:](?=[^\W\d_]|[(\"'])|(?<=[^\W\d_])[,;:](?=\d)")
GAP_AROUND_SLASH, SLASH_GAP_RATIO = 0.2, 2.5
"""On both sides of a slash between digits, "208 / 233": in heights of the crop, and in the line's usual gaps."""
_SLASH = re.compile(r"(?<=\d)/(?=\d)")
RAISED = 0.15
"""Of the crop's height: how far above the foot of the letters a note's number ends."""
HALF_A_LETTER = 0.12
NOTED_LETTERS = 6
"""Letters after a note's number that tell where letters stand."""
_NOTE = re.compile(r"(?<!\S)\d{1,3}(?=[^\W\d_])")
_HANGING = frozenset("gjpqyQ")


def with_spaces_after_notes(read: RecognisedLine, crop: NDArray[np.uint8]) -> RecognisedLine:
    """``read`` with a space between the raised number of a note and the word that follows it in ``crop``."""
    notes = list(_NOTE.finditer(read.text))
    if read.spans is None or not notes:
        return read
    edge = crop.shape[0] // 10  # neighbouring lines may look in at the top and bottom
    ink = ink_mask(crop[edge : crop.shape[0] - edge])
    for note in reversed(notes):
        number = [_foot(ink, read.spans[i]) for i in range(*note.span())]
        word = [
            _foot(ink, span)
            for span, letter in list(zip(read.spans, read.text, strict=True))[note.end() : note.end() + NOTED_LETTERS]
            if letter.isalnum() and letter not in _HANGING
        ]
        if max(number) <= float(np.median(word or [0])) - RAISED * crop.shape[0]:
            read = _with_space(read, note.end())
    return read


def _foot(ink: NDArray[np.bool_], span: tuple[float, float]) -> int:
    """The lowest row of ink about the middle of a character; -1 where there is none."""
    middle, reach = sum(span) / 2 * ink.shape[1], HALF_A_LETTER * ink.shape[0]
    rows = np.flatnonzero(ink[:, max(0, int(middle - reach)) : int(middle + reach) + 1].any(axis=1))
    return int(rows[-1]) if len(rows) else -1


def respaced(read: RecognisedLine, crop: NDArray[np.uint8]) -> RecognisedLine:
    """``read`` with the spaces that ``crop`` (uint8 RGB [h, w, 3]) shows, and addresses without any."""
    return with_wide_spaces(with_spaces_after_notes(with_addresses(read), crop), crop)


def with_wide_spaces(read: RecognisedLine, crop: NDArray[np.uint8]) -> RecognisedLine:
    """``read`` with a space wherever its letters stand wide apart in ``crop`` (uint8 RGB [h, w, 3])."""
    if read.spans is None or len(read.text) < 2:
        return read
    ink = ink_columns(crop)
    centers = [int((start + end) / 2 * len(ink)) for start, end in read.spans]
    gaps = [0 if " " in read.text[i : i + 2] else _gap(ink[a:b]) for i, (a, b) in enumerate(pairwise(centers))]
    written = [gap for gap in gaps if gap]
    least = max(WIDE_GAP * crop.shape[0], USUAL_GAP_RATIO * float(np.median(written or [0])))
    wide = {i for i, gap in enumerate(gaps) if gap > least and not _is_full_width(read.text[i : i + 2])}
    for mark in (match.start() for match in _MARK.finditer(read.text)):
        if gaps[mark] >= max(GAP_AFTER_MARK * crop.shape[0], GAP_AFTER_TO_BEFORE * gaps[mark - 1]):
            wide.add(mark)
    around_slash = max(GAP_AROUND_SLASH * crop.shape[0], SLASH_GAP_RATIO * float(np.median(written or [0])))
    for slash in (match.start() for match in _SLASH.finditer(read.text)):
        if min(gaps[slash - 1], gaps[slash]) >= around_slash:
            wide |= {slash - 1, slash}
    for i in sorted(wide, reverse=True):
        read = _with_space(read, i + 1)
    return read


def _gap(ink: NDArray[np.bool_]) -> int:
    """Columns of the longest stretch without ink."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], ink, [True]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _is_full_width(pair: str) -> bool:
    return any(unicodedata.east_asian_width(letter) in "WF" for letter in pair)


def _with_space(read: RecognisedLine, place: int) -> RecognisedLine:
    assert read.spans is not None
    spans, sure = read.spans, read.character_confidences
    between = (spans[place - 1][1], max(spans[place - 1][1], spans[place][0]))
    return replace(
        read,
        text=f"{read.text[:place]} {read.text[place:]}",
        spans=(*spans[:place], between, *spans[place:]),
        character_confidences=None
        if sure is None
        else (*sure[:place], min(sure[place - 1], sure[place]), *sure[place:]),
    )
