"""What a record is to look like: JSON Schema, a Pydantic class, or a ready schema. Knows schemas; not documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bayou.errors import InputError, UsageError

READY = ("invoice", "receipt", "identity-card", "bank-cheque", "business-card", "table")
"""Schemas that come with bayou."""
FOLDER = Path(__file__).resolve().parent.parent / "assets/schemas"

DEEPEST = 6
"""Objects within objects; a schema that holds itself is followed no further."""

JsonSchema = Mapping[str, Any]


@runtime_checkable
class SchemaClass(Protocol):
    """A class that says what its JSON looks like, as Pydantic's models do."""

    def model_json_schema(self) -> dict[str, Any]:
        """Its JSON Schema."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema (draft 2020-12) of an object.

    Attributes:
        name: Of a ready schema, a file or a class; "" for a dictionary.
        json: As it was given.
    """

    name: str
    json: JsonSchema

    @property
    def title(self) -> str:
        return str(self.json.get("title", self.name))

    @property
    def nullable(self) -> dict[str, Any]:
        """The same, but each property may also be null: what wasn't found."""
        return _nullable(self.json)

    def problems(self, record: object) -> tuple[str, ...]:
        """Where a record doesn't fit, a sentence each; () where it does."""
        return check(self.json, record)


def check(schema: JsonSchema, value: object) -> tuple[str, ...]:
    """Where a value doesn't fit a schema, a sentence each."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    found = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    return tuple(f"{_path(error.absolute_path)}: {error.message}" for error in found)


def _path(parts: Iterator[str | int] | Any) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".") or "the record"


def load_schema(text: str | Path, files: bool = True) -> Schema:
    """The schema that a word of the command line stands for: a ready one's name, a .json file, JSON itself, or
    ``package.module:Model``.

    Args:
        files: False: ready names and JSON alone; nothing is opened or imported.

    Raises:
        UsageError: It is none of them, or no schema of an object.
        InputError: The file can't be read or isn't JSON.
    """
    name = str(text)
    if name in READY:
        return Schema(name, json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")))
    if name.lstrip().startswith("{"):
        return _checked("", _parsed(name, "the schema"))
    known = f"the ready schemas are {', '.join(READY)}"
    if not files:
        raise UsageError(f"{name!r} is no ready schema and no JSON; {known}")
    if Path(name).is_file():
        try:
            content = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"can't be read: {error}", name) from error
        return _checked(Path(name).stem, _parsed(content, name))
    module, colon, path = name.partition(":")
    if colon and re.fullmatch(r"[\w.]+", module) and path.isidentifier():
        return _imported(module, path)
    raise UsageError(f"{name!r} is no schema: there is no such file, and {known}; or give package.module:Model")


def schema_of(given: str | Path | JsonSchema | type | Schema) -> Schema:
    """A schema, however it is given: see ``Reader.extract``; errors as ``load_schema``."""
    match given:
        case Schema():
            return given
        case str() | Path():
            return load_schema(given)
        case Mapping():
            return _checked("", given)
        case type() if isinstance(given, SchemaClass):
            return _checked(given.__name__, given.model_json_schema())
    raise UsageError(f"a schema is a name, a path, a dictionary or a Pydantic class, not {given!r}")


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", name) from error


def _imported(module: str, path: str) -> Schema:
    import sys

    if "" not in sys.path:
        sys.path.insert(0, "")  # as `python -m` does: modules of the folder one stands in
    try:
        found = vars(import_module(module)).get(path)
    except ImportError as error:
        raise UsageError(f"{module}:{path} can't be imported: {error}") from error
    if not isinstance(found, type) or not isinstance(found, SchemaClass):
        raise UsageError(f"{module}:{path} is no Pydantic class")
    return schema_of(found)


def _checked(name: str, schema: Any) -> Schema:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    if not isinstance(schema, Mapping):
        raise UsageError(f"{name or 'the schema'} is no JSON Schema: it is no object")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise UsageError(f"{name or 'the schema'} is no JSON Schema: {error.message}") from error
    for reference in _references(schema):
        resolve(schema, {"$ref": reference})
    if not resolve(schema, schema).get("properties"):
        raise UsageError(f"{name or 'the schema'} names no properties; a record's schema is that of an object")
    return Schema(name, schema)


def _references(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def resolve(whole: JsonSchema, node: JsonSchema) -> JsonSchema:
    """A part of a schema with its references within the schema followed, and what may be null as what it is else.

    Raises:
        UsageError: A reference that leads elsewhere; nothing is fetched.
    """
    seen: list[str] = []
    while True:
        if "$ref" in node:
            reference = str(node["$ref"])
            if reference in seen or not reference.startswith("#"):
                raise UsageError(f"the schema's reference {reference!r} leads out of it, or nowhere")
            seen.append(reference)
            target: Any = whole
            for part in reference.lstrip("#").strip("/").split("/"):
                target = target.get(part.replace("~1", "/").replace("~0", "~")) if part else target
                if not isinstance(target, Mapping):
                    raise UsageError(f"the schema's reference {reference!r} leads nowhere")
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
            continue
        choices = node.get("anyOf") or node.get("oneOf") or node.get("allOf") or ()
        real = [one for one in choices if one.get("type") != "null"]
        if len(real) != 1:
            return node
        node = {**real[0], **{key: value for key, value in node.items() if key not in ("anyOf", "oneOf", "allOf")}}


def may_be_null(whole: JsonSchema, node: JsonSchema) -> bool:
    """Whether null fits a part of a schema."""
    return not check({**node, "$defs": whole.get("$defs", {}), "definitions": whole.get("definitions", {})}, None)


def _nullable(node: Any) -> Any:
    """Every property of every object in a schema may also be null."""
    if isinstance(node, list):
        return [_nullable(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    changed = {}
    for key, value in node.items():
        if key == "properties" and isinstance(value, Mapping):
            changed[key] = {name: _or_null(_nullable(one)) for name, one in value.items()}
        elif key in ("enum", "const", "default", "examples"):
            changed[key] = value
        else:
            changed[key] = _nullable(value)
    return changed


def _or_null(node: Any) -> Any:
    kind = node.get("type") if isinstance(node, Mapping) else None
    if kind == "null" or (isinstance(kind, list) and "null" in kind and "enum" not in node):
        return node
    if isinstance(node, Mapping) and any(one == {"type": "null"} for one in node.get("anyOf", ())):
        return node
    return {"anyOf": [node, {"type": "null"}]}
