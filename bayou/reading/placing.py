"""Where the lines of a text stand on a page whose lines another reader has found. Knows words and boxes; no models.

A model that sees a page as a whole writes its text and doesn't say where anything is. A line reader (or the PDF itself)
knows where its lines are, and reads nearly the same. So the words of both are aligned, and a line of the text gets the
place of the found words that it agrees with. Where the two don't agree the line has no place: none is guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Box, bounding_box
from bayou.documents.line_words import words_of

LIKE = 0.6
"""Similarity (twice the common letters over all) from which on two words may be one word, read differently."""
AGREED = 0.6
"""Share of a line's letters whose words must have found a partner for the line to have its place."""
MOST_PAIRS = 10_000
"""Pairs of words between two agreeing ones that are compared letter by letter; more are left unplaced."""
WHOLE = 0.8
"""Share of the letters of found lines that a line must take to have all of their box."""
ROUNDS = 4
"""How often what is left is aligned again: two readers may order columns and side notes differently."""
LEAST_LETTERS = 6
"""After the first round; shorter lines might stand anywhere."""
SAME_ROW = 0.5
"""Share of the lower one's height that two found lines on one row have in common."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A printed line of the text.

    Attributes:
        line: Box None where no place was found.
        origin: The index of the line, as it was given, that it is or is part of.
        found: The index of the (first) found line that it stands on; None without a place.
    """

    line: Line
    origin: int
    found: int | None = None


@dataclass(frozen=True, slots=True)
class _FoundWord:
    word: Word
    line: int
    key: str


_Run = list[tuple[str, _FoundWord | None]]
"""Words of a line and what each was found to be."""


def place_lines(lines: Sequence[Line], found: Sequence[Line]) -> list[PlacedLine]:
    """The lines with their places, in their order.

    One that runs over several printed rows is cut where these end, so that each part has one place; its words stay as
    they are.

    Args:
        lines: Without boxes; none is blank.
        found: Lines with boxes, whose text is nearly that of ``lines``.
    """
    words = [_FoundWord(word, at, _key(word.text)) for at, line in enumerate(found) for word in words_of(line)]
    runs = _runs(lines, words)
    sizes = [sum(len(word.key) for word in words if word.line == at) for at in range(len(found))]
    return [part for at, run in enumerate(runs) for part in _placed(lines[at], at, run, found, sizes)]


def _runs(lines: Sequence[Line], words: Sequence[_FoundWord]) -> list[_Run]:
    """The lines' words with their partners; lines of which too little agrees have none."""
    texts = [line.text.split() for line in lines]
    runs: list[_Run] = [[(text, None) for text in line] for line in texts]
    waiting, free = list(range(len(lines))), list(range(len(words)))
    for number in range(ROUNDS):
        given = [(at, place) for at in waiting for place in range(len(texts[at]))]
        pairs = align([_key(texts[at][place]) for at, place in given], [words[j].key for j in free])
        tried: dict[int, dict[int, int]] = {at: {} for at in waiting}
        for i, j in pairs.items():
            at, place = given[i]
            tried[at][place] = free[j]
        taken: set[int] = set()
        for at, partners in tried.items():
            run: _Run = [(text, words[partners[k]] if k in partners else None) for k, text in enumerate(texts[at])]
            if _agreed(run) and (number == 0 or _letters(run) >= LEAST_LETTERS):
                runs[at] = run
                taken |= set(partners.values())
        if not taken:
            break
        waiting = [at for at in waiting if not _agreed(runs[at])]
        free = [j for j in free if j not in taken]
    return runs


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


def _placed(line: Line, at: int, run: _Run, found: Sequence[Line], sizes: Sequence[int]) -> list[PlacedLine]:
    """One line, whole or in parts."""
    parts = _parts(run, found)
    result = []
    for part in parts:
        text = line.text if len(parts) == 1 else " ".join(word for word, _ in part)
        homes = list(dict.fromkeys(partner.line for _, partner in part if partner is not None))
        if homes:
            whole = sum(sizes[home] for home in homes)
            result.append(PlacedLine(_on(text, line, part, [found[home] for home in homes], whole), at, homes[0]))
        else:
            result.append(PlacedLine(Line(text, None, line.confidence, line.source), at))
    return result


def _parts(run: _Run, found: Sequence[Line]) -> list[_Run]:
    """Cut where a printed row ends. A word without a partner stays with the one before it; parts that don't agree, and
    their neighbours that don't, have no partners."""
    parts: list[_Run] = []
    home: int | None = None
    for word, partner in run:
        if not parts or (
            partner is not None and home is not None and not _on_one_row(found[home], found[partner.line])
        ):
            parts.append([])
        home = partner.line if partner is not None else home
        parts[-1].append((word, partner))
    kept: list[_Run] = []
    for part in parts:
        agreed = _agreed(part)
        part = part if agreed else [(word, None) for word, _ in part]
        if kept and not agreed and not any(partner for _, partner in kept[-1]):
            kept[-1] += part
        else:
            kept.append(part)
    return kept


def _on_one_row(first: Line, second: Line) -> bool:
    if first is second:
        return True
    if first.box is None or second.box is None or second.box.left < first.box.left:
        return False
    common = min(first.box.bottom, second.box.bottom) - max(first.box.top, second.box.top)
    return common >= SAME_ROW * min(first.box.height, second.box.height)


def _letters(run: _Run) -> int:
    return sum(len(_key(word)) for word, _ in run)


def _agreed(run: _Run) -> bool:
    """Whether a line, or a part of it, is what was found; one without letters or partners is not."""
    agreed = sum(len(_key(word)) for word, partner in run if partner is not None)
    return agreed > 0 and agreed >= AGREED * _letters(run)


def _on(text: str, line: Line, part: _Run, homes: Sequence[Line], size: int) -> Line:
    """The line where found lines are, or where those of their words are that it agrees with."""
    partners = [partner for _, partner in part if partner is not None]
    boxes = [partner.word.box for partner in partners]
    quad = homes[0].quad if len(homes) == 1 else None
    if sum(len(partner.key) for partner in partners) >= WHOLE * size:
        boxes = [home.box for home in homes if home.box is not None]
    else:
        quad = None
    box = bounding_box(boxes)
    places = _word_boxes(part, box)
    words = tuple(
        Word(word, place, line.confidence, line.source) for (word, _), place in zip(part, places, strict=False)
    )
    return Line(text, box, line.confidence, line.source, words, quad)


def _word_boxes(part: _Run, box: Box) -> list[Box]:
    """A box for each word: its partner's, or its share of the gap between its neighbours'; none if there is no gap."""
    boxes: list[Box] = []
    for alone, group in groupby(part, lambda pair: pair[1] is None):
        members = list(group)
        if not alone:
            boxes += [partner.word.box for _, partner in members if partner is not None]
            continue
        following = part[len(boxes) + len(members)][1] if len(boxes) + len(members) < len(part) else None
        left = boxes[-1].right if boxes else box.left
        right = box.right if following is None else following.word.box.left
        if left >= right:
            return []
        # Words of a gap as in a line without words: shared out by length.
        gap = Box(left, box.top, right, box.bottom)
        boxes += [word.box for word in words_of(Line(" ".join(word for word, _ in members), gap))]
    return boxes
