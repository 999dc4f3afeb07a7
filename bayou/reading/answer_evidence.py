"""Where a model's answer is printed on the pages, or that it says they don't say. Knows texts; no models.

The pages are also read by nano, or carry their own text, and the answer is looked for there: whole, else what in it is
quoted or has figures. An answer that isn't found is told to be so; it may still be right, as a summary is.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bayou.documents.document import Document
from bayou.reading.answers import Answer
from bayou.reading.evidence import Evidence
from bayou.reading.line_answers import NOT_FOUND
from bayou.reading.search import CONFUSED, Hit, search

NOT_PRINTED = "the answer isn't printed on the pages word for word"
_LONGEST = 300
"""Characters of an answer that is looked for as a whole."""
_MOST_PLACES = 5
_PARTS = re.compile(r"[\"“«]([^\"”»]{2,})[\"”»]|(\S*\d\S*(?: \S*\d\S*)*)")
_REFUSALS = re.compile(
    r"(?:(?:it|this|that|the answer|the information) is )?not (?:stated |mentioned |given |found |present )?(?:in|on) "
    r"(?:this|the) (?:document|page|image|picture)\b.*|the (?:document|page) (?:doesn't|does not) (?:say|mention)\b.*"
)


def grounded(question: str) -> str:
    """A question with the request to answer from the document alone."""
    return f'{question}\nAnswer from the document. If it doesn\'t say, answer "{NOT_FOUND}"'


def with_evidence(answer: Answer, document: Document) -> Answer:
    """The answer with the places where its text is printed, ``found`` and a note where there is none.

    Args:
        document: The pages that were asked about, as they were read.
    """
    text = " ".join(answer.text.split())
    if _REFUSALS.fullmatch(text.casefold().replace("’", "'").strip(' ."')):
        return replace(answer, text=NOT_FOUND, found=False)
    evidence = _places(document, text)
    if evidence or not text:
        return replace(answer, evidence=evidence, found=True if evidence else None)
    return replace(answer, note="; ".join(filter(None, [answer.note, NOT_PRINTED])))


def _places(document: Document, text: str) -> tuple[Evidence, ...]:
    whole = text.strip(" .")
    hits = _found(document, whole) if len(whole) <= _LONGEST else []
    for match in () if hits else _PARTS.finditer(text):
        hits += _found(document, (match[1] or match[2]).strip(" .,;:()"))
    places = [hit.evidence for hit in hits]
    return tuple(dict.fromkeys(places))[:_MOST_PLACES]


def _found(document: Document, words: str) -> list[Hit]:
    """The best places of some words, none that is only alike in a few letters."""
    if not any(character.isalnum() for character in words):
        return []
    hits = [hit for hit in search(document, words) if hit.score >= CONFUSED]
    best = max((hit.score for hit in hits), default=0.0)
    return [hit for hit in hits if hit.score == best]
