"""A schema's properties as questions to a page: what each is called, of what kind its value is. Knows no documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bayou.reading.field_words import Concept, concept_named, concepts, item_concepts, tokens, words_of
from bayou.reading.schemas import JsonSchema, resolve

_LONGEST_LABEL = 5
"""Words; a longer title or description explains, and isn't printed on pages."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A property whose value is one value.

    Attributes:
        node: Its own schema, references followed.
        concept: What it is about, where that is known; else None.
        kind: Of its value: "amount", "date", "identifier", "text", ...
        labels: What may be printed beside it, where the concept isn't known.
    """

    node: JsonSchema
    concept: Concept | None
    kind: str
    labels: tuple[str, ...]

    @property
    def types(self) -> frozenset[str]:
        """The types of JSON that the value may have; without null."""
        kind = self.node.get("type", ())
        return frozenset([kind] if isinstance(kind, str) else kind) - {"null"}


def leaf_of(whole: JsonSchema, name: str, node: JsonSchema, parents: tuple[str, ...] = (), item: bool = False) -> Leaf:
    """The question that a property asks.

    Args:
        parents: The names of the objects around it, the outermost first: ``seller`` of ``seller.name``.
        item: It is a column of a list.
    """
    node = resolve(whole, node)
    title = str(node.get("title", ""))
    concept = _concept(node, name, title, parents, item)
    labels = [words_of(name), title, *map(str, node.get("x-bayou-labels", ()))]
    description = str(node.get("description", ""))
    labels += [description] if len(tokens(description)) <= _LONGEST_LABEL else []
    if concept is not None and (kind := _fitting(concept, node)) is None:
        concept = None
    labels = [label for label in labels if label and len(tokens(label)) <= _LONGEST_LABEL]
    kind = str(node.get("x-bayou-kind") or (concept and _fitting(concept, node)) or _kind(node, f"{name} {title}"))
    return Leaf(node, concept, kind, tuple(dict.fromkeys(labels)))


def _concept(node: JsonSchema, name: str, title: str, parents: tuple[str, ...], item: bool) -> Concept | None:
    known: Mapping[str, Concept] = item_concepts() if item else concepts()
    given = node.get("x-bayou-concept")
    if isinstance(given, str) and given in known:
        return known[given]
    own = [name, title] if title else [name]
    if item:
        return next((found for word in own if (found := concept_named(word, items=True))), None)
    for parent in (words_of(parents[-1]),) if parents else ():
        for word in own:
            if (found := concept_named(f"{parent} {words_of(word)}")) is not None:
                return found
        if (owner := concept_named(parent)) is not None and owner.kind in ("company", "person"):
            return None  # another party's address must not become the seller's
    return next((found for word in own if (found := concept_named(word))), None)


def _fitting(concept: Concept, node: JsonSchema) -> str | None:
    """The concept's kind, where a value of the schema's type can hold it; else None."""
    kind: Any = node.get("type", "string")
    types = {kind} if isinstance(kind, str) else set(kind)
    numeric = bool(types & {"number", "integer"}) and "string" not in types
    if "boolean" in types or types & {"object", "array"}:
        return None
    if numeric and concept.kind not in ("amount", "number", "percent", "identifier"):
        return None
    if node.get("format") == "date" and concept.kind != "date":
        return None
    return concept.kind


_FORMATS = {
    "date": "date", "time": "time", "email": "email", "idn-email": "email", "uri": "url", "iri": "url",
    "hostname": "url",
}  # fmt: skip
_WORDS = {
    "date": "date", "email": "email", "mail": "email", "phone": "phone", "telephone": "phone", "fax": "phone",
    "website": "url", "url": "url", "address": "address", "number": "identifier", "no": "identifier",
    "iban": "iban", "id": "identifier",
    "code": "identifier", "reference": "identifier", "ref": "identifier", "nr": "identifier", "time": "time",
    "datum": "date", "fecha": "date", "data": "date", "adresse": "address", "currency": "currency",
}  # fmt: skip


def _kind(node: JsonSchema, name: str) -> str:
    kind: Any = node.get("type", "string")
    types = {kind} if isinstance(kind, str) else set(kind)
    if types & {"number", "integer"}:
        return "amount"
    if node.get("format") in _FORMATS:
        return _FORMATS[str(node["format"])]
    if "boolean" in types:
        return "boolean"
    found = [_WORDS[word] for word in words_of(name).split(" ") if word in _WORDS]
    return found[-1] if found else "text"
