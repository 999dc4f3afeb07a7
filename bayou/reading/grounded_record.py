"""A generated record beside the page: where each value is printed, or that it isn't. Knows texts; not who wrote it.

A model can write a value that no page says. So each value is looked for among the lines that were read, or that a PDF
carries: a date as a date, an amount as a number, a text as it stands, then but for spaces and letters that readers
confuse. What isn't found is kept, for it may be right, and flagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bayou.documents.document import Document
from bayou.errors import UsageError
from bayou.inputs.messages import GivenPart
from bayou.reading.answers import Answerer, Limits, OnEvent
from bayou.reading.evidence import Evidence
from bayou.reading.extraction import JSON, NOT_PRINTED, Extraction, Field
from bayou.reading.field_candidates import amounts, evidence_of
from bayou.reading.field_clues import Clues
from bayou.reading.generated_record import generate_record
from bayou.reading.printed_amounts import CODES, currency_code, find_currencies
from bayou.reading.schemas import Schema
from bayou.reading.search import CONFUSED, search

LEFT_NULL = "the model found none"
_SAME_AMOUNT = 0.005


@dataclass(frozen=True, slots=True)
class _Printed:
    """Where and how a value is printed."""

    text: str
    evidence: tuple[Evidence, ...]
    alike: bool = False


def generated_extraction(
    answerer: Answerer,
    pages: tuple[Sequence[GivenPart], Document],
    schema: Schema,
    limits: Limits,
    model: str,
    on_event: OnEvent | None = None,
) -> Extraction:
    """What a model writes of some pages, each value looked for on them.

    Args:
        pages: Their pictures, and what was read of them.
        limits: As for ``generate_record``, whose errors these are.
    """
    made = generate_record(answerer, pages[0], schema.nullable, limits, on_event)
    return ground(pages[1], made.record, schema, model, made.probabilities)


def ground(
    document: Document,
    record: Mapping[str, Any],
    schema: Schema,
    model: str,
    probabilities: Mapping[str, float] | None = None,
) -> Extraction:
    """The record as an extraction, each value with the place where it is printed.

    Args:
        document: The pages, read line by line or with their own text.
        record: Valid by the schema, or by its nullable form.
        probabilities: For each path that of its tokens, where the model tells.
    """
    clues = Clues.of(document)
    fields = []
    for path, value in _values(record, ""):
        confidence = None if probabilities is None else probabilities.get(path)
        if value is None or value == []:
            fields.append(Field(path, value, None, confidence, (), LEFT_NULL))
            continue
        printed = _find(document, clues, value)
        if printed is None:
            fields.append(Field(path, value, None, confidence, (), NOT_PRINTED))
        else:
            reason = f"printed as {printed.text!r}" if printed.alike else ""
            fields.append(Field(path, value, printed.text, confidence, printed.evidence, reason))
    whole = cast(dict[str, JSON], dict(record))
    return Extraction(whole, tuple(fields), model, document, schema.problems(whole))


def _values(value: Any, path: str) -> Iterator[tuple[str, JSON]]:
    """The values of a record that are no objects and no lists, and empty lists."""
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _values(inner, f"{path}.{name}" if path else str(name))
        case list() if value:
            for number, inner in enumerate(value):
                yield from _values(inner, f"{path}[{number}]")
        case _:
            yield path, value


def _find(document: Document, clues: Clues, value: JSON) -> _Printed | None:
    match value:
        case bool():
            return None
        case int() | float():
            return _number(clues, value) or _text(document, f"{value:g}")
        case str():
            return _date(clues, value) or _currency(clues, value) or _text(document, value)
    return None


def _number(clues: Clues, value: float) -> _Printed | None:
    found = [one for one in amounts(clues) if abs(float(one.value) - value) < _SAME_AMOUNT]
    return _Printed(found[0].printed, evidence_of(clues, found[0].spans)) if found else None


def _date(clues: Clues, value: str) -> _Printed | None:
    """A day as it is printed; the model, which reads the language, may know which number is the month."""
    for index, row in enumerate(clues.dates):
        for one in row:
            days = {one.value("dmy"), one.value("mdy")} - {None}
            if value in {str(day) for day in days}:
                printed = clues.layout.pieces[index].text[one.start : one.end]
                return _Printed(printed, evidence_of(clues, ((index, one.start, one.end),)))
    return None


def _currency(clues: Clues, value: str) -> _Printed | None:
    """A code's sign."""
    if value not in CODES:
        return None
    for index, piece in enumerate(clues.layout.pieces):
        for start, end, sign in find_currencies(piece.text):
            if currency_code(sign, (value, *clues.currencies))[0] == value:
                return _Printed(sign, evidence_of(clues, ((index, start, end),)))
    return None


def _text(document: Document, value: str) -> _Printed | None:
    try:
        hits = search(document, value, limit=1)
    except UsageError:  # no letter and no figure in it
        return None
    if not hits:
        return None
    return _Printed(hits[0].text, (hits[0].evidence,), hits[0].score <= CONFUSED)
