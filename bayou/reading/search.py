"""Where a document says some words, also where they were misread. Knows texts and boxes; not how pages were read.

A page is searched as one text, so that a phrase is found across line ends and through a hyphen there. Three ways are
tried, each only where the one before found nothing: the same words, whatever their case and accents; the same but for
spaces and for letters that readers confuse (0 and O, 1 and l, rn and m); and, for longer phrases, with a few letters
wrong.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bayou.documents.document import Document, Line, Page, Table
from bayou.documents.geometry import Box, bounding_box
from bayou.documents.line_words import words_of
from bayou.errors import UsageError
from bayou.reading.evidence import Evidence

WHOLE_WORDS, INSIDE_WORDS, CONFUSED = 1.0, 0.9, 0.8
"""Scores: the words themselves; as a part of longer ones; but for letters that look alike."""
LETTERS_A_SLIP = 6
"""A phrase may have one wrong letter for so many of its own; a shorter one none."""
MOST_SLIPS = 4

_LOOK_ALIKES = {"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "5": "s", "8": "b", "2": "z"}
_PAIRS = {"rn": "m", "vv": "w", "cl": "d"}
_PLAIN = {
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("‘’‚′´`", "'"),
    **dict.fromkeys("“”„″«»", '"'),
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the words stand.

    Attributes:
        page: Its number, 1 for the first of the file.
        text: What stands there, as it was read, whole words.
        boxes: Around those words, one a line, in the page's own unit; empty where they have no place.
        score: 1 for the words themselves, less the more they differ.
        line: The number of the line on the page, from 1, where it begins; a table's row is one.
        context: The whole lines, or rows, that it stands in, a space apart.
    """

    page: int
    text: str
    boxes: tuple[Box, ...]
    score: float
    line: int
    context: str

    @property
    def evidence(self) -> Evidence:
        """The same as evidence, the words alone quoted."""
        return Evidence(self.text, self.page, self.boxes)

    def to_dict(self) -> dict[str, object]:
        """For JSON; boxes as [left, top, right, bottom]."""
        return {**self.evidence.to_dict(), "score": self.score, "line": self.line, "context": self.context}


def search(document: Document, query: str, limit: int = 20) -> tuple[Hit, ...]:
    """The places where a document says ``query``, in reading order; where there are more, the ``limit`` best.

    Raises:
        UsageError: Nothing to look for, or a limit below 1.
    """
    wanted = " ".join(query.split())
    if not any(character.isalnum() for character in wanted) or limit < 1:
        raise UsageError("give at least one letter or figure to look for, and a limit of at least 1")
    hits = [hit for page in document.pages for hit in _page_hits(page, wanted)]
    best = sorted(range(len(hits)), key=lambda i: -hits[i].score)[:limit]
    return tuple(hits[i] for i in sorted(best))


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text without case and accents: its characters, and for each where it stands in the page's text."""

    text: str
    places: Sequence[int]

    def looking_alike(self) -> _Folded:
        """Without spaces, letters that are confused taken for one."""
        characters: list[str] = []
        places: list[int] = []
        at = 0
        text = self.text
        while at < len(text):
            pair = _PAIRS.get(text[at : at + 2])
            if pair is not None or not text[at].isspace():
                characters.append(pair or _LOOK_ALIKES.get(text[at], text[at]))
                places.append(self.places[at])
            at += 2 if pair is not None else 1
        return _Folded("".join(characters), places)


@dataclass(frozen=True, slots=True)
class _PageText:
    """A page's lines as one text, with a space between lines, or nothing where a word goes on after a hyphen."""

    lines: Sequence[Line]
    rows: Sequence[int]
    text: str
    starts: Sequence[int]

    @classmethod
    def of(cls, page: Page) -> _PageText:
        text, starts = "", list[int]()
        lines, rows = _rows(page)
        for line in lines:
            goes_on = len(text) > 1 and text[-1] == "-" and text[-2].isalpha() and line.text[0].islower()
            text = text[:-1] if goes_on else text + " " if text else ""
            starts.append(len(text))
            text += line.text
        return cls(lines, rows, text, starts)

    def lines_between(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Of each line that a part goes over: its index, and the part's first and end place in it."""
        for index, (begin, line) in enumerate(zip(self.starts, self.lines, strict=True)):
            first, last = max(start, begin), min(end, begin + len(line.text))
            if first < last:
                yield index, first - begin, last - begin


def _rows(page: Page) -> tuple[list[Line], list[int]]:
    """The lines with text, in reading order, and the number of each one's row: a table's cells in a row share one."""
    lines: list[Line] = []
    rows: list[int] = []
    for block in page.blocks:
        printed = [line for line in block.lines if line.text]
        begin = rows[-1] + 1 if rows else 0
        if block.table is None:
            lines += printed
            rows += range(begin, begin + len(printed))
            continue
        placed = sorted((_table_row(block.table, line), _left(line), at) for at, line in enumerate(printed))
        numbers = {row: begin + number for number, row in enumerate(sorted({row for row, _, _ in placed}))}
        lines += [printed[at] for _, _, at in placed]
        rows += [numbers[row] for row, _, _ in placed]
    return lines, rows


def _table_row(table: Table, line: Line) -> int:
    """The row whose cells hold most of a line; the first where its place isn't known."""
    box = line.box
    if box is None:
        return 0
    covered = [max((box.covered_by(cell.box) for cell in row), default=0.0) for row in table.rows]
    return covered.index(max(covered))


def _left(line: Line) -> float:
    return 0.0 if line.box is None else line.box.left


def _page_hits(page: Page, wanted: str) -> Iterator[Hit]:
    whole = _PageText.of(page)
    text = _folded(whole.text)
    for start, end, score in _places(text, _folded(wanted)):
        hit = _hit(page, whole, start, end, score)
        if hit is not None:
            yield hit


def _places(text: _Folded, wanted: _Folded) -> list[tuple[int, int, float]]:
    """First and end in the page's text, and the score."""
    found = [
        (text.places[at], text.places[at + len(wanted.text) - 1] + 1, _exact_score(text.text, at, len(wanted.text)))
        for at in _occurrences(text.text, wanted.text)
    ]
    if found:
        return found
    alike, sought = text.looking_alike(), wanted.looking_alike()
    if not sought.text:
        return []
    for at in _occurrences(alike.text, sought.text):
        start, end = alike.places[at], alike.places[at + len(sought.text) - 1] + 1
        if _bounds_words(text, start, end):
            found.append((start, end, CONFUSED))
    if found:
        return found
    slips = min(MOST_SLIPS, len(sought.text) // LETTERS_A_SLIP)
    for first, last, distance in _near(alike.text, sought.text, slips):
        start, end = alike.places[first], alike.places[last - 1] + 1
        if _bounds_words(text, start, end):
            found.append((start, end, CONFUSED * (1 - distance / len(sought.text))))
    return found


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + len(wanted))


def _exact_score(text: str, at: int, length: int) -> float:
    before, after = text[at - 1 : at], text[at + length : at + length + 1]
    return INSIDE_WORDS if (before + after).strip() and (before.isalnum() or after.isalnum()) else WHOLE_WORDS


def _bounds_words(text: _Folded, start: int, end: int) -> bool:
    """Whether no letter or figure stands right before or after: what looks alike is looked for as whole words alone."""
    first, after = bisect_left(text.places, start), bisect_right(text.places, end - 1)
    around = text.text[max(first - 1, 0) : first] + text.text[after : after + 1]
    return not any(character.isalnum() for character in around)


def _near(text: str, wanted: str, slips: int) -> Iterator[tuple[int, int, int]]:
    """First, end and edit distance of the parts of ``text`` within ``slips`` edits, none overlapping another."""
    if slips == 0 or not text:
        return
    distances = _end_distances(text, wanted)
    free_from = 0
    for end in np.flatnonzero(distances <= slips).tolist():
        better_soon = distances[end + 1 : end + 1 + slips].min(initial=len(text)) < distances[end]
        if end - free_from < len(wanted) - slips or better_soon:
            continue
        begin = max(free_from, end - len(wanted) - slips)
        back = _end_distances(text[begin:end][::-1], wanted[::-1])
        first = end - int(back.argmin())
        yield first, end, int(distances[end])
        free_from = end


def _end_distances(text: str, wanted: str) -> NDArray[np.int64]:
    """For each end in ``text`` the least edit distance of ``wanted`` from a part that ends there, [len(text) + 1]."""
    codes = np.array([ord(character) for character in text], dtype=np.int64)
    offsets = np.arange(len(text) + 1)
    row = np.zeros(len(text) + 1, dtype=np.int64)
    for number, character in enumerate(wanted, start=1):
        replaced_or_dropped = np.minimum(row[:-1] + (codes != ord(character)), row[1:] + 1)
        candidates = np.concatenate(([number], replaced_or_dropped)) - offsets
        row = np.minimum.accumulate(candidates) + offsets
    return row


def _hit(page: Page, whole: _PageText, start: int, end: int, score: float) -> Hit | None:
    quotes, boxes, touched = [], [], []
    for index, first, last in whole.lines_between(start, end):
        line = whole.lines[index]
        quote, box = _words_between(line, first, last)
        touched.append(index)
        quotes.append(quote)
        boxes += [box] if box is not None else []
    if not touched:
        return None
    rows = {whole.rows[index] for index in touched}
    context = " ".join(line.text for line, row in zip(whole.lines, whole.rows, strict=True) if row in rows)
    return Hit(page.number, " ".join(quotes), tuple(boxes), round(score, 3), min(rows) + 1, context)


def _words_between(line: Line, first: int, last: int) -> tuple[str, Box | None]:
    """The words of a line that a part of its text touches, and the box around them."""
    taken, at = [], 0
    for word in words_of(line):
        begin = line.text.find(word.text, at)
        if begin < 0:  # the line's words are spelt otherwise than its text
            break
        at = begin + len(word.text)
        if begin < last and at > first:
            taken.append((begin, at, word.box))
    if not taken:
        return line.text[first:last], line.box
    return line.text[taken[0][0] : taken[-1][1]], bounding_box(box for _, _, box in taken)


def _folded(text: str) -> _Folded:
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            characters.append(plain)
            places.append(place)
    return _Folded("".join(characters), places)


@cache
def _plain(character: str) -> str:
    """A character without case, accents and typographic finery."""
    decomposed = unicodedata.normalize("NFKD", _PLAIN.get(character, character).casefold())
    kept = "".join(one for one in decomposed if not unicodedata.combining(one))
    return "".join(_PLAIN.get(one, one) for one in kept) if kept else ""
