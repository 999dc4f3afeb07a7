"""What speaks for a candidate, in numbers: the labels beside it, its place, its neighbours, sums. Knows no weights."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bayou.reading.field_candidates import Candidate
from bayou.reading.field_clues import TRAITS, Clues, has_contact, traits
from bayou.reading.field_words import Label, concepts
from bayou.reading.printed_amounts import PrintedAmount

FAMILY = {
    "amount": "amount", "date": "date", "time": "date", "identifier": "identifier", "iban": "identifier",
    "phone": "identifier", "email": "identifier", "url": "identifier", "company": "text", "person": "text",
    "text": "text", "words": "text", "payment": "text", "address": "address",
}  # fmt: skip
"""Kinds whose candidates are described alike."""
NOWHERE = 30.0
"""Distance of a label that isn't there, in heights or letters."""
_NEAR_ABOVE = 4.0
"""So many heights over a value its label may stand."""
_ABOVE_FIRST = 3
"""So many lines over the first of an address, or a name, its label may stand."""
_SUM_TOLERANCE = 0.011
_EXPLAINING = re.compile(
    r"\b(?:incl?|inclu[a-z]+|inkl[a-z]*|excl|exclu[a-z]+|exkl[a-z]*)\b\.?\s*(?:of\s+)?$", re.IGNORECASE
)


@cache
def family_concepts(family: str) -> tuple[str, ...]:
    """The concepts that a family tells apart."""
    own = ("address", "text") if family == "address" else (family,)
    return tuple(sorted(name for name, concept in concepts().items() if FAMILY.get(concept.kind) in own))


@dataclass(frozen=True, slots=True)
class Announced:
    """The labels nearest to a text: in its own piece before it, in the piece to its left, in the one above."""

    inline: tuple[Label, ...]
    inline_gap: float
    left: tuple[Label, ...]
    left_gap: float
    above: tuple[Label, ...]
    above_gap: float

    @property
    def first(self) -> tuple[Label, ...]:
        return self.inline or self.left or self.above


def announced(clues: Clues, index: int, start: int) -> Announced:
    """The labels that may announce what begins at a letter of a piece."""
    layout = clues.layout
    piece = layout.pieces[index]
    inline = _last([label for label in clues.labels[index] if label.end <= start], piece.text)
    inline_gap = float(start - inline[0].end) if inline else NOWHERE
    left: tuple[Label, ...] = ()
    left_gap, at = NOWHERE, layout.left[index]
    for _ in range(2):
        if at < 0 or left:
            break
        left = _last(clues.labels[at], layout.pieces[at].text)
        if left:
            left_gap = min(NOWHERE, (piece.box.left - layout.pieces[at].box.right) / max(piece.box.height, 1e-6))
        at = layout.left[at]
    above: tuple[Label, ...] = ()
    above_gap, over = NOWHERE, layout.above[index]
    if over >= 0:
        gap = (piece.box.top - layout.pieces[over].box.bottom) / max(piece.box.height, 1e-6)
        if gap < _NEAR_ABOVE:
            above, above_gap = _last(clues.labels[over], layout.pieces[over].text), gap
    return Announced(inline, inline_gap, left, left_gap, above, above_gap if above else NOWHERE)


def _last(labels: Sequence[Label], text: str) -> tuple[Label, ...]:
    """The last label of a line, with all that it announces; in brackets, or after "incl.", it only explains another."""
    if not labels:
        return ()
    plain = [
        label
        for label in labels
        if text.count("(", 0, label.start) == text.count(")", 0, label.start)
        and not _EXPLAINING.search(text[: label.start])
    ]
    labels = plain or labels
    last = max(labels, key=lambda label: label.end)
    return tuple(label for label in labels if (label.start, label.end) == (last.start, last.end))


def _label_features(found: Announced, concept: str, family: str) -> list[float]:
    values = []
    for labels, gap in ((found.inline, found.inline_gap), (found.left, found.left_gap), (found.above, found.above_gap)):
        own = any(label.concept == concept for label in labels)
        values += [float(own), float(bool(labels) and not own), gap]
    first = found.first
    values.append(float(first[0].words) if first else 0.0)
    values.append(float(any(label.concept == concept for label in first)))
    values += [float(any(label.concept == name for label in first)) for name in family_concepts(family)]
    return values


def _place(clues: Clues, index: int) -> list[float]:
    layout, piece = clues.layout, clues.layout.pieces[index]
    wide, tall = layout.width[piece.page], layout.tall[piece.page]
    same = [p for p in layout.pieces if p.page == piece.page]
    tops = [p.box.top for p in same]
    low, high = min(tops), max(p.box.bottom for p in same)
    return [
        (piece.box.top - low) / max(high - low, 1e-6),
        piece.box.left / wide,
        piece.box.right / wide,
        piece.box.center[0] / wide,
        piece.box.height / max(layout.height[piece.page], 1e-6),
        piece.box.width / wide,
        min(sum(top < piece.box.top for top in tops), 60),
        min(sum(p.box.bottom > piece.box.bottom for p in same), 60),
        piece.box.height / max((p.box.height for p in same), default=1.0),
        wide / max(tall, 1e-6),
    ]


class Features:
    """The features of one document's candidates; what doesn't hang on the concept is worked out once.

    Args:
        clues: What the document holds.
    """

    def __init__(self, clues: Clues) -> None:
        self.clues = clues
        self._shared: dict[str, NDArray[np.float32]] = {}
        self._announced: dict[str, list[Announced]] = {}

    def of(self, kind: str, concept: str, candidates: Sequence[Candidate]) -> NDArray[np.float32]:
        """A row of numbers for each candidate [candidates, features], as the trees of a concept want it.

        Args:
            candidates: All of the document's of this kind.
        """
        if not candidates:
            return np.zeros((0, 0), np.float32)
        family = FAMILY[kind]
        if kind not in self._shared:
            places: dict[int, list[float]] = {}
            rows = []
            for candidate, own in zip(candidates, _SHARED[family](self.clues, candidates), strict=True):
                index = candidate.spans[0][0]
                if index not in places:
                    places[index] = _place(self.clues, index)
                rows.append([*places[index], *own])
            self._shared[kind] = np.asarray(rows, np.float32)
            self._announced[kind] = [announced(self.clues, *candidate.spans[0][:2]) for candidate in candidates]
        labels = [_label_features(found, concept, family) for found in self._announced[kind]]
        return np.concatenate([np.asarray(labels, np.float32), self._shared[kind]], axis=1)


def _amount_features(clues: Clues, candidates: Sequence[Candidate]) -> Iterator[list[float]]:
    values = [abs(float(c.value)) for c in candidates]
    money = [v for v, c in zip(values, candidates, strict=True) if _printed_amount(clues, c).places == 2]
    counts = Counter(round(v, 2) for v in values)
    largest, ranked = max(money, default=0.0), sorted(set(money), reverse=True)
    sums = _sums(ranked[:14])
    for candidate, value in zip(candidates, values, strict=True):
        one = _printed_amount(clues, candidate)
        index, _, _ = candidate.spans[0]
        others = clues.amounts[index]
        rounded = round(value, 2)
        yield [
            float(one.places == 2),
            float(one.places),
            float(bool(one.currency)),
            float(one.negative),
            math.log1p(min(value, 1e9)),
            float(abs(value - largest) < _SUM_TOLERANCE),
            float(ranked.index(value)) if value in ranked else 20.0,
            float(counts[rounded]),
            float(len(money)),
            float(rounded in sums[0]),
            float(rounded in sums[1]),
            float(value == 0),
            float(len(others)),
            float(others.index(one)),
            float(clues.layout.left[index] >= 0),
            float(len(one.number)),
        ]


def _sums(values: list[float]) -> tuple[set[float], set[float]]:
    """Those that are the sum of two others, and those that are a part of such a sum."""
    cents = {round(v * 100) for v in values if v}
    whole, parts = set(), set()
    for a in cents:
        for b in cents:
            if a < b and a + b in cents:
                whole.add((a + b) / 100)
                parts |= {a / 100, b / 100}
    return whole, parts


def _printed_amount(clues: Clues, candidate: Candidate) -> PrintedAmount:
    index, start, end = candidate.spans[0]
    return next(a for a in clues.amounts[index] if start in (a.digits_start, a.start) and end in (a.digits_end, a.end))


def _date_features(clues: Clues, candidates: Sequence[Candidate]) -> Iterator[list[float]]:
    counts = Counter(c.value for c in candidates)
    ordered = sorted({str(c.value) for c in candidates})
    for number, candidate in enumerate(candidates):
        index, start, end = candidate.spans[0]
        text = clues.layout.pieces[index].text
        yield [
            float(number),
            float(len(candidates)),
            float(counts[candidate.value]),
            float(ordered.index(str(candidate.value))),
            float(len(ordered)),
            float(":" in text[end:]),
            float(end - start),
            float(len(text) - (end - start)),
            float(any(c.isalpha() for c in candidate.printed)),
        ]


def _identifier_features(clues: Clues, candidates: Sequence[Candidate]) -> Iterator[list[float]]:
    counts = Counter(c.value for c in candidates)
    for candidate in candidates:
        index, start, end = candidate.spans[0]
        piece, text = clues.layout.pieces[index].text, candidate.printed
        digits = sum(c.isdigit() for c in text)
        inside = any(label.start < end and label.end > start for label in clues.labels[index])
        yield [
            float(len(text)),
            float(digits),
            digits / max(len(text), 1),
            float(sum(c.isupper() for c in text)),
            float("-" in text),
            float("/" in text),
            float(text.count(" ")),
            float(any(start < d.end and d.start < end for d in clues.dates[index])),
            float(any(start == a.digits_start and a.places == 2 for a in clues.amounts[index])),
            float(end == len(piece.rstrip())),
            float(start == 0),
            float(inside),
            float(counts[candidate.value]),
            traits(text)[11],
            float(text[:1].isalpha()),
            float(any(c.islower() for c in text)),
        ]


def _text_features(clues: Clues, candidates: Sequence[Candidate]) -> Iterator[list[float]]:
    counts = Counter(c.printed.casefold() for c in candidates)
    whole = " ".join(p.text for p in clues.layout.pieces).casefold()
    for candidate in candidates:
        index, start, _ = candidate.spans[0]
        last = candidate.spans[-1][0]
        below = clues.layout.below[last]
        inside = [label for i, s, e in candidate.spans for label in clues.labels[i] if s <= label.start < e]
        word = "".join(c for c in candidate.printed.split(" ")[0].casefold() if c.isalnum())
        yield [
            *traits(candidate.printed),
            *(traits(clues.layout.pieces[below].text) if below >= 0 else [0.0] * TRAITS),
            float(below >= 0),
            _taller(clues, last, below),
            float(has_contact(clues.labels[below])) if below >= 0 else 0.0,
            float(len(candidate.spans)),
            float(start == 0),
            float(len(inside)),
            float(sum(label.end - label.start for label in inside)) / max(len(candidate.printed), 1),
            float(counts[candidate.printed.casefold()]),
            float(len(word) > 3 and any(f"{at}{word}" in whole for at in ("@", "www.", "facebook.com/"))),
            *_over(clues, index),
            float(bool(clues.dates[index])),
            float(bool(clues.amounts[index])),
        ]


def _taller(clues: Clues, index: int, below: int) -> float:
    if below < 0:
        return 1.0
    pieces = clues.layout.pieces
    return pieces[index].box.height / max(pieces[below].box.height, 1e-6)


def _over(clues: Clues, index: int) -> list[float]:
    """What stands on the lines above: labels of parties, a firm's form, a title."""
    values = [0.0] * 6
    at = index
    for step in range(_ABOVE_FIRST):
        at = clues.layout.above[at]
        if at < 0:
            break
        names = {label.concept for label in clues.labels[at]}
        for place, name in enumerate(("buyer_name", "seller_name", "invoice_number", "payee")):
            values[place] = max(values[place], (_ABOVE_FIRST - step) * float(name in names))
        if step == 0:
            values[4:] = [traits(clues.layout.pieces[at].text)[2], traits(clues.layout.pieces[at].text)[13]]
    return values


def _address_features(clues: Clues, candidates: Sequence[Candidate]) -> Iterator[list[float]]:
    pieces = clues.layout.pieces
    for candidate in candidates:
        rows = [traits(pieces[i].text[s:e]) for i, s, e in candidate.spans]
        first, last = candidate.spans[0][0], candidate.spans[-1][0]
        below, above = clues.layout.below[last], clues.layout.above[first]
        yield [
            float(len(rows)),
            *rows[0],
            *rows[-1],
            *np.mean(rows, axis=0).tolist(),
            *np.max(rows, axis=0)[[0, 1, 2, 11, 12, 13]].tolist(),
            *(traits(pieces[below].text) if below >= 0 else [0.0] * TRAITS),
            float(has_contact(clues.labels[below])) if below >= 0 else -1.0,
            _taller(clues, last, below),
            _taller(clues, first, last),
            *(traits(pieces[above].text) if above >= 0 else [0.0] * TRAITS),
            *_over(clues, first),
            _gap(clues, above, first),
            float(sum(len(clues.labels[i]) for i, _, _ in candidate.spans)),
            float(len(candidate.printed)),
        ]


def _gap(clues: Clues, above: int, first: int) -> float:
    if above < 0:
        return NOWHERE
    pieces = clues.layout.pieces
    return (pieces[first].box.top - pieces[above].box.bottom) / max(pieces[first].box.height, 1e-6)


_SHARED = {
    "amount": _amount_features,
    "date": _date_features,
    "identifier": _identifier_features,
    "text": _text_features,
    "address": _address_features,
}
