"""A recognised line's words with boxes, from where its characters are. Knows spans and ink; not how they were read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Point, Quad, box_of_points
from bayou.reading.confidence import least_confidence, text_probability
from bayou.reading.level import lean
from bayou.reading.recogniser import RecognisedLine, Spans

UPRIGHT = 0.5
"""Degrees up to which a line counts as upright and needs no quad beside its box."""
LEAST_INK = 40.0
"""Grey levels by which ink differs from paper; at least, and INK_SHARE of the crop's whole contrast."""
INK_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class WordSpan:
    """A word, where it begins and ends as fractions of the line's width, and how sure its characters are."""

    text: str
    start: float
    end: float
    confidence: float


def word_spans(read: RecognisedLine, ink: NDArray[np.bool_] | None = None) -> list[WordSpan]:
    """The words of a line (runs without white space) and where they are.

    Args:
        read: With spans; without them the width is shared out by the number of characters.
        ink: Which columns of the crop hold ink; words are trimmed to it.
    """
    spans = read.spans if read.spans is not None else _even_spans(len(read.text))
    sure = read.character_confidences
    matches = list(re.finditer(r"\S+", read.text))
    words = []
    for index, match in enumerate(matches):
        first, last = match.start(), match.end() - 1
        # Spans are cores: a word ends half-way to the next one's first core, or its ink says where.
        start = 0.0 if index == 0 else (spans[matches[index - 1].end() - 1][1] + spans[first][0]) / 2
        end = 1.0 if index == len(matches) - 1 else (spans[last][1] + spans[matches[index + 1].start()][0]) / 2
        if ink is not None:
            start, end = _trimmed(start, max(start, end), ink)
        confidence = read.confidence if sure is None else text_probability(sure[first : last + 1])
        words.append(WordSpan(match.group(), start, max(start, end), confidence))
    return words


def place_line(read: RecognisedLine, quad: Quad, pixels_per_unit: float, crop: NDArray[np.uint8] | None = None) -> Line:
    """The line on its page, as wide as its ink.

    Args:
        read: Its text.
        quad: Its corners in pixels, in the order of the text: where its first letter's top left corner is comes first.
        crop: The pixels it was read from, to trim words to their ink.
    """
    points: list[Point] = [(x / pixels_per_unit, y / pixels_per_unit) for x, y in quad]
    page_quad = (points[0], points[1], points[2], points[3])
    spans = word_spans(read, None if crop is None else ink_columns(crop))
    words = tuple(
        Word(word.text, box_of_points(_slice(page_quad, word.start, word.end)), word.confidence, read.source)
        for word in spans
    )
    if spans:
        page_quad = _slice(page_quad, spans[0].start, spans[-1].end)
    return Line(
        text=" ".join(word.text for word in words),
        box=box_of_points(page_quad),
        confidence=read.confidence,
        source=read.source,
        words=words,
        quad=None if abs(lean(page_quad)) <= UPRIGHT else page_quad,
    )


def join_row(lines: Sequence[Line]) -> Line:
    """Pieces that stand side by side on one row, left to right, as one line; it is as sure as its least sure piece."""
    if len(lines) == 1:
        return lines[0]
    points = [point for line in lines for point in corners(line)]
    first, last = corners(lines[0]), corners(lines[-1])
    turned = any(line.quad is not None for line in lines)
    return Line(
        text=" ".join(line.text for line in lines),
        box=box_of_points(points),
        confidence=least_confidence(lines),
        source=lines[0].source,
        words=tuple(word for line in lines for word in line.words),
        quad=(first[0], last[1], last[2], first[3]) if turned else None,
    )


def ink_columns(crop: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which columns of a line's crop (uint8 RGB [h, w, 3]) hold ink."""
    edge = crop.shape[0] // 10  # neighbouring lines may look in at the top and bottom
    return np.asarray(ink_mask(crop[edge : crop.shape[0] - edge]).any(axis=0))


def ink_mask(crop: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pixels of a crop (uint8 RGB [h, w, 3]) are ink, unlike the crop's usual pixel: [h, w]."""
    # Six times a grey level is a whole number, median or not: ten times as fast as floats and a sort.
    grey = crop[..., 0].astype(np.int16) + crop[..., 1] + crop[..., 2]
    away = np.abs(2 * grey - _twice_the_median(grey))
    return np.asarray(away > max(6 * LEAST_INK, INK_SHARE * int(away.max(initial=0))))


def _twice_the_median(values: NDArray[np.int16]) -> np.int16:
    """Of numbers from 0 on; 0 of none."""
    upto = np.cumsum(np.bincount(values.ravel()))
    middle = (values.size + 1) // 2, values.size // 2 + 1
    return np.int16(np.searchsorted(upto, middle).sum()) if values.size else np.int16(0)


def _trimmed(start: float, end: float, ink: NDArray[np.bool_]) -> tuple[float, float]:
    width = len(ink)
    low, high = int(start * width), max(int(start * width) + 1, int(np.ceil(end * width)))
    held = np.flatnonzero(ink[low:high])
    return (start, end) if len(held) == 0 else ((low + int(held[0])) / width, (low + int(held[-1]) + 1) / width)


def _even_spans(count: int) -> Spans:
    return tuple((i / count, (i + 1) / count) for i in range(count))


def _slice(quad: Quad, start: float, end: float) -> Quad:
    def between(a: Point, b: Point, share: float) -> Point:
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

    return (
        between(quad[0], quad[1], start),
        between(quad[0], quad[1], end),
        between(quad[3], quad[2], end),
        between(quad[3], quad[2], start),
    )


def corners(line: Line) -> Quad:
    """The line's quad, or its box as one."""
    if line.quad is not None:
        return line.quad
    assert line.box is not None
    box = line.box
    return (box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)
