"""How sure a page is, and whether there is text at all. Knows lines and their confidences; not what made them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bayou.documents.document import Line
from bayou.engine.certainty import mean_probability as mean_probability
from bayou.engine.certainty import text_probability as text_probability
from bayou.reading.recogniser import RecognisedLine

LEAST_LEGIBILITY = 0.5
"""Below it a line is no text: mostly a piece of a picture, a stamp or a rule (RapidOCR draws the same border)."""

LEAST_BELIEVED, LEAST_BELIEVED_LETTER = 0.3, 0.97
"""Confidence of a line, and of one letter alone, that shows that there is text where it was found at all: rings and
bars are read as 0 and 1 with up to .94, nearly all printed letters with .98 and more."""
MOST_DOUBTFUL_LETTERS = 20
"""More than these, all of them doubtful, are hard to read rather than leaves and window bars; a letter again and again,
as a row of bars is read, counts once."""
_REPEATED = re.compile(r"(.)\1+")


def is_text(lines: Sequence[Line]) -> bool:
    """Whether readings are of text at all, and not of things in a photo: one of them is believed, or they are many."""
    return sum(len(_REPEATED.sub(r"\1", line.text)) for line in lines) > MOST_DOUBTFUL_LETTERS or any(
        line.confidence is None or line.confidence >= (LEAST_BELIEVED if len(line.text) > 1 else LEAST_BELIEVED_LETTER)
        for line in lines
    )


def is_lone_digit(read: RecognisedLine) -> bool:
    """Whether what stands alone, where no line was found, is surely read as a digit."""
    text = read.text.strip()
    return len(text) == 1 and text.isdecimal() and read.confidence >= LEAST_BELIEVED_LETTER


def page_confidence(lines: Sequence[Line]) -> float | None:
    """Mean confidence of the lines that have one, each as heavy as it is long; None where there is no such text."""
    known = [(len(line.text), line.confidence) for line in lines if line.confidence is not None]
    total = sum(weight for weight, _ in known)
    return sum(weight * confidence for weight, confidence in known) / total if total else None


def least_confidence(lines: Sequence[Line]) -> float | None:
    """That of the least sure line; None where one tells none."""
    known = [line.confidence for line in lines if line.confidence is not None]
    return min(known) if len(known) == len(lines) else None
