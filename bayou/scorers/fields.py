"""Fields read from a document beside those it has: F1 of pairs, and a tree's accuracy. Knows JSON values; no pages.

The scores are those of CC-OCR's key information extraction, after Donut, as VLMEvalKit and lmms-eval have them. Their
denominators are a millionth too large, so that a perfect file scores a little below 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bayou.scorers.answer_match import full_width_folded
from bayou.scorers.tables import Node, tree_edit_distance
from bayou.scorers.text import edit_distance

SMALL = 1e-6
_HAN = "\u4e00-\u9fff"
_LEAF = "leaf"


def parsed_object(text: str) -> Any | None:
    """The JSON in a model's answer, as it is or in a fence marked ``json``; None where there is none."""
    fenced = re.search(r"```json(.*?)```", text, re.DOTALL)
    if "```json" in text and fenced is None:
        return None
    try:
        return json.loads((fenced[1] if fenced else text).strip().replace("\n", ""))
    except ValueError:
        return None


def normalised_text(text: str) -> str:
    """Full-width characters plain, spaces as between Latin words, letters and digits parted."""
    text = full_width_folded(text).replace("、", ",")
    for before, after in ((f"[{_HAN}]", f"[{_HAN}]"), (f"[{_HAN}]", "[a-zA-Z0-9]"), ("[a-zA-Z0-9]", f"[{_HAN}]")):
        text = re.sub(rf"(?<={before})\s+(?={after})", "", text)
    text = re.sub(r"(?<![0-9])\s*([,.!?:;])\s*", r"\1 ", text)
    text = re.sub(r"(?<=[0-9])(?=[a-zA-Z])|(?<=[a-zA-Z])(?=[0-9])", " ", text)
    return re.sub(r"\s+", " ", text)


def _normalised(value: Any) -> Any:
    """Texts normalised, but not those in lists, as published."""
    if isinstance(value, dict):
        return {key: _normalised(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_normalised(inner) if isinstance(inner, dict) else inner for inner in value]
    return normalised_text(value) if isinstance(value, str) else value


def _in_order(value: Any) -> Any:
    """Keys by length and spelling, single values in lists, empty ones left out."""
    if isinstance(value, dict):
        found = {}
        for key in sorted(value, key=lambda name: (len(name), name)):
            inner = _in_order(value[key])
            if inner:
                found[key] = inner if isinstance(inner, list) else [inner]
        return found
    if isinstance(value, list):
        if all(isinstance(inner, dict) for inner in value):
            return [ordered for ordered in map(_in_order, value) if ordered]
        kept = [str(inner).strip() for inner in value if type(inner) in (str, int, float)]
        return [text for text in kept if text]
    return [str(value).strip()]


def _pairs(value: Any, key: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _pairs(inner, f"{key}.{name}" if key else name)]
    if isinstance(value, list):
        return [pair for inner in value for pair in _pairs(inner, key)]
    return [(key, value)]


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """Pairs of key and value that were read rightly, and those read wrongly or missed."""

    right: int
    wrong: int

    @property
    def f1(self) -> float:
        return self.right / (self.right + self.wrong / 2 + SMALL)

    def __add__(self, other: FieldCounts) -> FieldCounts:
        return FieldCounts(self.right + other.right, self.wrong + other.wrong)


def field_counts(prediction: Any, truth: Any) -> FieldCounts:
    """Of one document; its F1 is ``.f1``, that of many the F1 of their sum."""
    missing = _pairs(_in_order(_normalised(truth)))
    right = wrong = 0
    for pair in _pairs(_in_order(_normalised(prediction))):
        if pair in missing:
            missing.remove(pair)
            right += 1
        else:
            wrong += 1
    return FieldCounts(right, wrong + len(missing))


def tree_accuracy(prediction: Any, truth: Any) -> float:
    """1 - the cost of making the truth of what was read / the cost of making it of nothing; not below 0."""
    wanted = _tree(_in_order(_normalised(truth)))
    whole = _distance(_tree({}), wanted)
    if not whole:
        return 0.0
    return max(0.0, 1 - _distance(_tree(_in_order(_normalised(prediction))), wanted) / whole)


def mean_tree_accuracy(accuracies: Sequence[float]) -> float:
    """Of a file of documents."""
    return sum(accuracies) / (len(accuracies) + SMALL)


def _tree(value: Mapping[str, Any] | list[Any], name: str = "<root>") -> Node:
    if isinstance(value, list):
        if all(isinstance(inner, dict) for inner in value):
            return Node(name, [_tree(inner, "<subtree>") for inner in value])
        return Node(name, [Node((_LEAF, text)) for text in value])
    return Node(name, [_tree(inner, key) for key, inner in value.items()])


def _distance(first: Node, second: Node) -> float:
    return tree_edit_distance(first, second, _substitution, _weight)


def _weight(label: Any) -> float:
    return len(label[1]) if isinstance(label, tuple) else 1.0


def _substitution(first: Any, second: Any) -> float:
    match first, second:
        case (str(), str()):
            return float(first != second)
        case ((_, text), (_, other)):
            return edit_distance(text, other)
        case ((_, text), _) | (_, (_, text)):
            return 1.0 + len(text)
    raise TypeError(f"no labels of a field tree: {first!r}, {second!r}")
