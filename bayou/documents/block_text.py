"""What the text formats share about a block: its lines joined, its list marker. Knows text; not any format."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bayou.documents.document import Block, Document, Line
from bayou.documents.geometry import Box, bounding_box

_COMPOUND = re.compile(r"\w+(?:-\w+)+")
_NUMBER = re.compile(r"(\d{1,9})[.)]")


def hyphenated_words(document: Document) -> frozenset[str]:
    """Words that stand with a hyphen inside a line somewhere in ``document``, in lower case."""
    return frozenset(
        match.lower() for page in document.pages for line in page.lines for match in _COMPOUND.findall(line.text)
    )


def join_lines(lines: Iterable[Line], hyphenated: frozenset[str]) -> str:
    """Lines as running text: a word cut by a hyphen at a line's end becomes whole.

    The hyphen stays where the word has one elsewhere in the document (``hyphenated``), and where what follows isn't a
    small letter.
    """
    joined = ""
    for line in lines:
        text = " ".join(line.text.split())
        if not joined:
            joined = text
        elif not text:
            continue
        elif re.search(r"[^\W\d_]-$", joined) and text[0].islower():
            word = (joined.rsplit(maxsplit=1)[-1] + text.split(maxsplit=1)[0]).lower()
            compound = any(match in hyphenated for match in _COMPOUND.findall(word))
            joined = (joined if compound else joined[:-1]) + text
        else:
            joined += " " + text
    return joined


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
