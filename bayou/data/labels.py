"""Judging and mending labels by a first reading of the same crop. Knows texts; not the model that read."""

from __future__ import annotations

import difflib
import unicodedata


def fold(text: str) -> str:
    """Lower case, no accents, letters and digits only: what two spellings of the same print share."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in plain if c.isascii() and c.isalnum())


def agreement(label: str, reading: str) -> float:
    """How alike two texts are after :func:`fold`, 0..1; two without letters and digits are alike when equal."""
    first, second = fold(label), fold(reading)
    if not first and not second:
        return float(label == reading)
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()


def case_from_reading(label: str, reading: str) -> tuple[str, bool]:
    """A label in capitals with the case of a reading of the same crop.

    Args:
        label: What is printed, its case unknown.
        reading: What a reader saw, possibly with mistakes.

    Returns:
        The label with each letter's case taken from the letter of the reading that it corresponds to, or where there is
        none from the letter before it; and whether every letter had one.
    """
    # Upper-casing ß and the like would change lengths: compare letter by letter.
    upper_label = [c.upper() if len(c.upper()) == 1 else c for c in label]
    upper_reading = [c.upper() if len(c.upper()) == 1 else c for c in reading]
    cased = list(label)
    known = [not c.isalpha() for c in label]
    matcher = difflib.SequenceMatcher(None, upper_label, upper_reading, autojunk=False)
    for first, second, size in matcher.get_matching_blocks():
        for k in range(size):
            cased[first + k] = reading[second + k]
            known[first + k] = True
    # Elsewhere the likeliest case is that of the letter before.
    lower = False
    for i, letter in enumerate(cased):
        if letter.isalpha() and known[i]:
            lower = letter.islower()
        elif letter.isalpha() and lower:
            cased[i] = letter.lower()
    return "".join(cased), all(known)
