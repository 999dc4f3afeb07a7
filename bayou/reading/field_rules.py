"""Scores of candidates by hand-made rules: what nobody taught, and the baseline that the taught scores are beside.

Knows labels and places; no weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bayou.reading.field_candidates import Candidate
from bayou.reading.field_clues import Clues, continues_name, has_contact, traits
from bayou.reading.field_features import FAMILY, NOWHERE, Announced, announced
from bayou.reading.field_words import concepts

_FAR = 12.0
"""A label further to the left than this, in heights, announces hardly anything."""


_MORE = 0.06
"""What each further line of a name costs."""
_SHORTEST_NAME = 2
"""Letters of a firm's name; fewer are a mark, or the rest of a line."""
_SIGNED = frozenset({"payee", "amount_in_words", "buyer_name"})
"""What its label leads to without a colon: "Pay to Ann Lee"."""


def rule_scores(clues: Clues, kind: str, concept: str, candidates: Sequence[Candidate]) -> NDArray[np.float32]:
    """How well each candidate fits, 0 to 1 [candidates]; above 0.5 it is taken."""
    rule = _RULES.get(concept) or _RULES.get(FAMILY[kind]) or _labelled
    return np.asarray([rule(clues, concept, candidate) for candidate in candidates], np.float32)


def label_score(found: Announced, concept: str, piece_length: int) -> float:
    """How clearly a label announces what follows: 0 (not at all) to 1."""
    own_inline = any(label.concept == concept for label in found.inline)
    if found.inline:
        return (0.95 if found.inline_gap <= 6 else 0.7) if own_inline else 0.0
    if any(label.concept == concept for label in found.left) and found.left_gap < NOWHERE:
        return 0.9 if found.left_gap < _FAR else 0.7
    if found.left:
        return 0.0
    if any(label.concept == concept for label in found.above):
        return 0.75 - 0.05 * max(found.above_gap, 0.0)
    return 0.0


def _labelled(clues: Clues, concept: str, candidate: Candidate) -> float:
    index, start, end = candidate.spans[0]
    text = clues.layout.pieces[index].text
    before = max((label.end for label in clues.labels[index] if label.end <= start), default=0)
    whole = end >= len(text.rstrip(" .,;")) and not any(c.isalnum() for c in text[before:start])
    inside = any(
        start <= label.start < end and label.concept != concept
        for i, _, _ in candidate.spans
        for label in clues.labels[i]
    )
    score = label_score(announced(clues, index, start), concept, len(text))
    unsigned = start > 0 and text[before:start].isspace() and not any(c.isdigit() for c in candidate.printed)
    bare = unsigned and concept not in _SIGNED
    score *= 0.5 if bare else 1.0  # "Payment details" says nothing of the payment
    return score * (1.0 if whole else 0.85) * (0.4 if inside else 1.0) * (0.97 if len(candidate.spans) == 1 else 0.8)


def _amount(clues: Clues, concept: str, candidate: Candidate) -> float:
    index, start, _ = candidate.spans[0]
    score = label_score(announced(clues, index, start), concept, 0)
    one = next(a for a in clues.amounts[index] if start in (a.digits_start, a.start))
    last = clues.amounts[index][-1] is one
    return score * (1.0 if one.places == 2 else 0.75) * (1.0 if last else 0.8)


def _total(clues: Clues, concept: str, candidate: Candidate) -> float:
    """A labelled amount; the lower on the page and the larger, the likelier."""
    index, _, _ = candidate.spans[0]
    piece = clues.layout.pieces[index]
    values = [float(a.value(clues.mark)) for row in clues.amounts for a in row if a.places == 2]
    large = min(float(candidate.value) / max(max(values, default=1.0), 1e-6), 1.0)
    low = piece.box.top / clues.layout.tall[piece.page]
    return 0.8 * _amount(clues, concept, candidate) + 0.15 * large + 0.03 * low


def _date(clues: Clues, concept: str, candidate: Candidate) -> float:
    index, start, _ = candidate.spans[0]
    found = announced(clues, index, start)
    score = label_score(found, concept, 0)
    piece = clues.layout.pieces[index]
    low = piece.box.top / clues.layout.tall[piece.page]
    dated = any(
        kind is not None and kind.kind == "date" for kind in (concepts().get(label.concept) for label in found.first)
    )
    if concept == "date" and not dated:
        score = 0.65
    return score - 0.1 * low


def _time(clues: Clues, concept: str, candidate: Candidate) -> float:
    """A time beside its label, or beside a date."""
    index, start, _ = candidate.spans[0]
    left = clues.layout.left[index]
    dated = bool(clues.dates[index]) or (left >= 0 and bool(clues.dates[left]))
    return max(label_score(announced(clues, index, start), concept, 0), 0.7 * dated)


def _payment(clues: Clues, concept: str, candidate: Candidate) -> float:
    """The word beside an amount."""
    index, _, _ = candidate.spans[0]
    row = clues.layout.pieces[index].row
    beside = any(clues.amounts[i] for i, piece in enumerate(clues.layout.pieces) if piece.row == row)
    return 0.7 if beside else 0.4


def _contact(clues: Clues, concept: str, candidate: Candidate) -> float:
    """A telephone number, mail or web address: with its label, or else the first that no label calls something else."""
    index, start, _ = candidate.spans[0]
    found = announced(clues, index, start)
    score = label_score(found, concept, 0)
    if any(label.concept != concept for label in found.inline or found.left):
        return score
    low = clues.layout.pieces[index].box.top / clues.layout.tall[clues.layout.pieces[index].page]
    return max(score, 0.65 - 0.1 * low)


def _identifier(clues: Clues, concept: str, candidate: Candidate) -> float:
    index, start, end = candidate.spans[0]
    if any(start < d.end and d.start < end for d in clues.dates[index]):
        return 0.0
    if any(start == a.digits_start and (a.places == 2 or a.currency) for a in clues.amounts[index]):
        return 0.0
    return _labelled(clues, concept, candidate) * (0.9 if len(candidate.printed) < 3 else 1.0)


def _seller(clues: Clues, concept: str, candidate: Candidate) -> float:
    """The topmost line that could be a firm's name, rather one with a firm's form."""
    index, start, _ = candidate.spans[0]
    piece = clues.layout.pieces[index]
    own = traits(candidate.printed)
    if any(s <= label.start < e for i, s, e in candidate.spans for label in clues.labels[i]) or start:
        return _labelled(clues, concept, candidate) * 0.8
    rank = sum(other.page == piece.page and other.box.top < piece.box.top for other in clues.layout.pieces)
    first = piece.page == clues.layout.pieces[0].page
    lines = [clues.layout.pieces[i].text[s:e] for i, s, e in candidate.spans]
    more = sum(not continues_name(line) for line in lines[1:])
    # What goes on with a name has its beginning above it.
    bare = 0.5 * (continues_name(lines[0]) or sum(c.isalpha() for c in lines[0]) < _SHORTEST_NAME)
    return 0.62 * first + 0.25 * own[2] - 0.05 * rank - 0.6 * own[3] - 0.3 * own[0] - _MORE * more - bare


def _address(clues: Clues, concept: str, candidate: Candidate) -> float:
    """Lines down to a postcode, near the top for a seller's, under the label of a buyer for theirs."""
    first, last = candidate.spans[0][0], candidate.spans[-1][0]
    pieces = clues.layout.pieces
    rows = [traits(pieces[i].text) for i, _, _ in candidate.spans]
    score = 0.3 + 0.25 * any(row[0] for row in rows) + 0.1 * (rows[0][1] > 0 or rows[0][7] > 0)
    score -= 0.3 * any(row[2] for row in rows) + 0.1 * any(row[15] and not row[1] for row in rows[:1])
    below = clues.layout.below[last]
    score += 0.1 * (below < 0 or has_contact(clues.labels[below]))
    buyer, at = False, first
    for _ in range(3):
        at = clues.layout.above[at]
        if at < 0:
            break
        buyer |= any(label.concept == "buyer_name" for label in clues.labels[at])
    low = pieces[first].box.top / clues.layout.tall[pieces[first].page]
    return score + (0.2 if buyer == (concept == "buyer_address") else -0.3) - 0.2 * low + 0.02 * len(rows)


_RULES: Mapping[str, Callable[[Clues, str, Candidate], float]] = {
    "amount": _amount,
    "total": _total,
    "date": _date,
    "time": _time,
    "payment_method": _payment,
    "identifier": _identifier,
    "phone": _contact,
    "email": _contact,
    "website": _contact,
    "seller_name": _seller,
    "address": _address,
}
