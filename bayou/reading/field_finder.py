"""Which candidate is a field's value. Knows concepts, candidates and their scores; not schemas or records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.reading.field_candidates import FINDERS, Candidate, reading_confidence
from bayou.reading.field_clues import Clues
from bayou.reading.field_features import FAMILY, Features
from bayou.reading.field_rules import rule_scores
from bayou.reading.field_scores import Trees, learnt
from bayou.reading.field_words import concepts

LEAST_BY_RULES = 0.5
DOUBTFUL, CLEAR = 0.6, 0.85
"""What the trees say below the one gives way to what the rules say above the other."""
CENT, COIN = 0.01, 0.05
"""What is counted in, and what is paid in where there are no cents."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was chosen: ``confidence`` is that it is the right one and was read rightly."""

    candidate: Candidate
    confidence: float


def described(features: Features, kind: str, concept: str, candidates: Sequence[Candidate]) -> NDArray[np.float32]:
    """What the trees of a concept see of each candidate [candidates, features]: its features and the rules' score."""
    scores = rule_scores(features.clues, kind, concept, candidates)
    return np.column_stack([features.of(kind, concept, candidates), scores])


class FieldFinder:
    """Finds fields in one document.

    Args:
        clues: What the document holds.
        taught: The trees of the concepts that were taught; {} for rules alone, None for bayou's own.
    """

    def __init__(self, clues: Clues, taught: Mapping[str, Trees] | None = None) -> None:
        self.clues = clues
        self._taught = learnt() if taught is None else taught
        self._candidates: dict[str, list[Candidate]] = {}
        self._features = Features(clues)

    def candidates(self, kind: str) -> list[Candidate]:
        """All of a kind."""
        if kind not in self._candidates:
            self._candidates[kind] = list(FINDERS[kind](self.clues))
        return self._candidates[kind]

    def find(self, concept: str, kind: str | None = None) -> Found | None:
        """The likeliest value; None where none is likely enough.

        Args:
            concept: A known one, or the name under which the clues' labels announce it.
            kind: Of its values, where it isn't the concept's own.
        """
        known = concepts().get(concept)
        kind = kind or (known.kind if known else "text")
        found = self.candidates(kind)
        if not found:
            return None
        scores, least = self._scores(concept, kind, found)
        best = int(np.argmax(scores))
        if scores[best] < least:
            return None
        if concept == "total":
            best = self._rounded(found, scores, best)
        if concept == "buyer_address":
            best = self._from_the_name_on(found, best)
        return Found(found[best], self._confidence(found[best], float(scores[best])))

    def _rounded(self, found: Sequence[Candidate], scores: NDArray[np.float32], best: int) -> int:
        """The total as it was rounded to coins, where the page also prints by how much."""
        value, by = float(found[best].value), self.find("rounding")
        off = abs(float(by.candidate.value)) if by is not None else 0.0
        if not 0 < off <= COIN:
            return best
        after = [
            number
            for number, one in enumerate(found)
            if abs(abs(float(one.value) - value) - off) < CENT / 2 and _in_coins(float(one.value))
        ]
        return best if _in_coins(value) or not after else max(after, key=lambda number: scores[number])

    def _from_the_name_on(self, found: Sequence[Candidate], best: int) -> int:
        """The address with the line between the buyer's name and it: a house, a department; no number, no label."""
        name, layout = self.find("buyer_name"), self.clues.layout
        if name is None:
            return best
        last, end = name.candidate.spans[-1][0], found[best].spans[-1]
        for number, one in enumerate(found):
            first = one.spans[0][0]
            between = len(one.spans) - len(found[best].spans)
            plain = not self.clues.labels[first] and not any(letter.isdigit() for letter in layout.pieces[first].text)
            if between == 1 and one.spans[-1] == end and layout.above[first] == last and plain:
                return number
        return best

    def _scores(self, concept: str, kind: str, found: Sequence[Candidate]) -> tuple[NDArray[np.float32], float]:
        trees = self._taught.get(concept)
        if trees is None or concepts()[concept].kind != kind:
            return rule_scores(self.clues, kind, concept, found), LEAST_BY_RULES
        seen = described(self._features, kind, concept, found)
        chances, ruled = trees.probabilities(seen), seen[:, -1]
        # A clear label beats a doubtful guess; and any, where the value is a number of something.
        if ruled.max() >= CLEAR and (chances.max() < DOUBTFUL or FAMILY[kind] == "identifier"):
            return ruled, LEAST_BY_RULES
        return chances, trees.least

    def _confidence(self, candidate: Candidate, score: float) -> float:
        read = reading_confidence(self.clues, candidate.spans)
        return round(min(1.0, max(0.0, score)) * (1.0 if read is None else read), 3)


def _in_coins(value: float) -> bool:
    return abs(value / COIN - round(value / COIN)) < CENT
