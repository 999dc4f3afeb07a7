"""Values that stand beside or below their own label, and nothing else. Knows labels, places, kinds; no fields.

Stricter than the scores that fill schemas: what is itself a label, belongs to another one, or is of another kind is no
value. So a question for what isn't there is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bayou.reading.field_candidates import Candidate
from bayou.reading.field_clues import STREET_WORDS, Clues
from bayou.reading.field_words import Label, tokens
from bayou.reading.printed_dates import find_times

_BELOW = 3.0
"""The widest gap between a label and a text below that is its value, in heights of the taller of both."""
_FAR_BELOW = 4.5
"""And a value that can be told from another text: a date, a number."""
_RIGHT = 15.0
"""And between a label and its value to the right; any where nothing else stands on the row."""
_RIGHT_AT_ONCE = 3.0
"""So near at its right a value is taken before one below."""
_ASIDE = 4.0
"""How far a value may begin to the right of its label above, in heights."""
_LABELS_OF_A_FORM = 3
"""With so many labels a page is one of labels and values: there a value may follow its label without a colon."""
_LEAST_UNSIGNED = 3
"""Letters of a label without a colon, before a text."""
_SURE_LABEL = 5
"""Letters of a label that begins a piece and needs no colon to be known for one."""
_LONGEST = 12
"""Words of a value."""
_LETTERS_OF_SHORT = 4
PARTICLES = frozenset("van von de der den da di do dos das del della la le el y e i bin binti ter ten zu af av".split())
"""Small words of names."""
_TEXTS = frozenset({"name", "text", "street", "person", "company", "words"})
"""Kinds whose values look like any text."""
_SIGN = re.compile(r"[\s)*]*[:：=]")
_BETWEEN = re.compile(r"[\s:：=.#*)№-]*")


@dataclass(frozen=True, slots=True)
class _Place:
    """A label that begins a piece of the page."""

    index: int
    end: int
    signed: bool
    whole: bool


def labelled_value(clues: Clues, concept: str, kind: str) -> Candidate | None:
    """The first value of a kind that stands beside a label of a concept; None where there is none."""
    for place in label_places(clues, concept):
        for index, start in _beside(clues, concept, place, kind):
            found = _fitting(clues, index, start, kind)
            if found is not None:
                return found
    return None


def label_places(clues: Clues, concept: str) -> Iterator[_Place]:
    """Where a concept's labels begin a piece, from the top."""
    for index, labels in enumerate(clues.labels):
        for label in labels:
            if label.concept == concept and (place := _begins(clues, index, label)) is not None:
                yield place


def _begins(clues: Clues, index: int, label: Label) -> _Place | None:
    text = clues.layout.pieces[index].text
    if any(c.isalnum() for c in text[: label.start]):
        return None
    rest = text[label.end :]
    signed = _SIGN.match(rest) is not None
    whole = not any(c.isalnum() for c in re.sub(r"\([^)]*\)", "", rest))
    return _Place(index, label.end, signed, whole)


def is_label(clues: Clues, index: int, own: str = "") -> bool:
    """Whether a piece is a label, or begins with one; not one of ``own`` that a text goes on behind."""
    for label in clues.labels[index]:
        place = _begins(clues, index, label)
        if place is None:
            continue
        goes_on = not place.whole and not place.signed
        if not goes_on or (label.concept != own and label.end - label.start >= _SURE_LABEL):
            return True
    return False


def is_clear_label(clues: Clues, index: int) -> bool:
    """Whether a piece is a label and nothing else, or begins with one and a colon."""
    places = (_begins(clues, index, label) for label in clues.labels[index])
    return any(place is not None and (place.whole or place.signed) for place in places)


def labels_on(clues: Clues) -> int:
    """How many pieces are labels or begin with one."""
    return sum(is_label(clues, index) for index in range(len(clues.labels)))


def _beside(clues: Clues, concept: str, place: _Place, kind: str) -> Iterator[tuple[int, int]]:
    """Pieces that may hold a label's value, and from which letter: behind it, at its right, below it."""
    layout, index = clues.layout, place.index
    piece = layout.pieces[index]
    if not place.whole:
        rest = _BETWEEN.match(piece.text, place.end)
        start = rest.end() if rest else place.end
        if place.signed or _follows_unsigned(clues, place, start, kind):
            yield index, start
        return
    row = [i for i, one in enumerate(layout.pieces) if one.page == piece.page and one.row == piece.row]
    right = next((i for i, left in enumerate(layout.left) if left == index and not is_label(clues, i, concept)), None)
    below = _under(clues, index, concept, _BELOW if kind in _TEXTS else _FAR_BELOW)
    gap = (layout.pieces[right].box.left - piece.box.right) / piece.box.height if right is not None else 0.0
    near = right is not None and (gap <= _RIGHT or len(row) == 2)
    if near and right is not None and (gap <= _RIGHT_AT_ONCE or below is None):
        yield right, 0
        return
    if below is not None:
        yield below, 0
    if near and right is not None:
        yield right, 0


def _follows_unsigned(clues: Clues, place: _Place, start: int, kind: str) -> bool:
    text = clues.layout.pieces[place.index].text
    if kind not in _TEXTS:
        return True
    if kind == "street":
        return labels_on(clues) >= _LABELS_OF_A_FORM
    follows = text[start : start + 1]
    label = text[: place.end].strip()
    plain = len(label) > _LEAST_UNSIGNED and (follows.isupper() or follows.isdigit())
    return plain and len(tokens(text)) <= _LONGEST and labels_on(clues) >= _LABELS_OF_A_FORM


def _under(clues: Clues, index: int, concept: str, room: float) -> int | None:
    """The piece below a label that is no label; None where it is too far, or stands in another column.

    A value may begin to the right of its label's end; then no other piece of the label's row stands over it.
    """
    pieces = clues.layout.pieces
    one = pieces[index]
    label = one.box
    best: int | None = None
    for i, piece in enumerate(pieces):
        box = piece.box
        tall = max(box.height, label.height)
        lower = piece.page == one.page and piece.row > one.row and box.bottom > label.bottom
        near = lower and box.top - label.bottom <= room * tall
        lined = -2 * tall <= box.left - label.left <= _ASIDE * tall
        lined |= abs(box.right - label.right) <= tall or abs(box.center[0] - label.center[0]) <= tall
        if not near or not lined or (best is not None and pieces[best].box.top <= box.top):
            continue
        row = (other.box.left for other in pieces if other.page == one.page and other.row == one.row)
        if not any(label.right < left <= box.left + tall / 2 for left in row):
            best = i
    return None if best is None or is_label(clues, best, concept) else best


def _fitting(clues: Clues, index: int, start: int, kind: str) -> Candidate | None:
    text = clues.layout.pieces[index].text
    end = len(text.rstrip(" ,;|"))
    later = [label.start for label in clues.labels[index] if label.start > start and _SIGN.match(text, label.end)]
    end = len(text[: min([end, *later])].rstrip(" ,;|"))
    found = _FORMS[kind](clues, index, start, end)
    if found is None:
        return None
    first, last = found
    printed = text[first:last]
    return Candidate(printed, printed, ((index, first, last),)) if printed else None


Span = tuple[int, int]
Form = Callable[[Clues, int, int, int], Span | None]


def _text(clues: Clues, index: int, start: int, end: int) -> Span | None:
    text = clues.layout.pieces[index].text[start:end]
    plain = 0 < len(text.split()) <= _LONGEST and any(c.isalnum() for c in text)
    return (start, end) if plain and text[-1] not in "?:" else None


def _name(clues: Clues, index: int, start: int, end: int) -> Span | None:
    """Words that begin with a capital, or as some names do: "van", "bin"."""
    text = clues.layout.pieces[index].text[start:end]
    begins = text[:1].isalpha() and (not text[:1].islower() or text.split()[0] in PARTICLES)
    return _text(clues, index, start, end) if begins else None


def _street(clues: Clues, index: int, start: int, end: int) -> Span | None:
    text = clues.layout.pieces[index].text[start:end]
    known = any(c.isdigit() for c in text) or any(word in STREET_WORDS for word, _, _ in tokens(text))
    named = any(c.isalpha() for c in text) and "@" not in text
    return _text(clues, index, start, end) if known and named else None


def _code(clues: Clues, index: int, start: int, end: int) -> Span | None:
    text = clues.layout.pieces[index].text[start:end]
    dated = any(one.start < end and one.end > start for one in clues.dates[index])
    fits = any(c.isdigit() for c in text) and len(text) <= 24 and not dated and "@" not in text
    return _text(clues, index, start, end) if fits else None


def _short(clues: Clues, index: int, start: int, end: int) -> Span | None:
    """A number, a letter, both: "4", "B", "12A"."""
    text = clues.layout.pieces[index].text[start:end]
    fits = len(text) <= _LETTERS_OF_SHORT and (any(c.isdigit() for c in text) or text.isupper())
    return _text(clues, index, start, end) if fits else None


def _postcode(clues: Clues, index: int, start: int, end: int) -> Span | None:
    text = clues.layout.pieces[index].text[start:end]
    fits = re.fullmatch(r"(?:[A-Z]{1,2}-)?(?=[\w -]*\d)[A-Z0-9]{2,6}(?:[ -][A-Z0-9]{1,4})?", text) is not None
    return (start, end) if fits and sum(c.isdigit() for c in text) <= 9 else None


def _numbers(clues: Clues, index: int, start: int, end: int) -> Span | None:
    text = clues.layout.pieces[index].text[start:end]
    return _text(clues, index, start, end) if any(c.isdigit() for c in text) else None


def _time(clues: Clues, index: int, start: int, end: int) -> Span | None:
    found = [(first, last) for first, last, _ in find_times(clues.layout.pieces[index].text)]
    return next(((first, last) for first, last in found if start <= first and last <= end), None)


def _date(clues: Clues, index: int, start: int, end: int) -> Span | None:
    return next(((one.start, one.end) for one in clues.dates[index] if start <= one.start and one.end <= end), None)


def _amount(clues: Clues, index: int, start: int, end: int) -> Span | None:
    """Money: with a currency, or with cents."""
    found = [one for one in clues.amounts[index] if one.currency or one.places == 2]
    return next(((one.start, one.end) for one in found if start <= one.start and one.end <= end), None)


_FORMS: Mapping[str, Form] = {
    "text": _text,
    "name": _name,
    "person": _name,
    "company": _name,
    "words": _text,
    "street": _street,
    "code": _code,
    "identifier": _code,
    "short": _short,
    "postcode": _postcode,
    "numbers": _numbers,
    "time": _time,
    "date": _date,
    "amount": _amount,
}
KINDS = frozenset(_FORMS)
"""Kinds of values that can be told."""


_NAMED = {
    "date": "date", "time": "time", "number": "code", "no": "code", "id": "code", "code": "code", "reference": "code",
    "price": "amount", "fee": "amount", "amount": "amount", "cost": "amount",
}  # fmt: skip


def kind_of(name: str) -> str:
    """Of what kind the value of a field is that is known by its name alone: by the last word."""
    words = [word for word, _, _ in tokens(name)]
    return _NAMED.get(words[-1], "text") if words else "text"
