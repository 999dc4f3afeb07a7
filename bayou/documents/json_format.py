"""A document as JSON and back, without loss. Knows the document's dataclasses; not what is on the pages.

The JSON mirrors the dataclasses of ``document.py`` by field name; a box is ``[left, top, right, bottom]``, a
quadrilateral a list of four points. Reading is strict: another schema version, an unknown or missing field or a value
of the wrong type is an error that says where it stands.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from functools import cache
from typing import Any, Literal, cast

from bayou.documents.document import SCHEMA_VERSION, Document, Page
from bayou.documents.geometry import Box
from bayou.errors import InputError

_BOX_FIELDS = tuple(field.name for field in dataclasses.fields(Box))


def to_json(document: Document, indent: int | None = None) -> str:
    """``document`` as JSON text. ``from_json`` gives an equal document.

    Raises:
        ValueError: A number isn't finite.
    """
    return json.dumps(
        dataclasses.asdict(document, dict_factory=_compact), ensure_ascii=False, allow_nan=False, indent=indent
    )


def from_json(text: str | bytes) -> Document:
    """The document that ``to_json`` wrote.

    Raises:
        InputError: The text isn't JSON, or not a document of this schema version.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a bayou document: not JSON ({error})") from error
    if not isinstance(data, dict) or "schema_version" not in data:
        raise InputError("not a bayou document: it has no schema_version")
    version = data["schema_version"]
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise InputError(
            f"a bayou document of schema version {version!r}, but this bayou reads version {SCHEMA_VERSION};"
            " use the bayou that wrote it, or read the file again"
        )
    return cast(Document, _decode(Document, data, "document"))


def page_to_dict(page: Page) -> dict[str, Any]:
    """``page`` as it stands among a document's pages in JSON. ``page_from_dict`` gives an equal page."""
    return cast(dict[str, Any], dataclasses.asdict(page, dict_factory=_compact))


def page_from_dict(data: object) -> Page:
    """The page that ``page_to_dict`` made; InputError where it isn't one."""
    return cast(Page, _decode(Page, data, "page"))


def _compact(fields: list[tuple[str, Any]]) -> Any:
    """A dataclass's fields as an object, or a box's as a list."""
    if tuple(name for name, _ in fields) == _BOX_FIELDS:
        return [value for _, value in fields]
    return dict(fields)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _decode(kind: Any, value: Any, where: str) -> Any:
    """``value`` as ``kind``, a type of the document's dataclasses."""
    if kind is Box:
        return Box(*_decode(tuple[float, float, float, float], value, where))
    if dataclasses.is_dataclass(kind):
        return _decode_fields(cast(type, kind), value, where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        rest = next(argument for argument in arguments if argument is not types.NoneType)
        return None if value is None else _decode(rest, value, where)
    if origin is Literal:
        return value if value in arguments else _fail(where, f"one of {', '.join(map(str, arguments))}", value)
    if origin is tuple:
        return _decode_tuple(arguments, value, where)
    if origin is dict:
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            _fail(where, "an object of strings", value)
        return dict(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        _fail(where, kind.__name__, value)
    return value


def _decode_tuple(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        _fail(where, "a list", value)
    if arguments[-1] is Ellipsis:
        return tuple(_decode(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if len(value) != len(arguments):
        _fail(where, f"{len(arguments)} values", value)
    return tuple(_decode(kind, item, where) for kind, item in zip(arguments, value, strict=True))


def _decode_fields(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        _fail(where, "an object", value)
    hints = _hints(kind)
    if set(value) != set(hints):
        wrong = sorted(set(value) ^ set(hints))
        raise InputError(f"not a bayou document: {where} has missing or unknown fields: {', '.join(wrong)}")
    return kind(**{name: _decode(hint, value[name], f"{where}.{name}") for name, hint in hints.items()})


def _fail(where: str, expected: str, value: Any) -> typing.NoReturn:
    raise InputError(f"not a bayou document: {where} should be {expected}, not {str(value)[:60]!r}")
