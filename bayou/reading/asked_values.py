"""Values of fields that questions ask for: beside their labels, or where letters, forms and tickets have them.

Knows clues and fields; not questions or answers. What stands at no such place is not found, rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bayou.reading.asked_fields import PREFIX, AskedField, asked_fields
from bayou.reading.field_candidates import FINDERS, Candidate
from bayou.reading.field_clues import Clues, phones
from bayou.reading.field_features import announced
from bayou.reading.field_words import concepts, tokens
from bayou.reading.labelled_values import KINDS, is_label, label_places, labelled_value, labels_on
from bayou.reading.letter_parts import Letter, is_name, letter_of, whole_lines

_LABELS_OF_A_TICKET = 3
_LABELS_OF_A_FORM = 5
_HEAD = 0.2
"""The part of a form's height in which its number stands."""
_LARGEST = 1.2
"""What is printed largest on a ticket, in heights of its usual line."""
_SIGNED_BELOW = 3.0
"""The widest gap between a date and its label below, and that and the signature's height, in heights."""
_RUNNING_TEXT = 6
"""So many words in small letters, and a date among them is one that a text tells of."""
_NO_EVENT = frozenset("ticket tickets e admit admission entrance one boarding pass card reservation rail train".split())
_SUMS = frozenset({"subtotal", "discount", "shipping", "tax_amount", "cash", "change"})
_NAMED_SUMS = _SUMS | {"total"}
"""What the labels of bills tell apart; a total goes by many names."""
_FAR_LEFT = 10.0
"""A label further to the left than this, in heights, stands on another part of the ticket."""
_LABELLED = frozenset({"memo"})
_ENTRIES = frozenset({"last_name", "first_name", "nationality", "sex", "date_of_birth", "customer_number"})
"""What is entered beside its label on a form; cards have some of it at other places."""
_MONEY = 3
"""So many amounts with cents or a currency, and a bare number is a count."""
_JOURNEY = re.compile(r"\s+(?:[-–—→>]+|to|nach|vers|hacia|naar|do|till|para)\s+")
_FORM_NUMBER = re.compile(
    r"(?:(?:form|formular|vordruck|formulaire|formulario|modulo|modello|formulier|formularz|blankett|formulário|"
    r"cerfa|no|nr|n°|nº|№)\W{0,3}){0,2}(?=[\w/.-]*\d)[A-Z0-9][A-Z0-9]*(?:[-/.][A-Z0-9]+)*",
    re.IGNORECASE,
)
_LONGEST_FORM_NUMBER = 20


def asked_value(clues: Clues, field: AskedField) -> Candidate | None:
    """What a page says of a field; None where it doesn't.

    Args:
        clues: Found with ``every_label``.
    """
    at_its_place = _PLACES.get(field.name)
    labelled = labelled_value(clues, PREFIX + field.name, field.kind)
    if labelled is not None or at_its_place is None:
        return labelled
    return at_its_place(clues)


def known_value(clues: Clues, concept: str) -> Candidate | None:
    """A known concept's value beside its label; None where it isn't there, or of a kind that can't be told so."""
    kind = concepts()[concept].kind
    if kind == "iban":  # it is told by its form; of several none is the page's own
        found = {one.printed: one for one in FINDERS[kind](clues)}
        return next(iter(found.values())) if len(found) == 1 else None
    return labelled_value(clues, concept, kind) if kind in KINDS else None


def guess_or_labelled(clues: Clues, concept: str, guess: Candidate | None) -> Candidate | None:
    """A known concept's value: the guess, unless the page tells it to be something else; else what its label tells.

    Args:
        guess: What was taken for it by all that is known of bills and cards.
    """
    if concept == "date":
        return _document_date(clues, guess)
    if guess is None or _is_another_date(clues, concept, guess) or _is_unlabelled(clues, concept, guess):
        return known_value(clues, concept)
    if _is_another_amount(clues, concept, guess):
        return None
    return _without_amount(clues, guess) if concept == "payee" else guess


def _without_amount(clues: Clues, guess: Candidate) -> Candidate:
    """A payee without the amount that stands behind them on one line of a cheque."""
    index, start, end = guess.spans[-1]
    behind = next((one.start for one in clues.amounts[index] if one.currency and one.start > start), end)
    text = clues.layout.pieces[index].text
    last = start + len(text[start : min(behind, end)].rstrip())
    if last == end or len(guess.spans) > 1:
        return guess
    return Candidate(text[start:last], text[start:last], ((index, start, last),))


def _document_date(clues: Clues, guess: Candidate | None) -> Candidate | None:
    """The date of a page itself: beside its label, or a letter's, or the guess where that is no other date."""
    letter = letter_of(clues)
    if letter is not None:
        return known_value(clues, "date") or letter.date()
    if guess is not None and not _is_another_date(clues, "date", guess):
        return guess
    labelled = known_value(clues, "date")
    empty = any(not _beside_a_signature(clues, place.index) for place in label_places(clues, "date"))
    return labelled if labelled is not None or empty else signed_on(clues)


def _is_another_date(clues: Clues, concept: str, guess: Candidate) -> bool:
    """Whether a date has a label that calls it something else, or stands within running text."""
    if concepts()[concept].kind != "date":
        return False
    index, start, end = guess.spans[0]
    text = clues.layout.pieces[index].text
    labels = announced(clues, index, start).first
    own = any(label.concept == concept for label in labels)
    other = any((known := concepts().get(label.concept)) and known.kind == "date" for label in labels)
    running = sum(word[:1].islower() for word in (text[:start] + text[end:]).split()) >= _RUNNING_TEXT
    signed = signed_on(clues)
    return not own and (other or running or (signed is not None and signed.spans[0][0] == index))


def _is_unlabelled(clues: Clues, concept: str, guess: Candidate) -> bool:
    """Whether nothing announces what a label announces on cheques, and on forms."""
    if concept not in _LABELLED and (concept not in _ENTRIES or labels_on(clues) < _LABELS_OF_A_FORM):
        return False
    index, start, _ = guess.spans[0]
    return all(label.concept != concept for label in announced(clues, index, start).first)


def _is_another_amount(clues: Clues, concept: str, guess: Candidate) -> bool:
    """Whether the label on its own row tells an amount to be another one, or it is no money where others are."""
    if concept not in _SUMS:
        return False
    index, start, _ = guess.spans[0]
    found = announced(clues, index, start)
    labels = {label.concept for label in found.inline or found.left}
    here = [one for one in clues.amounts[index] if start in (one.start, one.digits_start)]
    bare = any(not one.currency and one.places == 0 for one in here)
    money = [bool(one.currency) or one.places == 2 for row in clues.amounts for one in row]
    return (concept not in labels and bool(labels & _NAMED_SUMS)) or (bare and sum(money) >= _MONEY)


def signed_on(clues: Clues) -> Candidate | None:
    """The date over a line for place and date that stands beside the one for the signature."""
    pieces = clues.layout.pieces
    places = [*label_places(clues, "date"), *label_places(clues, f"{PREFIX}place_and_date")]
    for place in places:
        over = clues.layout.above[place.index]
        if not place.whole or over < 0 or not clues.dates[over] or not _beside_a_signature(clues, place.index):
            continue
        label, value = pieces[place.index].box, pieces[over].box
        if label.top - value.bottom <= _SIGNED_BELOW * label.height:
            one = clues.dates[over][-1]
            text = pieces[over].text[one.start : one.end]
            return Candidate(text, text, ((over, one.start, one.end),))
    return None


def _beside_a_signature(clues: Clues, index: int) -> bool:
    pieces = clues.layout.pieces
    one = pieces[index].box
    signatures = [place.index for place in label_places(clues, f"{PREFIX}signature")]
    same = [pieces[i].box for i in signatures if i != index and pieces[i].page == pieces[index].page]
    return any(abs(box.center[1] - one.center[1]) <= _SIGNED_BELOW * one.height for box in same)


def _is_ticket(clues: Clues) -> bool:
    own = [one.name for one in asked_fields().values() if one.page == "ticket"]
    return sum(any(True for _ in label_places(clues, PREFIX + name)) for name in own) >= _LABELS_OF_A_TICKET


def _largest(clues: Clues) -> list[int]:
    """The pieces in the largest type of a ticket, from the left; no label, and not what says that it is a ticket."""
    layout = clues.layout
    named = [
        i
        for i, piece in enumerate(layout.pieces)
        if piece.box.height >= _LARGEST * layout.height[piece.page]
        and not is_label(clues, i)
        and not {word for word, _, _ in tokens(piece.text)} & _NO_EVENT
    ]
    if not named:
        return []
    row = layout.pieces[max(named, key=lambda i: layout.pieces[i].box.height)].row
    return [i for i in sorted(named, key=lambda i: layout.pieces[i].box.left) if layout.pieces[i].row == row]


def _journey(clues: Clues) -> tuple[Candidate, Candidate] | None:
    """Where to and from, in large type beside one another, or with a dash or an arrow between."""
    travels = any(True for name in ("departure", "boarding") for _ in label_places(clues, PREFIX + name))
    if not travels or not _is_ticket(clues):
        return None
    large = _largest(clues)
    if len(large) == 2 and all(is_name(clues.layout.pieces[i].text) for i in large):
        start, end = (whole_lines(clues, (i,)) for i in large)
        return (start, end) if start is not None and end is not None else None
    if len(large) == 1 and (parted := _JOURNEY.search(text := clues.layout.pieces[large[0]].text)):
        first, last = text[: parted.start()], text[parted.end() :]
        ends = (large[0], 0, len(first)), (large[0], parted.end(), len(text))
        return Candidate(first, first, (ends[0],)), Candidate(last, last, (ends[1],))
    return None


def _from(clues: Clues) -> Candidate | None:
    found = _journey(clues)
    return found[0] if found is not None else None


def _to(clues: Clues) -> Candidate | None:
    found = _journey(clues)
    return found[1] if found is not None else None


def _event(clues: Clues) -> Candidate | None:
    """What is printed largest on the ticket of an event."""
    held = any(True for name in ("venue", "doors", "row") for _ in label_places(clues, PREFIX + name))
    large = _largest(clues) if held and _is_ticket(clues) else []
    return whole_lines(clues, large) if len(large) == 1 else None


def _ticket_number(clues: Clues) -> Candidate | None:
    """The only number on a ticket that nothing announces, as it stands below a barcode."""
    if not _is_ticket(clues):
        return None
    lone = []
    for index, piece in enumerate(clues.layout.pieces):
        code = re.fullmatch(r"(?=\S*\d)[A-Z0-9]+(?:[-/][A-Z0-9]+)*", piece.text.strip()) is not None
        plain = not clues.dates[index] and len(piece.text.strip()) >= 5
        found = announced(clues, index, 0)
        if code and plain and not found.above and (not found.left or found.left_gap > _FAR_LEFT):
            lone.append(index)
    return whole_lines(clues, lone) if len(lone) == 1 else None


def _form_number(clues: Clues) -> Candidate | None:
    """The only code in the head of a form, with what it is called: "Form AB-12"."""
    if labels_on(clues) < _LABELS_OF_A_FORM:
        return None
    found = []
    for index, piece in enumerate(clues.layout.pieces):
        text = piece.text.strip()
        high = piece.box.bottom <= _HEAD * clues.layout.tall[piece.page]
        code = len(text) <= _LONGEST_FORM_NUMBER and _FORM_NUMBER.fullmatch(text) is not None
        if high and code and not clues.dates[index] and not phones(text):
            found.append(index)
    return whole_lines(clues, found) if len(found) == 1 else None


def _of_a_letter(part: Callable[[Letter], Candidate | None]) -> Callable[[Clues], Candidate | None]:
    def find(clues: Clues) -> Candidate | None:
        letter = letter_of(clues)
        return part(letter) if letter is not None else None

    return find


_PLACES: Mapping[str, Callable[[Clues], Candidate | None]] = {
    "sender": _of_a_letter(Letter.sender),
    "recipient": _of_a_letter(Letter.recipient),
    "recipient_address": _of_a_letter(Letter.recipient_address),
    "signatory": _of_a_letter(Letter.signatory),
    "subject": _of_a_letter(Letter.subject),
    "form_number": _form_number,
    "signed_on": signed_on,
    "from": _from,
    "to": _to,
    "event": _event,
    "ticket_number": _ticket_number,
}
"""Fields that have a place of their own, where no label announces them."""
