"""How sure a text is that one reader or two have read, by a formula. Knows probabilities; not what made them."""

from __future__ import annotations

import math
from collections.abc import Sequence

EFFECTIVE_LETTERS = 5.0
"""Errors come in clusters: a text of many letters is right as often as one of five independent ones is that are each as
sure as its letters on average. Five calibrates best on real crops kept from training (``benchmarks.confidence``)."""

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
