"""A record that a generating model writes by a JSON Schema. Knows prompts and JSON; not pages, boxes or evidence.

The model is told what each field means, and kept to the schema while it writes, so what comes is valid; only the limit
of tokens can cut it off, which is an error. Whether a value is really printed on the page is for others to check.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bayou.engine.constraints import Constraint
from bayou.errors import LimitError, ModelError
from bayou.inputs.messages import GivenPart
from bayou.reading.answers import Answer, Answerer, Limits, OnEvent
from bayou.reading.confidence import text_probability
from bayou.reading.schemas import check, resolve
from bayou.reading.tasks import question_messages

TASK = (
    "Read the document and give the following fields as JSON, as they are printed. "
    "Give null for what the document doesn't say."
)
_DEEPEST = 6
_SPACES = " \t\n\r"


@dataclass(frozen=True, slots=True)
class GeneratedRecord:
    """A record as a model wrote it.

    Attributes:
        record: Valid by the schema.
        probabilities: For each value that isn't an object or a list its path (``total``, ``items[0].amount``) and the
            probability of its tokens, 0 to 1, among those that the schema allowed. None: the model tells none.
        answer: What the model wrote, and what it took.
    """

    record: Any
    probabilities: Mapping[str, float] | None
    answer: Answer


def generate_record(
    answerer: Answerer,
    images: Sequence[GivenPart],
    schema: Mapping[str, Any],
    limits: Limits,
    on_event: OnEvent | None = None,
) -> GeneratedRecord:
    """Ask a model for a record of the pages.

    Args:
        images: The pages.
        schema: JSON Schema. Its objects are taken for closed where they don't say otherwise; descriptions and titles
            tell the model what is meant.
        limits: Their constraint is replaced by the schema.

    Raises:
        LimitError: The record is longer than ``max_new_tokens``, or all is more than the model can see.
        ModelError: A server ignored the schema.
        InputError, UsageError, MissingExtraError: As for the answerer; a schema that can't be kept to.
    """
    closed = closed_schema(schema)
    kept = replace(limits, constraint=Constraint.json_schema(closed))
    answer = answerer.answer(question_messages(record_prompt(closed), images), kept, on_event=on_event)
    if answer.finish_reason == "length":
        raise LimitError(f"the record was cut off after {limits.max_new_tokens} tokens; raise max_new_tokens")
    return GeneratedRecord(_parsed(answer, closed), value_probabilities(answer), answer)


def closed_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with objects that have the properties they name and no others, unless they say otherwise."""

    def closed(node: Any, names: bool = False) -> Any:
        if isinstance(node, list):
            return [closed(one) for one in node]
        if not isinstance(node, Mapping):
            return node
        made = {
            key: value if key in ("enum", "const", "default", "examples") and not names else closed(value, _maps(key))
            for key, value in node.items()
        }
        if not names and "properties" in made and "additionalProperties" not in made:
            made["additionalProperties"] = False
        return made

    result: dict[str, Any] = closed(schema)
    return result


def _maps(key: str) -> bool:
    """Whether a keyword's value maps names to schemas, so that its keys are no keywords."""
    return key in ("properties", "$defs", "definitions", "patternProperties")


def record_prompt(schema: Mapping[str, Any]) -> str:
    """What a model is told: the task, and a line for each field with its type and meaning."""
    return "\n".join([TASK, *_field_lines(schema, schema, 0)])


def _field_lines(whole: Mapping[str, Any], node: Mapping[str, Any], depth: int) -> Iterator[str]:
    node = resolve(whole, node)
    if "items" in node and isinstance(node["items"], Mapping):
        node = resolve(whole, node["items"])
    for name, given in node.get("properties", {}).items():
        part = resolve(whole, given)
        meaning = given.get("description") or part.get("description") or part.get("title") or ""
        kind = _kind(part)
        yield "  " * depth + f"- {name}" + (f" ({kind})" if kind else "") + (f": {meaning}" if meaning else "")
        if depth < _DEEPEST:
            yield from _field_lines(whole, part, depth + 1)


def _kind(part: Mapping[str, Any]) -> str:
    if "enum" in part:
        return " or ".join(json.dumps(value, ensure_ascii=False) for value in part["enum"] if value is not None)
    given = part.get("type", "")
    kinds = [kind for kind in (given if isinstance(given, list) else [given]) if kind != "null"]
    return str(part.get("format") or " or ".join(kinds)).replace("array", "list")


def _parsed(answer: Answer, schema: Mapping[str, Any]) -> Any:
    ignored = f"{answer.model} doesn't keep to the schema; does its server know response_format json_schema?"
    try:
        record = json.loads(answer.text)
    except ValueError as error:
        raise ModelError(f"{ignored} It gave no JSON: {answer.text[:80]!r}") from error
    problems = check(schema, record)
    if problems:
        raise ModelError(f"{ignored} {problems[0]}")
    return record


def value_probabilities(answer: Answer) -> dict[str, float] | None:
    """For each value in an answer of JSON the probability of its tokens; None where they aren't known."""
    if answer.tokens is None:
        return None
    joined = "".join(text for text, _ in answer.tokens)
    begin = joined.find(answer.text)
    if begin < 0:
        return None
    places, at = [], -begin
    for text, probability in answer.tokens:
        places.append((at, at + len(text), probability))
        at += len(text)
    found = {}
    for path, first, last in value_spans(answer.text):
        taken = [probability for start, end, probability in places if start < last and end > first]
        found[path] = text_probability(taken)
    return found


def value_spans(text: str) -> list[tuple[str, int, int]]:
    """The path, first and end place of each value of a JSON text that is no object or list."""
    spans: list[tuple[str, int, int]] = []
    decoder = json.JSONDecoder()

    def skip(at: int) -> int:
        while text[at : at + 1] and text[at] in _SPACES:
            at += 1
        return at

    def value(at: int, path: str) -> int:
        if text[at] == "{":
            at = skip(at + 1)
            while text[at] != "}":
                name, at = decoder.raw_decode(text, at)
                at = skip(value(skip(skip(at) + 1), f"{path}.{name}" if path else name))
                at = skip(at + 1) if text[at] == "," else at
            return at + 1
        if text[at] == "[":
            at, number = skip(at + 1), 0
            while text[at] != "]":
                at = skip(value(at, f"{path}[{number}]"))
                at, number = skip(at + 1) if text[at] == "," else at, number + 1
            return at + 1
        _, end = decoder.raw_decode(text, at)
        spans.append((path, at, end))
        return end

    value(skip(0), "")
    return spans
