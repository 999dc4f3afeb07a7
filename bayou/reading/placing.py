"""Where the lines of a text stand on a page whose lines another reader has found. Knows words and boxes; no models.

A model that sees a page as a whole writes its text and doesn't say where anything is. A line reader (or the PDF itself)
knows where its lines are, and reads nearly the same. So the words of both are aligned, and a line of the text gets the
place of the found words that it agrees with. Where the two don't agree there is no place: nothing is guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from bayou.documents.document import Line, Word
from bayou.documents.geometry import bounding_box
from bayou.documents.line_words import words_of

LIKE = 0.6
"""Similarity (twice the common letters over all) from which on two words may be one word, read differently."""
AGREED = 0.6
"""Share of a line's letters whose words must have found a partner for the line to have its place."""
MOST_PAIRS = 10_000
"""Pairs of words between two agreeing ones that are compared letter by letter; more are left unplaced."""
WHOLE = 0.8
"""Share of a found line's letters that a line must take to have all of its box."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A printed line of the text.

    Attributes:
        line: Box None where no place was found.
        origin: The index of the line, as it was given, that it is or is part of.
        found: The index of the found line that it stands on; None without a place.
    """

    line: Line
    origin: int
    found: int | None = None


@dataclass(frozen=True, slots=True)
class _FoundWord:
    word: Word
    line: int
    key: str


def place_lines(lines: Sequence[Line], found: Sequence[Line]) -> list[PlacedLine]:
    """The lines with their places, in their order.

    One that runs over several found lines is cut where these end, so that each part has one place; its words stay as
    they are.

    Args:
        lines: Without boxes; none is blank.
        found: Lines with boxes, whose text is nearly that of ``lines``, nearly in the same order.
    """
    words = [_FoundWord(word, at, _key(word.text)) for at, line in enumerate(found) for word in words_of(line)]
    given = [(at, text) for at, line in enumerate(lines) for text in line.text.split()]
    partners = align([_key(text) for _, text in given], [word.key for word in words])
    sizes = [sum(len(word.key) for word in words if word.line == at) for at in range(len(found))]
    placed: list[PlacedLine] = []
    for at, indices in groupby(range(len(given)), lambda index: given[index][0]):
        run = [(given[i][1], words[j] if (j := partners.get(i)) is not None else None) for i in indices]
        placed += _placed(lines[at], at, run, found, sizes)
    return placed


def align(first: Sequence[str], second: Sequence[str]) -> dict[int, int]:
    """Which word of ``first`` is which of ``second``, ascending in both.

    Equal words anchor; between them words that are ``LIKE`` each other are paired so that most letters agree.
    """
    pairs: dict[int, int] = {}
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pairs |= dict(zip(range(i1, i2), range(j1, j2), strict=True))
        elif tag == "replace" and (i2 - i1) * (j2 - j1) <= MOST_PAIRS:
            pairs |= {i1 + i: j1 + j for i, j in _likest(first[i1:i2], second[j1:j2])}
    return {i: j for i, j in pairs.items() if first[i]}


def _likest(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """Ascending pairs of like words, the sum of their likeness times their length being largest."""
    best = [[0.0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i, word in enumerate(first):
        for j, other in enumerate(second):
            best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], best[i][j] + _worth(word, other))
    pairs = []
    i, j = len(first), len(second)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def _worth(word: str, other: str) -> float:
    letters = len(word) + len(other)
    if 2 * min(len(word), len(other)) < LIKE * letters:
        return 0.0
    like = SequenceMatcher(None, word, other, autojunk=False).ratio()
    return like * letters if like >= LIKE else 0.0


def _key(text: str) -> str:
    """A word as it is compared: compatible forms, lower case, letters and digits alone where it has any."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum()) or folded


_Run = list[tuple[str, _FoundWord | None]]


def _placed(line: Line, at: int, run: _Run, found: Sequence[Line], sizes: Sequence[int]) -> list[PlacedLine]:
    """One line, whole or in parts."""
    parts = _parts(run)
    if len(parts) > 1 and not all(_agreed(part) for part in parts):
        parts = [run]
    result = []
    for part in parts:
        homes = {partner.line for _, partner in part if partner is not None}
        text = line.text if len(parts) == 1 else " ".join(word for word, _ in part)
        if len(homes) != 1 or not _agreed(part):
            result.append(PlacedLine(Line(text, None, line.confidence, line.source), at))
            continue
        (home,) = homes
        result.append(PlacedLine(_on(text, line, part, found[home], sizes[home]), at, home))
    return result


def _parts(run: _Run) -> list[_Run]:
    """Cut where the found line changes; a word without a partner stays with the one before it."""
    parts: list[_Run] = []
    home: int | None = None
    for word, partner in run:
        if not parts or (partner is not None and home is not None and partner.line != home):
            parts.append([])
        home = partner.line if partner is not None else home
        parts[-1].append((word, partner))
    return parts


def _agreed(part: _Run) -> bool:
    letters = [(max(1, len(_key(word))), partner is not None) for word, partner in part]
    return sum(size for size, agreed in letters if agreed) >= AGREED * sum(size for size, _ in letters)


def _on(text: str, line: Line, part: _Run, home: Line, size: int) -> Line:
    """The line where a found line is, or where those of its words are that it agrees with."""
    partners = [partner for _, partner in part if partner is not None]
    words: tuple[Word, ...] = ()
    if len(partners) == len(part):
        pairs = zip(part, partners, strict=True)
        words = tuple(Word(word, partner.word.box, line.confidence, line.source) for (word, _), partner in pairs)
    if sum(len(partner.key) for partner in partners) >= WHOLE * size:
        return Line(text, home.box, line.confidence, line.source, words, home.quad)
    box = bounding_box(partner.word.box for partner in partners)
    return Line(text, box, line.confidence, line.source, words)
