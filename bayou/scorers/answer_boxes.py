"""Boxes in answers: the last one named, and how much two have in common. Knows strings and numbers; no pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence

LARGEST = 1000
"""Answers give places in thousandths of a picture's width and height."""

Corners = tuple[int, int, int, int]
"""Left, top, right, bottom."""

_FOUR = re.compile(r"[(\[]\s*" + r"\s*,\s*".join([r"(\d+)"] * 4) + r"\s*[)\]]")


def last_box(text: str) -> Corners | None:
    """The last box in brackets within a text; None where there is none, or it reaches beyond LARGEST."""
    found = [tuple(map(int, match.groups())) for match in _FOUR.finditer(text)]
    boxes = [(a, b, c, d) for a, b, c, d in found if max(a, b, c, d) <= LARGEST]
    return boxes[-1] if boxes else None


def box_overlap(first: Sequence[float], second: Sequence[float]) -> float:
    """Area that two boxes share over the area they cover together, corners cut to whole numbers; 0.0 if none is."""
    one, other = ([int(value) for value in box] for box in (first, second))
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0, width) * max(0, height)
    together = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - common
    return common / together if together else 0.0
