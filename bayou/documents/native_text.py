"""The text layer of a PDF page as lines of words with boxes. Knows PDFium's characters; not images, layout or models.

PDFium gives characters in the order in which the PDF draws them, with spaces and line ends where it believes in them.
Lines are cut there, and also where the writing direction changes or the next character stands far away: in the next
column, or the next cell of a table.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Box, Point, Quad, bounding_box
from bayou.documents.page_frame import PageFrame

GARBAGE_SHARE = 0.3
"""A text layer with more than this share of characters that mean nothing is not used."""
_COLUMN_GAP = 2.0
"""In heights of the line: a wider gap ends the line. Spaces of justified text stay below."""
_LINE_BREAKS = "\r\n\v\f\u2028\u2029"
_HYPHENS = ("\x02", "\ufffe", "\u00ad")
"""What PDFium and PDFs put for the hyphen at a line's end."""


_UNKNOWN = "\ufffd"
_SYMBOLS = {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0e0": "→", "\uf02d": "–", "\uf06f": "○"}
"""Bullets and signs of the fonts Symbol and Wingdings, which PDFs often leave in the private use area."""


@dataclass(frozen=True, slots=True)
class NativeText:
    """Lines of a text layer, how many characters it has (spaces apart), and how many of them have no meaning."""

    lines: tuple[Line, ...]
    characters: int
    unknown: int

    @property
    def is_garbage(self) -> bool:
        return self.unknown > GARBAGE_SHARE * self.characters


@dataclass(slots=True)
class _Character:
    text: str
    box: Box | None
    angle: float
    """Clockwise degrees of the writing direction on the page as seen, 0 for upright text."""
    origin: Point
    size: float


@dataclass(slots=True)
class _OpenLine:
    characters: list[_Character] = field(default_factory=list)
    words: list[list[_Character]] = field(default_factory=list)
    word_ended: bool = True

    def add(self, character: _Character) -> None:
        if self.word_ended:
            self.words.append([])
            self.word_ended = False
        self.words[-1].append(character)
        self.characters.append(character)


def read_native_text(page: pdfium.PdfPage, frame: PageFrame) -> NativeText:
    """The text layer of ``page``; text outside the visible page is left out."""
    text_page = page.get_textpage()
    try:
        characters = list(_characters(text_page, frame))
    finally:
        text_page.close()
    printed = [character.text for character in characters if not character.text.isspace()]
    visible = Box(0.0, 0.0, frame.width, frame.height)
    lines = (_finish(line) for line in _split_lines(characters))
    return NativeText(
        tuple(line for line in lines if line.box and line.box.covered_by(visible) > 0.5),
        len(printed),
        printed.count(_UNKNOWN),
    )


def _character_text(text_page: pdfium.PdfTextPage, index: int) -> str:
    """One character; the first half of a surrogate pair gives the whole, the second half nothing.

    What has no meaning (control, private use and unassigned characters, glyphs without a mapping) is U+FFFD.
    """
    code = pdfium_c.FPDFText_GetUnicode(text_page, index)
    if 0xDC00 <= code < 0xE000:
        return ""
    if 0xD800 <= code < 0xDC00:
        low = pdfium_c.FPDFText_GetUnicode(text_page, index + 1)
        return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)) if 0xDC00 <= low < 0xE000 else _UNKNOWN
    character = chr(code)
    if character in _HYPHENS or character.isspace():
        return character
    if character in _SYMBOLS:
        return _SYMBOLS[character]
    if pdfium_c.FPDFText_HasUnicodeMapError(text_page, index) == 1:
        return _UNKNOWN
    return _UNKNOWN if unicodedata.category(character) in ("Cc", "Co", "Cn", "Cs") else character


def _characters(text_page: pdfium.PdfTextPage, frame: PageFrame) -> Iterator[_Character]:
    x, y = ctypes.c_double(), ctypes.c_double()
    rect = pdfium_c.FS_RECTF()
    for index in range(pdfium_c.FPDFText_CountChars(text_page)):
        text = _character_text(text_page, index)
        if not text:
            continue
        if pdfium_c.FPDFText_IsGenerated(text_page, index) == 1 or text.isspace():
            yield _Character(text, None, 0.0, (0.0, 0.0), 0.0)
            continue
        pdfium_c.FPDFText_GetCharOrigin(text_page, index, x, y)
        origin = frame.point(x.value, y.value)
        box = None
        if pdfium_c.FPDFText_GetLooseCharBox(text_page, index, rect):
            box = frame.box(rect.left, rect.bottom, rect.right, rect.top)
        angle = math.degrees(pdfium_c.FPDFText_GetCharAngle(text_page, index))
        angle = round(frame.rotation + angle, 1) % 360
        yield _Character(text, box, angle, origin, pdfium_c.FPDFText_GetFontSize(text_page, index))


def _split_lines(characters: list[_Character]) -> Iterator[_OpenLine]:
    line = _OpenLine()
    for character in characters:
        if character.text in _LINE_BREAKS:
            if line.characters:
                yield line
            line = _OpenLine()
        elif character.text.isspace():
            line.word_ended = True
        elif character.box is None or character.box.area <= 0:
            continue
        else:
            if line.characters and _is_break(line.characters[-1], character):
                yield line
                line = _OpenLine()
            line.add(character)
    if line.characters:
        yield line


def _is_break(before: _Character, after: _Character) -> bool:
    """Whether ``after`` belongs to another line: another direction, another height, or far along."""
    assert before.box is not None and after.box is not None
    if min((before.angle - after.angle) % 360, (after.angle - before.angle) % 360) > 2:
        return True
    first, second = _along(before.box, before.angle), _along(after.box, after.angle)
    height = max(first.height, second.height)
    middle = second.center[1]
    if not first.top - 0.3 * height < middle < first.bottom + 0.3 * height and not (
        second.top < first.center[1] < second.bottom
    ):
        return True
    return max(second.left - first.right, first.left - second.right) > _COLUMN_GAP * height


def _along(box: Box, angle: float) -> Box:
    """``box`` seen from the writing direction, as if the text stood upright (to the nearest quarter turn)."""
    quarter = round(angle / 90) % 4
    if quarter == 1:
        return Box(box.top, -box.right, box.bottom, -box.left)
    if quarter == 2:
        return Box(-box.right, -box.bottom, -box.left, -box.top)
    if quarter == 3:
        return Box(-box.bottom, box.left, -box.top, box.right)
    return box


def _finish(line: _OpenLine) -> Line:
    words = []
    for characters in line.words:
        text = unicodedata.normalize("NFC", "".join(character.text for character in characters))
        words.append(Word(text, bounding_box(character.box for character in characters if character.box)))
    last = words[-1]
    if last.text[-1] in _HYPHENS:
        words[-1] = Word(last.text[:-1] + "-", last.box)
    box = bounding_box(word.box for word in words)
    return Line(" ".join(word.text for word in words), box, words=tuple(words), quad=_quad(line, box))


def _quad(line: _OpenLine, box: Box) -> Quad | None:
    """The corners of a line that doesn't stand upright, from the text's top left on."""
    angle = line.characters[0].angle
    if min(angle, 360 - angle) < 0.5:
        return None
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    quarter = round(angle / 90)
    if abs(angle - 90 * quarter) < 0.5:
        # The text's top left is the page's top right when the text runs down the page, and so on round.
        a, b, c, d = (corners[(index + quarter) % 4] for index in range(4))
        return a, b, c, d
    first, last = line.characters[0], line.characters[-1]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    size = max(character.size for character in line.characters)
    length = (last.origin[0] - first.origin[0]) * cos + (last.origin[1] - first.origin[1]) * sin + 0.6 * size

    def at(along: float, above: float) -> Point:
        return (first.origin[0] + along * cos + above * sin, first.origin[1] + along * sin - above * cos)

    return at(0, 0.8 * size), at(length, 0.8 * size), at(length, -0.2 * size), at(0, -0.2 * size)
