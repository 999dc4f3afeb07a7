"""Loads, overrides and saves settings: frozen dataclasses, checked against their types. Knows no setting by name.

A config is a (frozen) dataclass owned by the part it configures, made of bool, int, float, str, Path, None, literals,
tuples and other such dataclasses. Files are JSON, or TOML where only read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class SettingsError(ValueError):
    """A setting is unknown, missing or of the wrong type; whoever owns the settings says it as an error of bayou's."""


def from_dict(kind: type[T], values: Mapping[str, Any]) -> T:
    """A config of type ``kind`` with these values; fields that are not named keep their defaults.

    Raises:
        SettingsError: an unknown name, a value of the wrong type, or a field without default that is missing.
    """
    value: T = _build(kind, values, "")
    return value


def to_dict(config: object) -> dict[str, Any]:
    """Nested dictionary of a config, of values that JSON has."""
    if not dataclasses.is_dataclass(config) or isinstance(config, type):
        raise SettingsError(f"{config!r} is not a config")
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(config), default=str))  # paths become strings
    return plain


def override(config: T, changes: Mapping[str, Any] | Iterable[str]) -> T:
    """A copy with some values changed.

    Args:
        changes: Dotted names and values, or strings ``name.of.field=value`` from a command line, whose value is read as
            JSON where it is JSON and as a string where it is not. A tuple's item is named by its place, from 0 on, or
            where items have a field ``name``, by that: ``stages.projector.steps=100``.

    Raises:
        SettingsError: as for ``from_dict``, or a string without "=".
    """
    pairs = changes.items() if isinstance(changes, Mapping) else [_split(change) for change in changes]
    values = to_dict(config)
    for name, value in pairs:
        *path, last = name.split(".")
        section: Any = values
        for step in path:
            section = section[_place(section, step, name)]
        section[_place(section, last, name)] = value
    return from_dict(type(config), values)


def load(kind: type[T], path: str | Path) -> T:
    """Read a config from a ``.toml`` file, or any other as JSON.

    Raises:
        OSError: the file can't be read.
        SettingsError: it can't be parsed, or as for ``from_dict``.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except ValueError as error:  # of JSON, TOML and UTF-8 alike
        raise SettingsError(f"{file}: the settings can't be parsed: {error}") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{file}: the settings are not a table")
    return from_dict(kind, values)


def save(config: object, path: str | Path) -> None:
    """Write a config as JSON that ``load`` reads back equal, whole or not at all.

    Raises:
        OSError: it can't be written.
    """
    target = Path(path)
    text = json.dumps(to_dict(config), indent=2, ensure_ascii=False) + "\n"
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def fingerprint(config: object) -> str:
    """SHA-256 of a config's values, the same in every process: for manifests and caches."""
    text = json.dumps(to_dict(config), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _place(section: Any, step: str, name: str) -> Any:
    """The key or index of ``step`` in a table or a list."""
    if isinstance(section, dict) and step in section:
        return step
    if isinstance(section, list):
        for place, item in enumerate(section):
            if step == str(place) or (isinstance(item, dict) and item.get("name") == step):
                return place
    raise SettingsError(f"there is no setting {name!r}")


def _split(change: str) -> tuple[str, Any]:
    name, equals, text = change.partition("=")
    if not equals:
        raise SettingsError(f"a setting is given as name=value, not {change!r}")
    try:
        return name, json.loads(text)
    except ValueError:
        return name, text


def _build(kind: Any, values: Any, place: str) -> Any:
    """A dataclass from a dictionary."""
    if not isinstance(values, Mapping):
        raise SettingsError(f"{place or 'the settings'}: a table is needed, not {values!r}")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise SettingsError(f"there is no setting {_join(place, unknown[0])!r}")
    missing = [
        name
        for name, field in fields.items()
        if name not in values and field.default is field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise SettingsError(f"{_join(place, missing[0])} is missing")
    return kind(**{name: _convert(hints[name], value, _join(place, name)) for name, value in values.items()})


def _convert(kind: Any, value: Any, place: str) -> Any:
    """A plain value as the type that a field has."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(arguments, value, place)
    if origin is typing.Literal:
        if value in arguments:
            return value
        raise SettingsError(f"{place} is one of {', '.join(map(repr, arguments))}, not {value!r}")
    if origin is tuple and isinstance(value, list | tuple):
        kinds = (arguments[0],) * len(value) if arguments[-1] is Ellipsis else arguments
        if len(kinds) == len(value):
            return tuple(_convert(kinds[i], item, f"{place}[{i}]") for i, item in enumerate(value))
    elif dataclasses.is_dataclass(kind):
        return _build(kind, value, place)
    elif kind is Path and isinstance(value, str | Path):
        return Path(value)
    elif kind is float and type(value) is int:
        return float(value)
    elif type(value) is kind:
        return value
    raise SettingsError(f"{place} is {_name(kind)}, not {value!r}")


def _convert_union(kinds: tuple[Any, ...], value: Any, place: str) -> Any:
    refusals = []
    for kind in kinds:
        try:
            return _convert(kind, value, place)
        except SettingsError as error:
            refusals.append(str(error))
    raise SettingsError("; or ".join(refusals))


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _name(kind: Any) -> str:
    if kind is types.NoneType:
        return "null"
    return kind.__name__ if isinstance(kind, type) else str(kind)
