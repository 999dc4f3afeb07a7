"""Records by a schema from whatever answers: what is asked, what comes back, how sure each value is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PIL import Image

from bayou.errors import LimitError, ModelError
from bayou.reading.answers import Answer, Limits
from bayou.reading.generated_record import (
    closed_schema,
    generate_record,
    record_prompt,
    value_probabilities,
    value_spans,
)
from bayou.reading.model_answers import ModelAnswerer
from bayou.reading.schemas import check
from tests.engine.tiny_models import page, tiny
from tests.reading.scripted_answerer import ScriptedAnswerer

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "vendor": {"type": "string", "description": "Who sells", "maxLength": 6},
        "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "description": "When it is due"},
        "kind": {"enum": ["invoice", "receipt", None]},
        "items": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/item"}},
    },
    "required": ["vendor", "due", "kind", "items"],
    "$defs": {"item": {"type": "object", "properties": {"count": {"type": "integer", "maximum": 99, "minimum": 0}}}},
}
RECORD = '{"vendor": "Acme", "due": null, "kind": "invoice", "items": [{"count": 3}, {"count": 12}]}'


def test_the_prompt_tells_each_field_with_its_meaning() -> None:
    assert record_prompt(SCHEMA).split("\n")[1:] == [
        "- vendor (string): Who sells",
        "- due (date): When it is due",
        '- kind ("invoice" or "receipt")',
        "- items (list)",
        "  - count (integer)",
    ]


def test_objects_are_closed_unless_they_say_otherwise() -> None:
    closed = closed_schema({**SCHEMA, "properties": {**SCHEMA["properties"], "enum": {"properties": {}}}})
    assert closed["additionalProperties"] is False
    assert closed["$defs"]["item"]["additionalProperties"] is False
    assert closed["properties"]["enum"] == {"properties": {}, "additionalProperties": False}
    assert "additionalProperties" not in closed["properties"]
    open_one = {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}}
    assert closed_schema(open_one) == open_one


def test_a_record_comes_back_with_its_answer() -> None:
    answerer = ScriptedAnswerer(RECORD)
    found = generate_record(answerer, [Image.new("RGB", (20, 20))], SCHEMA, Limits(500))
    assert found.record["items"] == [{"count": 3}, {"count": 12}]
    assert (found.probabilities, found.answer.text) == (None, RECORD)
    ((messages, limits, _),) = answerer.asked
    assert limits.constraint is not None and json.loads(limits.constraint.text) == closed_schema(SCHEMA)
    assert str(messages[-1].parts[-1]).endswith(record_prompt(SCHEMA))


@pytest.mark.parametrize(
    ("text", "reason", "error", "told"),
    [
        (RECORD[:-3], "length", LimitError, "cut off after 500 tokens"),
        ("The vendor is Acme.", "stop", ModelError, "no JSON"),
        (RECORD.replace("invoice", "letter"), "stop", ModelError, "kind"),
    ],
)
def test_what_is_no_whole_record_is_an_error(text: str, reason: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        generate_record(ScriptedAnswerer(text, reason), [], SCHEMA, Limits(500))


def test_values_have_the_probability_of_their_tokens() -> None:
    assert [(path, RECORD[first:end]) for path, first, end in value_spans(RECORD)] == [
        ("vendor", '"Acme"'),
        ("due", "null"),
        ("kind", '"invoice"'),
        ("items[0].count", "3"),
        ("items[1].count", "12"),
    ]
    assert value_spans('[[], {}, "a\\"]", [1]]') == [("[2]", 9, 15), ("[3][0]", 18, 19)]
    pieces = ('  {"a": ', 0.5), ("12", 0.25), (', "b": "', 1.0), ("x", 0.5), ('y"', 0.5), ("}", 1.0)
    answer = Answer('{"a": 12, "b": "xy"}', "stop", "m", tokens=pieces)
    found = value_probabilities(answer)
    assert found is not None and round(found["a"], 6) == 0.25
    assert round(found["b"], 6) == 0.25  # its quotation mark is certain
    assert value_probabilities(Answer("{}", "stop", "m")) is None


def test_a_member_writes_a_valid_record() -> None:
    found = generate_record(ModelAnswerer(tiny(), "tiny"), [page(300, 300)], SCHEMA, Limits(300))
    assert not check(SCHEMA, found.record)
    assert found.probabilities is not None and set(found.probabilities) >= {"vendor", "due", "kind"}
    assert all(0 < value <= 1 for value in found.probabilities.values())
