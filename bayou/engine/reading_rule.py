"""Which token comes next, given the decoder's logits and a draft. Knows numbers alone; no runtime, cache or text.

The draft's say is its *expected* token. Let y be the text so far and d the draft: the prefix of d that is nearest to y
in edit distance ends where the draft now stands, and the token after it is expected (a stop token after the last).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bayou.engine.guide import Guide, guided
from bayou.engine.request import ReadingRule, Token
from bayou.engine.runtime import FloatArray

_SPACES_LOOKED_AT = 30


def first_row(draft_length: int) -> NDArray[np.int64]:
    """Edit distances of the empty text from the draft's prefixes of length 0, 1, ..., ``draft_length``."""
    return np.arange(draft_length + 1)


def next_row(row: NDArray[np.int64], draft: NDArray[np.int64], token: int) -> NDArray[np.int64]:
    """The distances after the text has grown by ``token``: row[j] = distance of the text from draft[:j]."""
    replaced_or_dropped = np.minimum(row[1:] + 1, row[:-1] + (draft != token))
    # new[j] = min(above, new[j - 1] + 1): a running minimum once each place is measured from its own j.
    offsets = np.arange(len(row))
    candidates = np.concatenate(([row[0] + 1], replaced_or_dropped)) - offsets
    return np.minimum.accumulate(candidates) + offsets


def aligned_length(row: NDArray[np.int64], text_length: int) -> int:
    """How much of the draft the text stands for: smallest distance, then nearest to the text's length, then longer."""
    nearest = np.flatnonzero(row == row.min())
    return int(min(nearest, key=lambda j: (abs(int(j) - text_length), -int(j))))


class Alignment:
    """Where in its draft a growing text stands; ``next_row`` and ``aligned_length``, one token at a time."""

    def __init__(self, draft: Sequence[int], stop_id: int) -> None:
        self._draft = tuple(draft)
        self._ids = np.asarray(self._draft, dtype=np.int64)
        self._stop_id = stop_id
        self._length = 0
        self._row: NDArray[np.int64] | None = None  # None: the text is the draft's own prefix
        self.place = 0

    @property
    def expected(self) -> int:
        return self._draft[self.place] if self.place < len(self._draft) else self._stop_id

    @property
    def rest(self) -> tuple[int, ...]:
        """The draft from the expected token on."""
        return self._draft[self.place :]

    def push(self, token: int) -> None:
        """The text has grown by ``token``."""
        if self._row is None and self._length < len(self._draft) and self._draft[self._length] == token:
            self._length += 1
            self.place = self._length
            return
        if self._row is None:  # a prefix's distance from another prefix is the difference of their lengths
            self._row = np.abs(np.arange(len(self._draft) + 1) - self._length)
        self._length += 1
        self._row = next_row(self._row, self._ids, token)
        self.place = aligned_length(self._row, self._length)


class Follower(Protocol):
    """Where in its draft a growing text stands."""

    @property
    def expected(self) -> int:
        """The token that the draft leads to expect, a stop token after its end."""

    @property
    def rest(self) -> tuple[int, ...]:
        """What of the draft is worth proposing as the coming tokens."""

    def push(self, token: int) -> None:
        """The text has grown by ``token``."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What N positions say, reduced once: logits [N, V]; best id, its probability and log sum of exp, each [N]."""

    logits: FloatArray
    best: NDArray[np.int64]
    best_probability: NDArray[np.float64]
    log_sum: NDArray[np.float64]

    @classmethod
    def of(cls, logits: FloatArray) -> Choices:
        best = logits.argmax(axis=-1)
        top = np.take_along_axis(logits, best[:, None], axis=-1)
        log_sum = np.log(np.exp(logits - top, dtype=np.float32).sum(axis=-1, dtype=np.float64))
        return cls(logits, best, np.exp(-log_sum), log_sum + top[:, 0])

    def choose(self, index: int, expected: int, rule: ReadingRule, last: int = -1) -> Token:
        """The token that follows position ``index`` by ``rule``.

        Args:
            last: The text's last token, once two have been written; else -1.
        """
        best, probability = int(self.best[index]), float(self.best_probability[index])
        if best == last and best in rule.spaces:
            best = self._other_than_spaces(index, rule.spaces)
            probability = self._probability(index, best)
        if best == expected or probability >= rule.threshold or expected == rule.unknown_id:
            return Token(best, probability, best, probability, expected)
        return Token(expected, self._probability(index, expected), best, probability, expected)

    def choose_guided(self, index: int, expected: int, rule: ReadingRule, guide: Guide) -> Token:
        """The likeliest token that ``guide`` allows after position ``index``, or the one that it forces."""
        if guide.forced:
            return forced_token(guide.forced[0], expected)
        return Choices.of(guided(self.logits[index : index + 1], guide.allowed())).choose(0, expected, rule)

    def _probability(self, index: int, token: int) -> float:
        return float(np.exp(np.float64(self.logits[index, token]) - self.log_sum[index]))

    def _other_than_spaces(self, index: int, spaces: frozenset[int]) -> int:
        """The likeliest token that is no white space; where the 30 likeliest are, the one after them."""
        ranked = np.argsort(-self.logits[index], kind="stable")[: _SPACES_LOOKED_AT + 1].tolist()
        return next((token for token in ranked[:-1] if token not in spaces), ranked[-1])


def forced_token(token: int, expected: int) -> Token:
    """A token without a choice."""
    return Token(token, 1.0, token, 1.0, expected)
