"""What questions ask for that no ready schema has: of letters, forms, tickets. Knows names and labels; no documents.

They stand apart from the concepts, whose number the taught trees hang on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bayou.reading.field_words import LabelFinder, concepts, words_of

ASKED = Path(__file__).resolve().parent.parent / "assets/fields/asked.json"
PREFIX = "asked:"
"""Before the name of such a field where it stands for what a label announces."""


@dataclass(frozen=True, slots=True)
class AskedField:
    """A field that may be asked for.

    Attributes:
        page: On what kind of page it stands: "letter", "form", "ticket", "statement".
        kind: Of its value: "name", "text", "street", "postcode", "code", "short", "time", "date", "amount", "numbers".
        names: What a question calls it.
        labels: What is printed beside it, in nine languages.
    """

    name: str
    page: str
    kind: str
    names: tuple[str, ...]
    labels: tuple[str, ...]


@cache
def asked_fields() -> Mapping[str, AskedField]:
    """All of them, by name."""
    table: dict[str, dict[str, dict[str, list[str] | str]]] = json.loads(ASKED.read_text(encoding="utf-8"))
    return {
        name: AskedField(name, page, str(entry["kind"]), tuple(entry["names"]), tuple(entry["labels"]))
        for page, entries in table.items()
        for name, entry in entries.items()
    }


@cache
def _names() -> Mapping[str, str]:
    return {words_of(name): one.name for one in asked_fields().values() for name in one.names}


def asked_named(name: str) -> AskedField | None:
    """The field that a question calls so; None for one that isn't known."""
    found = _names().get(words_of(name))
    return asked_fields()[found] if found is not None else None


@cache
def every_label() -> LabelFinder:
    """Finds the labels of all fields: of these, and of the concepts."""
    own = [(f"{PREFIX}{one.name}", one.labels) for one in asked_fields().values()]
    return LabelFinder([*own, *((name, concept.labels) for name, concept in concepts().items())])


def every_label_and(name: str) -> LabelFinder:
    """The same, and a field's own name as its label."""
    own = [(f"{PREFIX}{one.name}", one.labels) for one in asked_fields().values()]
    known = [(concept, one.labels) for concept, one in concepts().items()]
    return LabelFinder([(f"{PREFIX}{name}", (name,)), *own, *known])
