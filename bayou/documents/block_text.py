"""What the text formats share about a block: its lines joined, its list marker. Knows text; not any format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bayou.documents.document import Block, Document, Line
from bayou.documents.geometry import Box, bounding_box
from bayou.documents.line_words import words_of

_FEW_WORDS = 5.0
"""Words in a line, on average, up to which lines that all begin like a sentence or a name are an address or a form."""
_SPARE = 1.0
"""In heights of the line: what must be free beyond the next line's first word to say that it would have fitted."""
_COMPOUND = re.compile(r"\w+(?:-\w+)+")
_CUT_WORD = re.compile(r"[^\W\d_]-\s*$")
_NUMBER = re.compile(r"(\d{1,9})[.)]")


def hyphenated_words(document: Document) -> frozenset[str]:
    """Words that stand with a hyphen inside a line somewhere in ``document``, in lower case."""
    return frozenset(
        match.lower() for page in document.pages for line in page.lines for match in _COMPOUND.findall(line.text)
    )


def join_lines(lines: Iterable[Line], hyphenated: frozenset[str]) -> str:
    """Lines as running text, their cut words whole (``whole_words``)."""
    return " ".join(whole_words((line.text for line in lines), hyphenated))


def whole_words(lines: Iterable[str], hyphenated: frozenset[str]) -> list[str]:
    """Printed lines, empty ones left out; a word cut by a hyphen at a line's end stands whole on its first line.

    The hyphen stays where the word has one elsewhere in the document (``hyphenated``), and where what follows isn't a
    small letter.
    """
    rows: list[str] = []
    for line in lines:
        text = " ".join(line.split())
        if rows and text[:1].islower() and _CUT_WORD.search(rows[-1]):
            rest, _, text = text.partition(" ")
            word = (rows[-1].rsplit(maxsplit=1)[-1] + rest).lower()
            compound = any(match in hyphenated for match in _COMPOUND.findall(word))
            rows[-1] = (rows[-1] if compound else rows[-1][:-1]) + rest
        if text:
            rows.append(text)
    return rows


def paragraph_rows(lines: Sequence[Line], hyphenated: frozenset[str]) -> list[str]:
    """A paragraph's text with the line breaks that mean something: running text is one row.

    A break is kept where the next word would have fitted before it (verse, code, the end of a paragraph), and between
    all lines of an address, a form or the like.
    """
    if not lines:
        return []
    apart = _stand_alone(lines)
    right = max((line.box.right for line in lines if line.box is not None), default=0.0)
    rows = [[lines[0]]]
    for before, line in pairwise(lines):
        if apart or _would_have_fitted(before, line, right):
            rows.append([])
        rows[-1].append(line)
    return [text for row in rows if (text := join_lines(row, hyphenated))]


def _stand_alone(lines: Sequence[Line]) -> bool:
    """Whether the lines are short and none looks like the continuation of another."""
    texts = [line.text.strip() for line in lines]
    if sum(len(text.split()) for text in texts) > _FEW_WORDS * len(texts):
        return False
    return not any(text[:1].islower() or _CUT_WORD.search(text) for text in texts)


def _would_have_fitted(before: Line, line: Line, right: float) -> bool:
    """Whether the first word of ``line`` had room after ``before``, in a paragraph that reaches to ``right``."""
    first = words_of(line)[:1]
    if not first or before.box is None or before.quad is not None or _CUT_WORD.search(before.text):
        return False
    return right - before.box.right > first[0].box.width + _SPARE * before.box.height


def item_text(block: Block, text: str) -> str:
    """``text`` of a list item without the marker that it begins with."""
    return text[len(block.marker) :].lstrip() if block.marker and text.startswith(block.marker) else text


def item_number(block: Block) -> int | None:
    """The number of a numbered list item ("3." or "3)"), else None."""
    match = _NUMBER.fullmatch(block.marker)
    return int(match.group(1)) if match else None


def is_bullet(block: Block) -> bool:
    """Whether the marker is a sign rather than a number or letter, or there is none."""
    return not any(character.isalnum() for character in block.marker)


def block_box(block: Block) -> Box:
    """The block's box, or that of its lines where the block's own is empty."""
    boxes = [line.box for line in block.lines if line.box is not None]
    return bounding_box(boxes) if boxes and not block.box.area else block.box
