from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayou.errors import InputError, UsageError
from bayou.reading.schemas import READY, load_schema, resolve, schema_of


@pytest.mark.parametrize("name", READY)
def test_each_ready_schema_says_what_each_property_is(name: str) -> None:
    schema = schema_of(load_schema(name).json)
    assert schema.title
    for part in schema.json["properties"].values():
        assert part["title"] and part["description"]
    assert set(schema.json["required"]) == set(schema.json["properties"])


def test_a_file_a_word_and_json_are_schemas(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"total": {"type": "number"}}}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(schema), encoding="utf-8")
    assert load_schema(str(path)).name == "mine"
    assert load_schema(json.dumps(schema)).json == schema
    assert load_schema("tests.reading.pydantic_schema:Bill").json["properties"].keys() == {"number", "lines", "seller"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bill", "ready schemas are invoice"),
        ('{"type": "object"}', "no properties"),
        ('{"type": "thing", "properties": {}}', "no JSON Schema"),
        ('{"properties": {"a": {"$ref": "https://example.org/a.json"}}}', "leads out of it"),
        ('{"properties": {"a": {"$ref": "#/$defs/no"}}}', "leads nowhere"),
        ("tests.reading.pydantic_schema:Nothing", "no Pydantic class"),
        ("no.such.module:Model", "can't be imported"),
    ],
)
def test_what_is_no_schema(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_schema(text)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.json: is not JSON"):
        load_schema(path)


def test_what_a_stranger_sends_opens_and_imports_nothing() -> None:
    for text in ("tests.reading.pydantic_schema:Bill", __file__):
        with pytest.raises(UsageError, match="no ready schema and no JSON"):
            load_schema(text, files=False)
    assert load_schema("receipt", files=False).name == "receipt"


def test_what_was_not_found_may_be_null_in_the_nullable_schema_alone() -> None:
    schema = load_schema(
        '{"type":"object","properties":{"a":{"type":"number"},"b":{"$ref":"#/$defs/b"}},"$defs":{"b":{"type":"object","properties":{"c":{"enum":["x"]}}}}}'
    )
    record = {"a": None, "b": {"c": None}}
    assert len(schema.problems(record)) == 2
    assert schema_of(schema.nullable).problems(record) == ()
    assert schema_of(schema.nullable).problems({"a": "text"}) != ()


def test_references_and_what_may_be_null_are_followed() -> None:
    whole = {
        "$defs": {"money": {"type": "number"}},
        "properties": {"a": {"anyOf": [{"$ref": "#/$defs/money"}, {"type": "null"}]}},
    }
    assert resolve(whole, whole["properties"]["a"])["type"] == "number"
