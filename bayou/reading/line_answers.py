"""Answers about a document that was read, by a reader of lines: fields and words. Knows questions; no models.

Nothing is understood here and nothing made up: an answer is what is printed, with its place, or that it isn't there.
What can't be answered so is left to a larger model, and that is said.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from bayou.documents.document import Document
from bayou.reading.answers import Answer
from bayou.reading.asked_fields import PREFIX, asked_named, every_label, every_label_and
from bayou.reading.asked_values import asked_value, guess_or_labelled
from bayou.reading.extraction import Field
from bayou.reading.field_candidates import Candidate, evidence_of, reading_confidence
from bayou.reading.field_clues import Clues
from bayou.reading.field_finder import FieldFinder
from bayou.reading.labelled_values import kind_of, labelled_value
from bayou.reading.letter_parts import letter_of
from bayou.reading.line_record import fill
from bayou.reading.questions import FieldQuestion, PagesQuestion, WordsQuestion, understand
from bayou.reading.schemas import Schema
from bayou.reading.search import CONFUSED, Hit, search

NOT_FOUND = "Not in this document."
LARGER = (
    "nano answers what a field holds (What is the total?) and where words stand (Where does it say refund?); "
    "for other questions: bayou pull 800m (or 2b), then --model 800m"
)
NOT_WORD_FOR_WORD = "looked for word for word; 800m and 2b also find what is said in other words (bayou pull 800m)"
LEAST_SURE = 0.5
"""Of a value's confidence; below it the answer is told to be doubtful."""
BY_LABEL_OR_PLACE = 0.9
"""How sure a value beside its label, or at its place in a letter, is the right one, if it was read rightly."""
_MOST_HITS = 20


def answer_from_lines(document: Document, question: str, model: str) -> Answer:
    """The answer to a question about a document.

    Args:
        model: Who read it.

    Returns:
        ``found`` False and the text "Not in this document." where it isn't; without text and with a note where the
        question is none that can be answered so.
    """
    start = time.perf_counter()
    answer = _answer(document, question)
    return replace(answer, model=model, seconds=time.perf_counter() - start)


def _answer(document: Document, question: str) -> Answer:
    if document.pages and not any(page.lines for page in document.pages):
        status = {page.status for page in document.pages}
        told = "it is blank" if status == {"blank"} else "no text could be read on it"
        return _missing(told)
    match understand(question):
        case PagesQuestion():
            return Answer(str(len(document.pages)), "stop", "", confidence=1.0, found=True)
        case WordsQuestion(words, count):
            return _words(document, words, count)
        case FieldQuestion(name, concept):
            return _field(document, name, concept)
        case None:
            return Answer("", "stop", "", note=LARGER)


def _missing(note: str) -> Answer:
    return Answer(NOT_FOUND, "stop", "", note=note, found=False)


def _words(document: Document, words: str, count: bool) -> Answer:
    if not any(character.isalnum() for character in words):
        return Answer("", "stop", "", note=LARGER)
    hits = search(document, words, _MOST_HITS)
    if not hits:
        return _missing(f"{words!r} was {NOT_WORD_FOR_WORD}")
    evidence = tuple(hit.evidence for hit in hits)
    if count:
        several = f"{len(hits)} or more" if len(hits) == _MOST_HITS else str(len(hits))
        return Answer(several, "stop", "", found=True, evidence=evidence)
    return Answer("\n".join(hit.context for hit in hits), "stop", "", found=True, evidence=evidence, note=_doubt(hits))


def _doubt(hits: Sequence[Hit]) -> str:
    return "not spelt like that, but much alike" if all(hit.score <= CONFUSED for hit in hits) else ""


def _field(document: Document, name: str, concept: str | None) -> Answer:
    asked = asked_named(name)
    if asked is not None:
        clues = Clues.of(document, every_label())
        found = asked_value(clues, asked)
        if found is not None:
            return _found(clues, found)
        if asked.name == "subject" and letter_of(clues) is None:
            return Answer("", "stop", "", note=LARGER)  # what other pages are about is a matter of understanding them
        if concept is None:
            return _missing(_why_missing(document, name))
    return _unknown(document, name) if concept is None else _known(document, name, concept)


def _known(document: Document, name: str, concept: str) -> Answer:
    """A field that schemas know too: as they are filled, and with what its label tells where that finds nothing."""
    schema = Schema(
        "",
        {
            "type": "object",
            "properties": {"field": {"type": ["string", "null"], "title": name, "x-bayou-concept": concept}},
        },
    )
    clues, found = Clues.of(document, every_label()), FieldFinder(Clues.of(document)).find(concept)
    guess = found.candidate if found is not None else None
    value = guess_or_labelled(clues, concept, guess)
    if value is not None and (guess is None or value.spans != guess.spans):
        return _found(clues, value)
    (field,) = fill(document, schema, "").fields
    if value is None or not field.printed or field.value is None:
        return _missing(f"no {name} was found")
    return _value(field)


def _unknown(document: Document, name: str) -> Answer:
    """A field that nobody taught: beside its own words, or the lines that say them."""
    clues = Clues.of(document, every_label_and(name))
    found = labelled_value(clues, PREFIX + name, kind_of(name))
    if found is not None:
        return _found(clues, found)
    hits = search(document, name, 3)
    telling = [hit for hit in hits if hit.context.strip(" .:") != hit.text.strip(" .:")]
    if telling:  # it says so, but not as a label and a value
        lines = "\n".join(dict.fromkeys(hit.context for hit in telling))
        return Answer(lines, "stop", "", found=True, evidence=tuple(hit.evidence for hit in telling))
    return _missing(_why_missing(document, name))


def _why_missing(document: Document, name: str) -> str:
    hits = search(document, name, 1)
    if hits:
        return f"page {hits[0].page} names it, but says nothing beside it"
    return f"{name!r} was {NOT_WORD_FOR_WORD}"


def _found(clues: Clues, candidate: Candidate) -> Answer:
    read = reading_confidence(clues, candidate.spans)
    sure = round(BY_LABEL_OR_PLACE * (1.0 if read is None else read), 3)
    evidence = evidence_of(clues, candidate.spans)
    return Answer(candidate.printed, "stop", "", confidence=sure, found=True, evidence=evidence, note=candidate.doubt)


def _value(field: Field) -> Answer:
    unsure = field.confidence is not None and field.confidence < LEAST_SURE
    doubt = "it may be another value of the page, or misread" if unsure else ""
    return Answer(
        str(field.printed),
        "stop",
        "",
        confidence=field.confidence,
        found=True,
        evidence=field.evidence,
        note="; ".join(filter(None, [field.reason, doubt])),
    )


def with_pages(answer: Answer) -> str:
    """An answer's text with the pages that it stands on; as it is where that isn't known."""
    lines = answer.text.split("\n")
    if not answer.evidence or not answer.text:
        return answer.text
    if len(lines) == len(answer.evidence) > 1:
        return "\n".join(f"{line} (page {at.page})" for line, at in zip(lines, answer.evidence, strict=True))
    return f"{answer.text} ({pages_of(answer)})"


def pages_of(answer: Answer) -> str:
    """The pages of an answer's evidence in words: "page 1", "pages 1, 3"."""
    pages = sorted({place.page for place in answer.evidence})
    return f"page {pages[0]}" if len(pages) == 1 else f"pages {', '.join(map(str, pages))}"


def joined(documents: Sequence[Document]) -> Document:
    """Several documents as one, its pages counted through; a single one as it is."""
    if len(documents) == 1:
        return documents[0]
    pages = [page for document in documents for page in document.pages]
    numbered = tuple(replace(page, number=number) for number, page in enumerate(pages, start=1))
    models = {document.model for document in documents} - {""}
    return Document(numbered, ", ".join(document.name for document in documents), "", min(models, default=""))
