"""How sure a line, and a page, is. Knows probabilities; not what made them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayou.documents.document import Line

LEAST_LEGIBILITY = 0.5
"""Below it a line is no text: mostly a piece of a picture, a stamp or a rule (RapidOCR draws the same border)."""

_LEAST = 1e-9


def mean_probability(probabilities: Sequence[float]) -> float:
    """The mean; 0.0 of none."""
    return sum(probabilities) / len(probabilities) if probabilities else 0.0


def joint_probability(probabilities: Sequence[float]) -> float:
    """The product: that all are right, were they independent; 0.0 of none."""
    return math.exp(sum(math.log(max(p, _LEAST)) for p in probabilities)) if probabilities else 0.0


def agreement_confidence(draft: Sequence[float], decoder: Sequence[float], doubt: float) -> float:
    """How sure a line is that two readers, a draft and a decoder that checked it, have both read.

    The geometric mean of what either makes of the whole line, less the doubt.

    Args:
        draft: Probability of each drafted character.
        decoder: The decoder's probability of each token of the text.
        doubt: The decoder's highest probability of a token that the draft did not lead to expect; 0 where they agree.
    """
    return math.sqrt(joint_probability(draft) * joint_probability(decoder)) * (1 - doubt / 2)


def page_confidence(lines: Sequence[Line]) -> float | None:
    """Mean confidence of the lines, each as heavy as it is long; None where there is no text."""
    weights = [len(line.text) for line in lines]
    total = sum(weights)
    return sum(w * line.confidence for w, line in zip(weights, lines, strict=True)) / total if total else None
