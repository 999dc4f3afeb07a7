"""What on a page could be a value of a kind: dates, amounts, lines that could be names. Chooses none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bayou.documents.document import Line, Word
from bayou.reading.evidence import Evidence
from bayou.reading.field_clues import REGISTRATION, Clues, has_contact, phones, traits
from bayou.reading.field_layout import box_of_span
from bayou.reading.field_words import concepts
from bayou.reading.printed_dates import find_times

_MOST_LINES = 6
"""Lines of an address."""
_LONGEST_NAME = 3
"""Lines of a name."""
_LONGEST_IDENTIFIER = 34
_NO_IDENTIFIER = frozenset("%$€£@=")
_IDENTIFIER = re.compile(r"[A-Za-z0-9#][A-Za-z0-9/._#-]*[A-Za-z0-9]|\d")
_GROUPED = re.compile(r"(?<!\w)(?:[A-Z]{2,4} ?\d+|\d+)(?:[ -][A-Z0-9]{1,12}){1,8}(?!\w)")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]{1,11}){3,8}(?![A-Za-z0-9])")
_SHORTEST_IBAN = 15
"""Letters and figures: Norway's."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(
    r"(?:https?://|www\.)[^\s,;]+|(?<![@\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|de|fr|es|it|nl|pl|se|pt|my|eu|uk|io|info|shop|at|ch|be)(?:\.\w\w)?(?:/\S*)?(?![\w@])",
    re.I,
)

_PAYMENT = re.compile(
    r"(?:cash|visa(?: debit)?|master ?card|amex|american express|maestro|debit ?card|credit ?card|card|pay ?pal|"
    r"apple pay|google pay|bar(?:zahlung)?|ec-?karte|giro(?:card)?|kreditkarte|karte|esp[eè]ces|carte(?: bancaire)?|cb|"
    r"efectivo|tarjeta|contanti|bancomat|carta|contant|pin(?:pas)?|got[oó]wka|karta|kontant|(?:bank)?kort|numer[aá]rio|"
    r"dinheiro|cart[aã]o|multibanco)\b",
    re.IGNORECASE,
)

_NUMBERED_BY = re.compile(
    r"(?:^|(?<=\w)\W+)\(?(?:company|co|reg|registration|business)\b\.?\s*(?:reg\.?)?\s*no\b[.:]?\s*$", re.I
)
"""What announces a firm's number, which then stands apart."""

Span = tuple[int, int, int]
"""The number of a piece, and where in its text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Text on a page that may be a value.

    Attributes:
        printed: As it stands there, lines a space apart.
        value: ``date``: ISO 8601; ``amount``: the number; else as printed.
        spans: Where it stands.
        doubt: Why the value may be another than printed, or "".
    """

    printed: str
    value: str | float | int
    spans: tuple[Span, ...]
    doubt: str = ""


def evidence_of(clues: Clues, spans: tuple[Span, ...]) -> tuple[Evidence, ...]:
    """Where a candidate stands, an evidence for each page it goes over."""
    pieces = clues.layout.pieces
    pages = dict.fromkeys(pieces[i].page for i, _, _ in spans)
    found = []
    for page in pages:
        own = [span for span in spans if pieces[span[0]].page == page]
        quote = " ".join(pieces[i].text[start:end] for i, start, end in own)
        boxes = tuple(box for i, start, end in own for box in box_of_span(pieces[i], start, end))
        found.append(Evidence(quote, page, boxes))
    return tuple(found)


def reading_confidence(clues: Clues, spans: tuple[Span, ...]) -> float | None:
    """The least confidence of the words that a candidate is made of; None where none is known."""
    known = []
    for index, start, end in spans:
        piece = clues.layout.pieces[index]
        begin = 0
        for line in piece.lines:
            text = line.text.strip()
            if begin < end and begin + len(text) > start:
                known += _known(
                    line.confidence, [w.confidence for w in _words_in(line, text, start - begin, end - begin)]
                )
            begin += len(text) + 1
    return min(known, default=None)


def _known(whole: float | None, words: list[float | None]) -> list[float]:
    found = [one for one in words if one is not None]
    return found or ([whole] if whole is not None else [])


def _words_in(line: Line, text: str, start: int, end: int) -> list[Word]:
    at, inside = 0, list[Word]()
    for word in line.words:
        at = text.find(word.text, at)
        if at < 0:
            return []
        if at < end and at + len(word.text) > start:
            inside.append(word)
        at += len(word.text)
    return inside


def dates(clues: Clues) -> Iterator[Candidate]:
    """Dates, those in numbers in the order that the document's others, its money or its language speak for."""
    order, sure = clues.order or "dmy", clues.order is not None
    if clues.order is None and clues.currencies[:1] == ("USD",):
        order = "mdy"
    sure = sure or bool(clues.currencies and clues.currencies[0] not in ("USD",))
    for index, found in enumerate(clues.dates):
        for one in found:
            day = one.value(order) or one.value("mdy" if order == "dmy" else "dmy")
            if day is None:
                continue
            text = clues.layout.pieces[index].text[one.start : one.end]
            doubt = "" if sure or not one.ambiguous else f"day and month may be the other way round in {text}"
            yield Candidate(text, day.isoformat(), ((index, one.start, one.end),), doubt)


def amounts(clues: Clues) -> Iterator[Candidate]:
    """Numbers that may be amounts, with the document's own decimal mark."""
    for index, found in enumerate(clues.amounts):
        for one in found:
            text = clues.layout.pieces[index].text
            span = (index, one.digits_start, one.digits_end) if not one.negative else (index, one.start, one.end)
            yield Candidate(text[one.start : one.end].strip(), float(one.value(clues.mark)), (span,))


def times(clues: Clues) -> Iterator[Candidate]:
    """Times of day."""
    for index, piece in enumerate(clues.layout.pieces):
        for start, end, value in find_times(piece.text):
            yield Candidate(piece.text[start:end], value, ((index, start, end),))


def _matches(pattern: re.Pattern[str], clues: Clues) -> Iterator[Candidate]:
    for index, piece in enumerate(clues.layout.pieces):
        for match in pattern.finditer(piece.text):
            yield Candidate(match[0], match[0], ((index, match.start(), match.end()),))


def ibans(clues: Clues) -> Iterator[Candidate]:
    """International account numbers; a postcode (IP12 2NU) is none."""
    return (one for one in _matches(_IBAN, clues) if sum(c.isalnum() for c in one.printed) >= _SHORTEST_IBAN)


def identifiers(clues: Clues) -> Iterator[Candidate]:
    """Words with digits, groups of them, and what follows a label to the end of its piece."""
    for index, piece in enumerate(clues.layout.pieces):
        spans = {match.span() for match in _IDENTIFIER.finditer(piece.text) if any(c.isdigit() for c in match[0])}
        spans |= {match.span() for match in _GROUPED.finditer(piece.text)}
        if any(c.isdigit() for c in piece.text) and len(piece.text) <= _LONGEST_IDENTIFIER:
            spans.add((0, len(piece.text.rstrip())))
        for label in clues.labels[index]:
            rest = re.compile(r"[\s:#.№°º=-]*").match(piece.text, label.end)
            start = rest.end() if rest else label.end
            if any(c.isdigit() for c in piece.text[start:]) and len(piece.text) - start <= _LONGEST_IDENTIFIER:
                spans.add((start, len(piece.text.rstrip())))
        for start, end in sorted(_bare(piece.text, start, end) for start, end in spans):
            text = piece.text[start:end]
            if text and not set(text) & _NO_IDENTIFIER:
                yield Candidate(text, text, ((index, start, end),))


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Without brackets that are not closed or opened within, and signs around."""
    while (
        start < end
        and text[end - 1] in " .,;:)]"
        and text.count("(", start, end) < text.count(")", start, end) + (text[end - 1] not in ")]")
    ):
        end -= 1
    while start < end and text[start] in " :.-([@*" and not (text[start] == "(" and ")" in text[start:end]):
        start += 1
    return start, end


def phone_numbers(clues: Clues) -> Iterator[Candidate]:
    """Telephone numbers."""
    for index, piece in enumerate(clues.layout.pieces):
        for start, _, text in phones(piece.text):
            yield Candidate(text, text, ((index, start, start + len(text)),))


def texts(clues: Clues) -> Iterator[Candidate]:
    """Whole pieces, what follows a label in one, pieces below one another; without a firm's number behind its name."""
    for index, piece in enumerate(clues.layout.pieces):
        starts = {0}
        for label in clues.labels[index]:
            match = re.compile(r"[^\w(\"'&]*").match(piece.text, label.end)
            starts.add(match.end() if match else label.end)
        for start in sorted(starts):
            end = _end_of_name(piece.text, start)
            if any(c.isalpha() for c in piece.text[start:end]):
                yield Candidate(piece.text[start:end], piece.text[start:end], ((index, start, end),))
        chain = _chain(clues, index, _LONGEST_NAME)
        for count in range(2, len(chain) + 1):
            if _end_of_name(clues.layout.pieces[chain[count - 1]].text, 0):
                yield _joined(clues, chain[:count])


def _end_of_name(text: str, start: int) -> int:
    match = REGISTRATION.search(text, start)
    end = match.start() if match and match.start() > start + 3 else len(text)
    end = start + len(_NUMBERED_BY.sub("", text[start:end]))
    return len(text[:end].rstrip(" ,;:|·-"))


def _chain(clues: Clues, index: int, most: int) -> list[int]:
    chain = [index]
    while len(chain) < most and clues.layout.below[chain[-1]] >= 0:
        chain.append(clues.layout.below[chain[-1]])
    return chain


def _joined(clues: Clues, chain: list[int]) -> Candidate:
    pieces = clues.layout.pieces
    ends = [len(pieces[i].text) for i in chain[:-1]] + [_end_of_name(pieces[chain[-1]].text, 0)]
    spans = tuple((i, 0, end) for i, end in zip(chain, ends, strict=True))
    text = " ".join(pieces[i].text[:end] for i, _, end in spans)
    return Candidate(text, text, spans)


def addresses(clues: Clues) -> Iterator[Candidate]:
    """One to six lines below one another without a telephone or a number of something; one looks like an address."""
    pieces = clues.layout.pieces
    for index in range(len(pieces)):
        chain = []
        for i in _chain(clues, index, _MOST_LINES):
            if has_contact(clues.labels[i]) or clues.dates[i] or is_contact(pieces[i].text):
                break
            chain.append(i)
            texts_ = [pieces[j].text for j in chain]
            if any(traits(text)[0] or traits(text)[1] for text in texts_):
                printed = " ".join(texts_)
                yield Candidate(printed, printed, tuple((j, 0, len(pieces[j].text)) for j in chain))
        yield from _after_label(clues, index)


def is_contact(text: str) -> bool:
    """Whether a line is a telephone number, or an address of mail or the web."""
    if _EMAIL.search(text) or _URL.search(text):
        return True
    return sum(end - start for start, end, _ in phones(text)) > len(text) / 2


def _after_label(clues: Clues, index: int) -> Iterator[Candidate]:
    """An address on the line of its label."""
    piece = clues.layout.pieces[index]
    for label in clues.labels[index][-1:]:
        concept = concepts().get(label.concept)
        if concept is not None and concept.kind not in ("address", "company", "person"):
            continue
        match = re.compile(r"[^\w(]*").match(piece.text, label.end)
        start = match.end() if match else label.end
        if len(piece.text) - start > 8 and any(c.isdigit() for c in piece.text[start:]):
            yield Candidate(piece.text[start:], piece.text[start:], ((index, start, len(piece.text)),))


def payments(clues: Clues) -> Iterator[Candidate]:
    """Words for cash and for cards at the beginning of a line."""
    for index, piece in enumerate(clues.layout.pieces):
        match = _PAYMENT.match(piece.text)
        if match:
            yield Candidate(match[0], match[0], ((index, 0, match.end()),))


FINDERS: Mapping[str, Callable[[Clues], Iterator[Candidate]]] = {
    "date": dates,
    "amount": amounts,
    "time": times,
    "identifier": identifiers,
    "iban": ibans,
    "email": lambda clues: _matches(_EMAIL, clues),
    "url": lambda clues: _matches(_URL, clues),
    "phone": phone_numbers,
    "payment": payments,
    "company": texts,
    "person": texts,
    "text": texts,
    "words": texts,
    "address": addresses,
}
"""For each kind what its candidates are."""
