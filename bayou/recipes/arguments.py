"""A recipe's command line: name=value over typed defaults, --plan, --settings, --help. Knows no setting by name.

Every recipe's ``main(argv)`` begins with ``read_arguments``; so all of them are called alike.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from bayou.config import SettingsError, load, override, to_dict
from bayou.errors import UsageError

T = TypeVar("T")
_WIDEST, _NARROWEST = 120, 60
_LISTED = 8
"""Items of a tuple that help lists one by one; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """What a command asks of a recipe.

    Attributes:
        settings: The recipe's, as the command changed them.
        plan: Whether only to say what the run would need and take.
    """

    settings: T
    plan: bool = False


def read_arguments(recipe: str, defaults: T, argv: Sequence[str], about: str) -> Call[T] | None:
    """What ``bayou train RECIPE …`` asks for; None where it asked for help, which is then printed.

    Args:
        recipe: Its name.
        defaults: Its settings, a config as ``bayou.config`` knows them.
        argv: What stands after the recipe's name: settings as ``name.of.field=value``, and options.
        about: One sentence for the help.

    Raises:
        UsageError: An unknown option or setting, or a value of the wrong type; it says which.
    """
    settings, changes, plan = defaults, list[str](), False
    words = iter(argv)
    for word in words:
        if word in ("-h", "--help"):
            print(help_text(recipe, defaults, about))
            return None
        if word == "--plan":
            plan = True
        elif word == "--settings":
            settings = _from_file(type(defaults), next(words, None))
        elif word.startswith("-") or "=" not in word:
            raise UsageError(f"{word!r}: settings are given as name=value; bayou train {recipe} --help lists them")
        else:
            changes.append(word)
    try:
        return Call(override(settings, changes), plan)
    except SettingsError as error:
        raise UsageError(f"{error}; bayou train {recipe} --help lists the settings") from error


def _from_file(kind: type[T], path: str | None) -> T:
    if path is None:
        raise UsageError("--settings needs a file, such as the settings.json of an earlier run")
    try:
        return load(kind, path)
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", path) from error
    except SettingsError as error:
        raise UsageError(str(error)) from error


def help_text(recipe: str, defaults: Any, about: str) -> str:
    """The page of ``--help``: options, then every setting with its default and what its owner says of it."""
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))
    lines = [
        f"Usage: bayou train {recipe} [name=value …] [--plan] [--settings FILE]",
        "",
        *textwrap.wrap(about, width),
        "",
        "  --plan           say what the run needs and takes, and start nothing",
        "  --settings FILE  start from the settings of an earlier run (its settings.json)",
        "",
        "Settings:",
        *setting_lines(defaults, width),
    ]
    return "\n".join(lines)


def setting_lines(defaults: Any, width: int) -> Iterator[str]:
    """Every setting with its default, and below it what its owner says of it."""
    for name, value, meaning in settings_of(defaults):
        yield f"  {name}={json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value}"
        yield from textwrap.wrap(meaning, width, initial_indent="      ", subsequent_indent="      ")


def settings_of(config: Any, place: str = "") -> Iterator[tuple[str, Any, str]]:
    """Dotted name, plain value and meaning of each setting; a tuple of configs by the names of its items."""
    meanings, plain = _meanings(config), to_dict(config)
    for field in dataclasses.fields(config):
        value, name = attrgetter(field.name)(config), place + field.name
        if dataclasses.is_dataclass(value):
            yield from settings_of(value, f"{name}.")
        elif isinstance(value, tuple) and value and all(map(dataclasses.is_dataclass, value)):
            if len(value) > _LISTED:
                yield name, f"[{len(value)} of them]", meanings.get(field.name, "")
                continue
            for number, item in enumerate(value):
                yield from settings_of(item, f"{name}.{to_dict(item).get('name', number)}.")
        else:
            yield name, plain[field.name], meanings.get(field.name, "")


def _meanings(config: Any) -> dict[str, str]:
    """What the part ``Attributes:`` of a config's docstring says of each."""
    _, _, listed = (type(config).__doc__ or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    name = ""
    for line in textwrap.dedent(listed).splitlines():
        start = re.match(r"(\w+): (.*)", line)
        if start:
            name, found[start[1]] = start[1], start[2]
        elif name and line.strip():
            found[name] += " " + line.strip()
    return found
