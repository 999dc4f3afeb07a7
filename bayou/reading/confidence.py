"""How sure a line, and a page, is. Knows probabilities; not what made them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayou.documents.document import Line

LEAST_LEGIBILITY = 0.5
"""Below it a line is no text: mostly a piece of a picture, a stamp or a rule (RapidOCR draws the same border)."""

EFFECTIVE_LETTERS = 5.0
"""Errors come in clusters: a text of many letters is right as often as one of five independent ones is that are each as
sure as its letters on average. Five calibrates best on real crops kept from training (``benchmarks.confidence``)."""

LEAST_BELIEVED, LEAST_BELIEVED_LETTER = 0.3, 0.9
"""Confidence of a line, and of one letter alone, that shows that there is text where it was found at all."""
MOST_DOUBTFUL_LETTERS = 20
"""More than these, all of them doubtful, are hard to read rather than leaves and window bars."""

_LEAST = 1e-9


def mean_probability(probabilities: Sequence[float]) -> float:
    """The mean; 0.0 of none."""
    return sum(probabilities) / len(probabilities) if probabilities else 0.0


def text_probability(probabilities: Sequence[float], letters: float = EFFECTIVE_LETTERS) -> float:
    """That a text is right, from the probability of each of its letters; 0.0 of none.

    Args:
        letters: A text of more counts as so many.
    """
    if not probabilities:
        return 0.0
    mean = sum(math.log(max(p, _LEAST)) for p in probabilities) / len(probabilities)
    return math.exp(min(letters, len(probabilities)) * mean)


def agreement_confidence(
    draft: Sequence[float], decoder: Sequence[float], doubt: float, letters: float = EFFECTIVE_LETTERS
) -> float:
    """How sure a line is that two readers, a draft and a decoder that checked it, have both read.

    The geometric mean of what either makes of the whole line, less the doubt.

    Args:
        draft: Probability of each drafted character.
        decoder: The decoder's probability of each token of the text.
        doubt: The decoder's highest probability of a token that the draft did not lead to expect; 0 where they agree.
        letters: As for ``text_probability``.
    """
    return math.sqrt(text_probability(draft, letters) * text_probability(decoder, letters)) * (1 - doubt / 2)


def is_text(lines: Sequence[Line]) -> bool:
    """Whether readings are of text at all, and not of things in a photo: one of them is believed, or they are many."""
    return sum(len(line.text) for line in lines) > MOST_DOUBTFUL_LETTERS or any(
        line.confidence is None or line.confidence >= (LEAST_BELIEVED if len(line.text) > 1 else LEAST_BELIEVED_LETTER)
        for line in lines
    )


def page_confidence(lines: Sequence[Line]) -> float | None:
    """Mean confidence of the lines that have one, each as heavy as it is long; None where there is no such text."""
    known = [(len(line.text), line.confidence) for line in lines if line.confidence is not None]
    total = sum(weight for weight, _ in known)
    return sum(weight * confidence for weight, confidence in known) / total if total else None


def least_confidence(lines: Sequence[Line]) -> float | None:
    """That of the least sure line; None where one tells none."""
    known = [line.confidence for line in lines if line.confidence is not None]
    return min(known) if len(known) == len(lines) else None
