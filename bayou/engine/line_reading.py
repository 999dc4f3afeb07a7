"""nano's reading of one line: its text, what both readers thought of it, where each character stands. Knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bayou.engine.request import ReadingRule, Token
from bayou.engine.runtime import Draft, FloatArray
from bayou.inputs.characters import EOS_ID, UNK_ID

COLUMN_PIXELS = 8
EXTRA_TOKENS = 16
NEVER = 2.0
"""A threshold that no probability reaches: the draft always stands."""


@dataclass(frozen=True, slots=True)
class Look:
    """What another view of the line was read as, and how sure that is (``bayou.engine.line_confidence.certainty``)."""

    text: str
    certainty: float


@dataclass(frozen=True, eq=False, slots=True)
class LineReading:
    """What nano reads in one line.

    Attributes:
        text: "model": as the decoder writes it; "draft": as the tower's head spells it, for a script the decoder lacks.
        source: Which of the two.
        token_ids: The decoder's, the stop token included; () for a draft.
        draft: The head's own reading, always there.
        tokens: Each token with both readers' opinion of it; () for a draft.
        probabilities: float32; the decoder's of each token (stop token included), or the head's of each character.
        spans: float32 [len(text), 2]: where the head saw each character, as fractions of the crop's width. A span is
            the narrow part that the head was sure of; characters that only the decoder saw share the gap between
            their neighbours.
        passes: Passes through the decoder for it, all looks together; 0 for a draft.
        looks: Of a doubtful line, what the other views were read as (``bayou.engine.second_looks``).
    """

    text: str
    source: Literal["model", "draft"]
    token_ids: tuple[int, ...]
    draft: Draft
    tokens: tuple[Token, ...]
    probabilities: FloatArray
    spans: FloatArray
    passes: int
    looks: tuple[Look, ...] = ()

    @property
    def agreed(self) -> bool:
        """Whether the decoder's likeliest tokens are the draft, to the end."""
        return self.source == "model" and all(token.best_id == token.expected_id for token in self.tokens)

    @property
    def surest_disagreement(self) -> float:
        """The decoder's highest probability of a token that the draft did not lead to expect; 0 where they agree."""
        doubts = (token.best_probability for token in self.tokens if token.best_id != token.expected_id)
        return max(doubts, default=0.0)


def line_rule(threshold: float, draft: Draft) -> ReadingRule:
    """nano's rule for choosing between decoder and draft; where the tower sees no character, none is written."""
    return ReadingRule((EOS_ID,), threshold if draft.ids else NEVER, UNK_ID)


def most_tokens(draft: Draft) -> int:
    """How long a line may get: twice its draft and some more."""
    return 2 * len(draft.ids) + EXTRA_TOKENS


def matched(text: Sequence[object], draft: Sequence[object]) -> list[int]:
    """For each token of the text the place of its partner in the draft, -1 for one without, by least edits.

    A replaced token is its replacement's partner. Of equally short ways the one that replaces is taken, then the one
    that leaves a token of the text alone, from the end.
    """
    head = 0
    while head < min(len(text), len(draft)) and text[head] == draft[head]:
        head += 1
    tail = 0
    while tail < min(len(text), len(draft)) - head and text[-1 - tail] == draft[-1 - tail]:
        tail += 1
    inner = _matched(text[head : len(text) - tail], draft[head : len(draft) - tail])
    end = len(draft) - tail
    return [*range(head), *(place if place < 0 else head + place for place in inner), *range(end, len(draft))]


def edits(text: Sequence[object], draft: Sequence[object]) -> int:
    """The fewest replacements, deletions and insertions between two texts."""
    partners = matched(text, draft)
    replaced = sum(token != draft[place] for token, place in zip(text, partners, strict=True) if place >= 0)
    kept = sum(place >= 0 for place in partners)
    return replaced + len(text) + len(draft) - 2 * kept


def _matched(text: Sequence[object], draft: Sequence[object]) -> list[int]:
    costs = np.zeros((len(text) + 1, len(draft) + 1), dtype=np.int64)
    costs[:, 0], costs[0] = np.arange(len(text) + 1), np.arange(len(draft) + 1)
    for i, token in enumerate(text, start=1):
        for j, other in enumerate(draft, start=1):
            costs[i, j] = min(costs[i - 1, j - 1] + (token != other), costs[i - 1, j] + 1, costs[i, j - 1] + 1)
    places, i, j = [-1] * len(text), len(text), len(draft)
    while i and j:
        if costs[i, j] == costs[i - 1, j - 1] + (text[i - 1] != draft[j - 1]):
            i, j = i - 1, j - 1
            places[i] = j
        elif costs[i, j] == costs[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return places


def text_spans(ids: Sequence[int], draft: Draft, scaled_width: int) -> FloatArray:
    """Where each character of a text stands, float32 [n, 2], fractions of the line's width.

    Args:
        ids: The text's tokens, without the stop token.
        scaled_width: The line's width in pixels as the tower saw it, without padding.
    """
    columns = _column_spans(ids, draft)
    fractions: FloatArray = np.clip(columns * np.float32(COLUMN_PIXELS / scaled_width), 0, 1)
    return fractions


def _column_spans(ids: Sequence[int], draft: Draft) -> FloatArray:
    """In columns; characters without a partner share the gap they stand in."""
    places = matched(ids, draft.ids)
    spans = np.zeros((len(ids), 2), dtype=np.float32)
    partners = np.array(places, dtype=np.int64)
    spans[partners >= 0] = draft.spans[partners[partners >= 0]]
    i = 0
    while i < len(places):
        first = i
        while i < len(places) and places[i] < 0:
            i += 1
        if i > first:
            start = spans[first - 1, 1] if first else 0
            end = spans[i, 0] if i < len(places) else draft.columns
            edges = np.linspace(start, end, i - first + 1)
            spans[first:i] = np.stack((edges[:-1], edges[1:]), axis=1)
        i += 1
    return spans
