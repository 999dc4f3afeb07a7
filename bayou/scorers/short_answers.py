"""OCRBench v2's rules for short answers: contained, counted, in one of several spellings. Knows strings alone.

As read in Yuliang-Liu/MultimodalOCR, ``OCRBench_v2/eval_scripts`` (671a3f8).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bayou.scorers.answer_match import normalised_distance

FEW_WORDS, FEW_PARTS = 5, 4
"""An answer of fewer words (in Chinese: parts between commas) must be contained; a longer one is compared."""
LEAST = 0.5
BETWEEN_CHOICES = ("", ".", ". ", ",", ", ", "、", ";", "; ", " ", "和")
"""What may stand between the letters of an answer such as "ABD"."""


def contained(text: str, answers: Sequence[Any], han: bool = False, exact_case: bool = False) -> float:
    """The rule for short questions: contained where the answer is short, else how alike the two are, from one half."""
    best = 0.0
    for answer in map(str, answers):
        one, other = (part if exact_case else part.lower() for part in (text, answer))
        one, other = (part.strip().replace("\n", " ").replace(" ", "" if han else " ") for part in (one, other))
        if len(other.split(",")) < FEW_PARTS if han else len(other.split()) < FEW_WORDS:
            best = max(best, float(other in one))
        else:
            alike = 1 - normalised_distance(one, other)
            best = max(best, alike if alike >= LEAST else 0.0)
    return best


def counted(text: str, answers: Sequence[Any], rule: str) -> float:
    """A number met, or how near it is where it is a count."""
    if rule != "regression":
        return float(any(str(answer).lower().strip() in text for answer in answers))
    found = re.search(r"\d+", text)
    near = [1 - abs(int(found[0]) - int(answer)) / int(answer) for answer in answers] if found else [0.0]
    return max(share if share > LEAST else 0.0 for share in near)


def spelt_out(text: str, answer: str) -> float:
    """Whether the letters of an answer stand in a text, one after the other in a usual way of listing them."""
    return float(any(between.join(answer) in text for between in BETWEEN_CHOICES))
