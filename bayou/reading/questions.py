"""What a question in plain English asks for: a field, some words, how many pages. Knows phrases; not documents.

It is for a reader that understands no language: what isn't one of the forms here is left to a larger model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bayou.reading.asked_fields import asked_named
from bayou.reading.field_words import concept_named


@dataclass(frozen=True, slots=True)
class FieldQuestion:
    """What a field holds.

    Attributes:
        name: The field, as the question calls it: "invoice date".
        concept: What is known of such a field, by name; None for one that has to be looked for by its own words.
    """

    name: str
    concept: str | None


@dataclass(frozen=True, slots=True)
class WordsQuestion:
    """Where some words stand; ``count``: how often."""

    words: str
    count: bool = False


@dataclass(frozen=True, slots=True)
class PagesQuestion:
    """How many pages there are."""


Asked = FieldQuestion | WordsQuestion | PagesQuestion

_KINDS = (
    "document|page|invoice|bill|receipt|letter|form|card|business card|identity card|id card|cheque|check|ticket|file|"
    "text|contract|statement|bank statement|paper|slip|order|scan|picture|image|photo|quote|offer"
)
_IT = rf"(?:it|this|that|they|(?:the|this|that) (?:{_KINDS}))"
_ABOUT = r"(?:any(?:thing|where)|some(?:thing|where))?(?: about)?"
_SAYS = (
    r"(?:says?|mentions?|states?|talks? (?:about|of)|speaks? of|contains?|includes?|refers? to|writes?|reads?|"
    r"describes?)"
)
_WORDS = [
    rf"where (?:does|do|did) {_IT} {_SAYS} ?{_ABOUT} (?P<words>.+)",
    rf"where (?:in|on) {_IT} (?:is|are|does it say|can i find) (?P<words>.+)",
    rf"(?:does|do|did) {_IT} {_SAYS} ?{_ABOUT} (?P<words>.+)",
    r"where (?:is|are) (?P<words>.+?) (?:mentioned|written|stated|printed|found|discussed)",
    rf"(?:is|are) (?P<words>.+?) (?:mentioned|stated|printed|discussed|written)(?: anywhere)?(?: (?:in|on) {_IT})?",
    r"is there (?:any )?(?:mention of|reference to|anything about|something about|word of) (?P<words>.+)",
    r"(?:find|search(?: for)?|look for|locate|highlight) (?P<words>.+)",
]
_COUNTS = [
    rf"how (?:often|many times) (?:does|do|did) {_IT} {_SAYS} (?P<words>.+)",
    r"how (?:often|many times) (?:is|are|does) (?P<words>.+?) (?:mentioned|appear|occur|printed|stated)"
    rf"(?: (?:in|on) {_IT})?",
]
_BILL = r"(?:it|this|(?:the|this) (?:invoice|bill|receipt))"
_SHOP = r"(?:shop|store|seller|vendor|merchant|supplier|company|business|restaurant)"
_LETTER = r"(?:the|this) letter"
_TRIP = r"(?:it|(?:the|this) (?:journey|trip|train|flight|ticket))"
_FORMS: dict[str, tuple[str, ...]] = {
    "sender": (
        rf"who (?:sent|wrote|is the (?:sender|writer|author) of) {_LETTER}",
        rf"who is {_LETTER} from",
        r"(?:whose letter is (?:it|this)|who is the (?:sender|writer))",
    ),
    "recipient": (
        rf"(?:to whom|who) (?:is|was) {_LETTER} (?:for|(?:addressed|sent|written)(?: to)?)",
        rf"who (?:is the (?:recipient|addressee)(?: of {_LETTER})?|(?:got|received) {_LETTER})",
    ),
    "signatory": (rf"who (?:has )?signed (?:it|{_LETTER})", rf"(?:by whom|who) (?:is|was) {_LETTER} signed(?: by)?"),
    "subject": (rf"what (?:is|was) (?:it|{_LETTER}) about", rf"what does (?:it|{_LETTER}) concern"),
    "signed on": (rf"when (?:was|is) (?:{_IT}|(?:the|this) form) signed",),
    "from": (rf"where does {_TRIP} (?:start|begin|leave(?: from)?|depart(?: from)?|come from)",),
    "destination": (rf"where does {_TRIP} (?:go|go to|end|lead|arrive)",),
    "passenger": (r"who (?:travels|is (?:travelling|flying|the (?:passenger|traveller)))",),
    "seller name": (
        rf"who (?:issued|sent|made|wrote|billed) {_BILL}",
        rf"who is {_BILL} from",
        rf"(?:which|what) {_SHOP} (?:is|was) (?:it|this)(?: from)?",
        rf"what is the name of the {_SHOP}",
        r"where did (?:i|we|they) (?:buy|shop)(?: .*)?",
    ),
    "buyer name": (
        r"who is (?:billed|invoiced|charged)",
        r"who (?:has|needs) to pay(?: .*)?",
        rf"(?:to whom|who) is {_BILL} (?:for|(?:addressed|made out|billed)(?: to)?)",
    ),
    "total": (
        rf"how much (?:is|was) {_BILL}",
        r"how much (?:is due|is owed|must be paid|was paid|was spent|in total)(?: in total| altogether)?",
        r"how much (?:do|did) (?:i|we|they) (?:owe|pay|spend|have to pay|need to pay)(?: in total| altogether)?",
        r"how much (?:does|did) (?:it|this) (?:cost|come to|add up to)(?: in total| altogether)?",
    ),
    "cash": (r"how much cash (?:was|is) .*",),
    "change": (r"how much change (?:was|is) .*",),
    "due date": (
        rf"(?:by )?when (?:is|does|must|should) (?:{_BILL}|payment|the payment)(?: (?:become|be|to be))? (?:due|paid)",
        r"(?:by )?when (?:do|must|should) (?:i|we) (?:have to )?pay(?: .*)?",
    ),
    "date": (
        rf"(?:when|on (?:what|which) (?:date|day)|what day) (?:is|was) {_IT}"
        r"(?: (?:dated|issued|written|printed|made|bought|paid|from|sent))?",
        r"when",
    ),
    "time": (r"(?:at )?what time(?: (?:is|was) .*)?",),
    "payment method": (rf"how (?:was|is) {_BILL} paid(?: for)?", r"how did (?:they|the customer|i|we) pay(?: .*)?"),
    "payee": (r"(?:to whom|who) is the (?:cheque|check) (?:payable|made out)(?: to)?", r"who gets the money"),
    "cheque amount": (r"what is the amount of the (?:cheque|check)", r"how much is the (?:cheque|check)(?: for)?"),
    "cashier": (r"who served.*", r"who was the cashier"),
    "seller address": (
        rf"where is (?:the|this) {_SHOP}(?: located)?",
        rf"what is the address of the {_SHOP}",
    ),
    "currency": (r"(?:in )?(?:what|which) currency.*",),
    "date of birth": (r"when (?:was|is) (?:he|she|the (?:holder|person|owner)|[a-z]+) born",),
    "date of expiry": (
        r"when does (?:it|this|the card) expire",
        r"(?:until when|how long) is (?:it|the card) valid",
    ),
    "full name": (r"what (?:is|was) the name on the card",),
}
_LEADS = (
    r"(?:(?:can|could|would) you )?(?:please )?"
    r"(?:(?:what|which|who|whose|where|how much|how high|how large) (?:is|are|was|were) |what about |how about |"
    r"(?:give|tell|show) (?:me |us )?|do you (?:know|see) |is there (?=an? )|(?:what|which) )?"
    r"(?:the |its |their |an? |his |her |my |our )?(?P<name>.+)"
)
_HAS = rf"(?:does|do) {_IT} (?:have|contain|include|show|give) (?P<words>.+)"
_TAILS = rf"(?: (?:of|on|in|for|from) {_IT}| (?:here|there|please|printed|shown|given|stated|written|called))+$"
_OPEN = re.compile(
    r"\b(?:why|summari[sz]e|summary|compare|explain|describe|translate|correct|wrong|right|better|difference|between|"
    r"mean|means|should|could|would|if|than|opinion|think|because|list all|how many|how do|how does|how can|more|less|"
    r"is this|are these|was this|type of|kind of|sort of|most|least|highest|lowest|largest|smallest|biggest|has|have|"
    r"costs?|entered|ticked|filled|is there)\b|[\"“”]"
)
_TOO_BROAD = ("title", "subject", "text", "content", "contents", "answer")
"""Names of fields that are something else where they are asked for like this."""
_OTHER_SIDE = ("buyer", "customer", "client", "recipient", "purchaser", "payer", "employee", "tenant", "patient")
"""Who is not the one that wrote the document; what is asked of them is not what is known of the writer."""
_LONGEST_NAME = 5
"""Words of a field's name; more of them are a question about something else."""


def understand(question: str) -> Asked | None:
    """What is asked for; None where that is none of the known forms."""
    text = _plain(question)
    if re.search(r"\bhow many pages\b", text):
        return PagesQuestion()
    quoted = re.search(r"[\"“”«»‘]\s*([^\"“”«»’]{2,}?)\s*[\"“”«»’]", question)
    if quoted and re.match(r"(?:where|does|do|is|are|find|search|look|how often|how many times)\b", text):
        return WordsQuestion(quoted[1], text.startswith("how"))
    for pattern in _COUNTS:
        if match := re.fullmatch(pattern, text):
            return WordsQuestion(_words(match["words"]), True)
    for name, patterns in _FORMS.items():
        if any(re.fullmatch(pattern, text) for pattern in patterns):
            return _field(name)
    if match := re.fullmatch(_HAS, text):
        words = _words(match["words"])
        return _field(words) if concept_named(words) else WordsQuestion(words)
    for pattern in _WORDS:
        if match := re.fullmatch(pattern, text):
            return WordsQuestion(_words(match["words"]))
    return _named_field(text)


def _named_field(text: str) -> Asked | None:
    """ "What is the total of the invoice?", "invoice date", "and the tax"."""
    match = re.fullmatch(_LEADS, text)
    name = re.sub(_TAILS, "", match["name"]).strip() if match else ""
    if asked_named(name) is not None:
        return _field(name)
    if match is None or name in _TOO_BROAD or re.match(r"(?:does|do|did|is|are|was|were) ", name):
        return None
    for candidate in _candidates(name):
        concept = concept_named(candidate)
        if concept is not None:
            return FieldQuestion(name, concept.name)
    is_plain = 0 < len(name.split()) <= _LONGEST_NAME and not _OPEN.search(text)
    is_question = match["name"] != text or re.match(r"[\w ]+$", text) is None
    return FieldQuestion(name, None) if is_plain and is_question and not re.match(r"(?:who|whose)\b", text) else None


def _candidates(name: str) -> list[str]:
    """Ways to call a field, the most particular first: "the date of the receipt", "receipt date", "date"."""
    parts = [name]
    if match := re.fullmatch(r"(.+?) of (?:the |an? |this )?(.+)", name):
        parts.append(f"{match[2]} {match[1]}")
        # Of whom matters: a seller's telephone must not be told where a buyer's is asked for.
        parts += [match[1]] if re.fullmatch(rf"{_KINDS}|{_SHOP}", match[2]) else []
    if match := re.fullmatch(rf"(?:{_KINDS})(?:'s)? (.+)", name):
        parts.append(match[1])
    words = parts[-1].split()
    if len(words) > 2:
        parts.append(" ".join(words[:-1]))
        parts += [" ".join(words[1:])] if words[0].removesuffix("'s") not in _OTHER_SIDE else []
    return [candidate.replace("'s", "") for candidate in parts]


def _field(name: str) -> FieldQuestion:
    concept = concept_named(name)
    return FieldQuestion(name, concept.name if concept is not None else None)


def _plain(question: str) -> str:
    text = " ".join(question.casefold().replace("’", "'").split()).strip(" ?!.:;")
    text = re.sub(r"^(?:(?:and|but|so|also|then|ok|okay|please|now|thanks|thank you|hi|hello)[,!.]? )+", "", text)
    return re.sub(r"\b(what|who|where|when|how|which)'s\b", r"\1 is", text)


def _words(text: str) -> str:
    bare = re.sub(r"^(?:the (?:words?|term|phrase|name) |the |an? |any )", "", text)
    return re.sub(rf" (?:(?:in|on) {_IT}|anywhere)$", "", bare).strip(" \"'“”")
