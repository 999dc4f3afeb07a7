"""What a document's pieces hold: labels, dates, amounts, traits of addresses and firms. Knows prints; chooses none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bayou.documents.document import Document
from bayou.reading.field_layout import Layout, layout_of
from bayou.reading.field_words import Label, LabelFinder, label_finder, tokens
from bayou.reading.printed_amounts import (
    Mark,
    PrintedAmount,
    currency_code,
    decimal_mark,
    find_amounts,
    find_currencies,
)
from bayou.reading.printed_dates import Order, PrintedDate, find_dates, known_order

FIRM_FORMS = frozenset(
    "ltd limited inc incorporated llc llp plc corp corporation co company sdn bhd berhad gmbh ag kg ohg ug ev "
    "sarl sas sa sasu eurl sl slu srl spa snc bv nv vof ab hb oy as aps lda unipessoal pty pte enterprise "
    "enterprises trading holdings restaurant restoran kedai supermarket mart stores store hardware pharmacy cafe "
    "hotel bakery spj sc zoo".split()
)
STREET_WORDS = frozenset(
    "jalan jln lot no lorong persiaran taman bandar seksyen kampung lebuh kawasan street st road rd avenue ave "
    "lane drive way court close crescent square terrace boulevard blvd highway floor flat unit suite block ground "
    "level plaza mall centre center park strasse straße str weg platz gasse allee ring ufer rue place chemin "
    "impasse quai cours calle avenida avda plaza paseo camino carrer via viale piazza corso vicolo largo straat "
    "laan plein kade gracht weg dijk ul al pl os gatan gata vägen väg gränd torg rua travessa praça estrada box "
    "postfach".split()
)
_STREET_ENDS = tuple("strasse straße str weg platz gasse allee gatan vägen straat laan plein".split())
_POSTCODES = re.compile(
    r"(?<![\w.,-])(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4}-\d{3}|\d{2}-\d{3}|\d{4} ?[A-Z]{2}|\d{5}(?:-\d{4})?"
    r"|\d{3} \d{2}|\d{4,6})(?![\w-])"
)
_PHONE = re.compile(
    r"(?<![\w/.])(?:\+\d{1,3}[ .-]\(?\d\)?(?= )|\+?\(?\d{1,4}\)?)(?:[\s./-]{0,3}\(?\d{2,5}\)?){1,5}(?![\w/])"
)
_DAY = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d|[0-3]\d([./-])[0-3]\d\1(?:19|20)\d\d")
_CONTACT = frozenset({"phone", "fax", "email", "website", "seller_tax_id", "cashier", "date", "time", "invoice_number"})
REGISTRATION = re.compile(
    r"\(?\s*\b(?:co\.?\s*(?:reg\.?)?\s*(?:no\.?)?\s*[:.]?\s*)?(?:[A-Z]{1,3}\s?)?\d{5,12}\s*-\s*[A-Z0-9]\b\s*\)?", re.I
)
_CONTINUES = re.compile(
    r"[&(]|enterprises?(?=\s*\(|\s+sdn)|(?:and|co|company|incorporated|inc|limited|ltd|llc|plc|sdn|bhd|berhad|gmbh|ag|kg|sarl|sas|srl|spa|bv|nv|ab)"
    r"(?![\w'’-])(?!\W*(?:reg\w*\W*)?no\b)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Clues:
    """The pieces of a document and, for each of them, what it holds.

    Attributes:
        mark: The document's decimal mark.
        order: Of day and month in its dates in numbers, where they show it.
        currencies: That it names or hints at, the commonest first.
    """

    layout: Layout
    labels: tuple[tuple[Label, ...], ...]
    dates: tuple[tuple[PrintedDate, ...], ...]
    amounts: tuple[tuple[PrintedAmount, ...], ...]
    mark: Mark | None
    order: Order | None
    currencies: tuple[str, ...]

    @classmethod
    def of(cls, document: Document, finder: LabelFinder | None = None) -> Clues:
        """What is on a document's pages; ``finder`` knows other labels than bayou's own."""
        layout = layout_of(document)
        texts = [piece.text for piece in layout.pieces]
        finder = finder or label_finder()
        labels = tuple(tuple(finder.find(text)) for text in texts)
        dates = tuple(tuple(find_dates(text)) for text in texts)
        amounts = tuple(_amounts(text, found) for text, found in zip(texts, dates, strict=True))
        mark = decimal_mark(one for row in amounts for one in row)
        order = known_order(one for row in dates for one in row)
        return cls(layout, labels, dates, amounts, mark, order, _currencies(texts))


def _amounts(text: str, dates: tuple[PrintedDate, ...]) -> tuple[PrintedAmount, ...]:
    return tuple(
        one for one in find_amounts(text) if all(one.end <= date.start or date.end <= one.start for date in dates)
    )


def _currencies(texts: list[str]) -> tuple[str, ...]:
    votes: dict[str, int] = {}
    for text in texts:
        for _, _, sign in find_currencies(text):
            code, sure = currency_code(sign)
            if code is not None and sure:
                votes[code] = votes.get(code, 0) + 1
    for text in texts:
        words = {word for word, _, _ in tokens(text)}
        for code, hints in _PLACES.items():
            if words & hints:
                votes[code] = votes.get(code, 0) + 1
    return tuple(sorted(votes, key=lambda code: (-votes[code], code)))


_PLACES = {
    "MYR": {"sdn", "bhd", "malaysia", "johor", "selangor", "jalan"}, "SGD": {"singapore"}, "USD": {"usa"},
    "CAD": {"canada"}, "AUD": {"australia"}, "HKD": {"hong", "kong"}, "NZD": {"zealand"}, "SEK": {"sverige", "moms"},
    "NOK": {"norge"}, "DKK": {"danmark"}, "CNY": {"中国"}, "JPY": {"日本"},
}  # fmt: skip


@cache
def _traits(text: str) -> tuple[float, ...]:
    words = [word for word, _, _ in tokens(text)]
    letters = [c for c in text if c.isalpha()]
    count = max(len(words), 1)
    street = sum(word in STREET_WORDS or (len(word) > 5 and word.endswith(_STREET_ENDS)) for word in words)
    digits = sum(c.isdigit() for c in text)
    named = sum(part[:1].isupper() for part in text.split())
    return (
        float(bool(_POSTCODES.search(text))),
        min(street, 3),
        float(any(word in FIRM_FORMS for word in words)),
        digits / max(len(text), 1),
        sum(c.isupper() for c in letters) / max(len(letters), 1),
        min(len(words), 12),
        min(len(text), 80),
        float(bool(re.match(r"\s*(?:no\W|lot\W|\d)", text, re.I))),
        float(text.rstrip().endswith(",")),
        float(text.rstrip().endswith(".")),
        text.count(","),
        float(bool(_PHONE.search(text)) and digits >= 7),
        float("@" in text or "www" in text.casefold() or ".com" in text.casefold()),
        float(bool(REGISTRATION.search(text))),
        named / count,
        float(bool(letters) and not digits),
    )


TRAITS = 16


def traits(text: str) -> tuple[float, ...]:
    """Numbers about a text: a postcode, street words, forms of firms, digits, capitals, and so on."""
    return _traits(text)


def continues_name(text: str) -> bool:
    """Whether a line goes on with the name of a firm above it: "Sdn Bhd", "Co. (M) Ltd", "& Sons"."""
    return _CONTINUES.match(text.strip()) is not None


def has_contact(labels: tuple[Label, ...]) -> bool:
    """Whether a piece announces a telephone, a tax number, a date: no part of an address."""
    return any(label.concept in _CONTACT for label in labels)


def phones(text: str) -> list[tuple[int, int, str]]:
    """Telephone numbers, 8 to 15 digits; a day with its year (1972-05-05, 05.05.1972) is none."""
    found = []
    for match in _PHONE.finditer(text):
        if 8 <= sum(c.isdigit() for c in match[0]) <= 15 and not _DAY.fullmatch(match[0].strip()):
            found.append((match.start(), match.end(), match[0].strip()))
    return found
