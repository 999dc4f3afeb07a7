"""The words of a line with boxes, for the formats that place every word. Knows geometry; not formats."""

from __future__ import annotations

import math
import re

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Box

_INVALID_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def words_of(line: Line) -> tuple[Word, ...]:
    """The line's own words, or where it has none, its text cut at spaces and its box shared out by length.

    A line without a box (a crop read on its own) has no placed words.
    """
    if line.words or line.box is None:
        return line.words
    texts = line.text.split()
    if not texts:
        return ()
    width = line.box.width / (sum(map(len, texts)) + len(texts) - 1)
    words = []
    left = line.box.left
    for text in texts:
        right = left + width * len(text)
        words.append(Word(text, Box(left, line.box.top, right, line.box.bottom), line.confidence, line.source))
        left = right + width
    return tuple(words)


def text_angle(line: Line) -> float:
    """Clockwise degrees, -180 to 180, by which the line's writing direction is turned; 0 for an upright line."""
    if line.quad is None:
        return 0.0
    (x0, y0), (x1, y1) = line.quad[0], line.quad[1]
    return math.degrees(math.atan2(y1 - y0, x1 - x0))


def pixel_box(box: Box, pixels_per_unit: float) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in whole pixels of the image that was read."""
    scaled = box.scaled(pixels_per_unit)
    return round(scaled.left), round(scaled.top), round(scaled.right), round(scaled.bottom)


def xml_text(text: str) -> str:
    """``text`` with what XML can't hold (control characters, lone surrogates) as U+FFFD."""
    return _INVALID_XML.sub("\ufffd", text)
