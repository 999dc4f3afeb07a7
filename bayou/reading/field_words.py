"""What fields are called: in schemas, and in nine languages on pages. Knows words; not where they stand on a page."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CONCEPTS = Path(__file__).resolve().parent.parent / "assets/fields/concepts.json"

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[#%]")
_BEGINS_A_NUMBER = re.compile(r"[-/]\d")
"""What follows a word that is the beginning of a number: INV-4711."""
_MOST_TOKENS = 6
_LEAST_FOR_A_SLIP = 6
"""A word of so many letters is known with one letter misread, missing or too much."""


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that documents say, such as the total.

    Attributes:
        kind: What its value is: "amount", "date", "company", "address", ...
        names: What a schema's property for it may be called.
        labels: What is printed beside it.
    """

    name: str
    kind: str
    names: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a line: which concept it announces, where it stands, and the number of its words."""

    concept: str
    start: int
    end: int
    words: int


@cache
def _table() -> Mapping[str, object]:
    table: dict[str, object] = json.loads(CONCEPTS.read_text(encoding="utf-8"))
    return table


def _concepts(part: str) -> dict[str, Concept]:
    entries = _table()[part]
    assert isinstance(entries, dict)
    return {
        name: Concept(name, entry["kind"], tuple(entry["names"]), tuple(entry["labels"]))
        for name, entry in entries.items()
    }


@cache
def concepts() -> Mapping[str, Concept]:
    """What documents say as a whole, by name."""
    return _concepts("fields")


@cache
def item_concepts() -> Mapping[str, Concept]:
    """What the rows of a list say, such as the quantity, by name."""
    return _concepts("items")


def words_of(name: str) -> str:
    """A property's name as words: ``invoiceNo``, ``invoice_no`` and ``Invoice no.`` are "invoice no"."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(token for token, _, _ in tokens(parted))


def tokens(text: str) -> list[tuple[str, int, int]]:
    """The words, numbers and signs of a line, without case and accents, and where they stand."""
    return [(_folded(match[0]), *match.span()) for match in _TOKEN.finditer(text)]


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("ł", "l")


def is_list(name: str) -> bool:
    """Whether a property of this name is the list of a document's entries."""
    lists = _table()["lists"]
    return isinstance(lists, list) and words_of(name) in lists


@cache
def _names(items: bool) -> Mapping[str, str]:
    known = item_concepts() if items else concepts()
    return {words_of(name): concept.name for concept in reversed([*known.values()]) for name in concept.names} | {
        words_of(name): name for name in known
    }


def concept_named(name: str, items: bool = False) -> Concept | None:
    """The concept that a property of this name, or with this title, is about; None for one that isn't known."""
    known = item_concepts() if items else concepts()
    found = _names(items).get(words_of(name))
    return known[found] if found is not None else None


class LabelFinder:
    """Finds labels in lines: the longest first, and each word in one label alone.

    A word of one letter behind a label is no slip of the label's: "Receipt no. E90-75710".

    Args:
        labels: For each concept the phrases that announce it.
    """

    def __init__(self, labels: Iterable[tuple[str, Iterable[str]]]) -> None:
        self._exact: dict[str, tuple[str, ...]] = {}
        self._slips: dict[str, str] = {}
        for concept, phrases in labels:
            for phrase in phrases:
                key = "".join(token for token, _, _ in tokens(phrase))
                if key and concept not in self._exact.get(key, ()):
                    self._exact[key] = (*self._exact.get(key, ()), concept)
                if len(key) >= _LEAST_FOR_A_SLIP:
                    for shorter in _without_one(key):
                        self._slips.setdefault(shorter, key)

    def find(self, text: str) -> list[Label]:
        """The labels of a line from left to right; one phrase may announce several concepts."""
        parts = tokens(text)
        found: list[Label] = []
        taken = [False] * len(parts)
        for size in range(min(_MOST_TOKENS, len(parts)), 0, -1):
            for first in range(len(parts) - size + 1):
                if any(taken[first : first + size]):
                    continue
                key = "".join(token for token, _, _ in parts[first : first + size])
                beyond = size > 1 and len(parts[first + size - 1][0]) == 1 and key not in self._exact
                names = self._known(key) if not (beyond and key[:-1] in self._exact) else ()
                if names and not _BEGINS_A_NUMBER.match(text, parts[first + size - 1][2]):
                    taken[first : first + size] = [True] * size
                    place = parts[first][1], parts[first + size - 1][2]
                    found += [Label(name, *place, size) for name in names]
        return sorted(found, key=lambda label: label.start)

    def _known(self, key: str) -> tuple[str, ...]:
        if key in self._exact:
            return self._exact[key]
        if len(key) < _LEAST_FOR_A_SLIP or not key.isalpha():
            return ()
        near = self._slips.get(key)
        if near is None:
            shorter = _without_one(key)
            near = next((one for one in shorter if one in self._exact and len(one) >= _LEAST_FOR_A_SLIP), None)
            near = near or next((self._slips[one] for one in shorter if one in self._slips), None)
        return self._exact[near] if near is not None else ()


def _without_one(key: str) -> list[str]:
    return [key[:at] + key[at + 1 :] for at in range(len(key))]


@cache
def label_finder() -> LabelFinder:
    """Of all that documents say."""
    return LabelFinder((concept.name, concept.labels) for concept in concepts().values())


@cache
def header_finder() -> LabelFinder:
    """Of the heads of tables' columns."""
    return LabelFinder((concept.name, concept.labels) for concept in item_concepts().values())
