"""Facts about a page as olmOCR-bench tests them: a text is there, isn't, comes first, or a cell beside another.

Knows strings and tables. The rules are those read in allenai/olmocr, ``olmocr/bench/tests.py`` (dc802aa), with our own
search for near matches; nothing public to check them against was at hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bayou.errors import MissingExtraError
from bayou.scorers.table_text import grid_of, tables_in

KINDS = ("present", "absent", "order", "table")
LEAST_RATIO = 0.5
_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "＿": "_", "–": "-", "—": "-", "‑": "-", "‒": "-"}
    | {"−": "-", "µ": "μ"}
)


def normalised(text: str) -> str:
    """White space single, emphasis of Markdown and HTML gone, quotes and dashes plain."""
    text = re.sub(r"<br/?>", " ", text)
    text = re.sub(r"(\*\*|__)(.*?)\1", r"\2", text)
    text = re.sub(r"</?[bi]>", "", text)
    text = re.sub(r"(\*|_)(.*?)\1", r"\2", text)
    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", text)).translate(_PLAIN)


def fact_holds(fact: Mapping[str, Any], page: str) -> bool:
    """Whether a page's Markdown agrees with a fact.

    Args:
        fact: A line of the published JSON lines; its ``type`` is one of KINDS.

    Raises:
        ValueError: Another type.
    """
    match fact["type"]:
        case "present" | "absent" as kind:
            return _present(fact, page) == (kind == "present")
        case "order":
            return _in_order(fact, normalised(page))
        case "table":
            return any(_cell_holds(fact, grid_of(rows)) for rows in tables_in(page))
    raise ValueError(f"no fact of type {fact['type']!r} is tested here")


def _present(fact: Mapping[str, Any], page: str) -> bool:
    wanted, text = normalised(fact["text"]), normalised(page)
    if not fact.get("case_sensitive", True):
        wanted, text = wanted.lower(), text.lower()
    first, last = fact.get("first_n"), fact.get("last_n")
    if first or last:
        text = (text[:first] if first else "") + (text[-last:] if last else "")
    edits = fact.get("max_diffs") or 0
    if len(text) < len(wanted) - edits:
        return False
    return _fuzz().partial_ratio(wanted, text) / 100 >= 1 - edits / max(len(wanted), 1)


def _in_order(fact: Mapping[str, Any], text: str) -> bool:
    edits = fact.get("max_diffs") or 0
    before, after = normalised(fact["before"]), normalised(fact["after"])
    starts, ends = list(near_starts(before, text, edits)), list(near_starts(after, text, edits))
    return bool(starts and ends) and min(starts) < max(ends)


def near_starts(wanted: str, text: str, edits: int) -> Iterator[int]:
    """Where in the text something within so many edits of what is wanted may begin (an end less its length)."""
    if not edits:
        yield from (match.start() for match in re.finditer(f"(?={re.escape(wanted)})", text))
        return
    letters = np.array([ord(letter) for letter in wanted])
    steps = np.arange(len(wanted) + 1)
    costs = steps.copy()
    for end, letter in enumerate(text, 1):
        reached = np.minimum(costs[:-1] + (letters != ord(letter)), costs[1:] + 1)
        costs = np.minimum.accumulate(np.concatenate(([0], reached)) - steps) + steps
        if costs[-1] <= edits:
            yield end - len(wanted)


def _cell_holds(fact: Mapping[str, Any], grid: list[list[str]]) -> bool:
    for top, row in enumerate(grid):
        for left, text in enumerate(row):
            if _alike(fact, fact["cell"], text) and _surroundings_hold(fact, grid, top, left):
                return True
    return False


def _surroundings_hold(fact: Mapping[str, Any], grid: list[list[str]], top: int, left: int) -> bool:
    column = [row[left] for row in grid]
    seen = {
        "up": column[top - 1 : top] if top else [],
        "down": column[top + 1 : top + 2],
        "left": grid[top][left - 1 : left] if left else [],
        "right": grid[top][left + 1 : left + 2],
        "top_heading": [text for text in column[:top] if text][:1],
        "left_heading": [text for text in grid[top][:left] if text][:1],
    }
    return all(any(_alike(fact, fact[side], text) for text in texts) for side, texts in seen.items() if fact.get(side))


def _alike(fact: Mapping[str, Any], wanted: str, text: str) -> bool:
    wanted, edits = normalised(wanted), fact.get("max_diffs") or 0
    least = max(LEAST_RATIO, 1 - edits / max(len(wanted), 1))
    return _fuzz().ratio(wanted, normalised(text)) / 100 >= least


def _fuzz() -> Any:
    try:
        from rapidfuzz import fuzz
    except ImportError as error:
        raise MissingExtraError("fuzzy search needs rapidfuzz: pip install 'bayou[evaluate]'") from error
    return fuzz
