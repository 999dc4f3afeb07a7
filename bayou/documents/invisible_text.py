"""Places a document's words invisibly on a PDF page. Knows text operators and the font's codes; not images or files.

Every character has a code of its own, given as it first occurs, and the font says which character each code means; its
glyphs are empty. A word is stretched to the width of its box, and a space to the gap after it, so that search,
selection and copying find words where they are seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bayou.documents.document import Line, Page, Word
from bayou.documents.geometry import Box, Point
from bayou.documents.glyphless_font import ADVANCE, ASCENT, DESCENT, UNITS_PER_EM, glyphless_font
from bayou.documents.line_words import words_of
from bayou.documents.pdf_writer import PdfWriter

_EM_ADVANCE = ADVANCE / UNITS_PER_EM
_SHARE_BELOW_BASELINE = -DESCENT / (ASCENT - DESCENT)
_STEEP = 0.5
"""Cosine: PDFium takes the words of steeper lines for lines of their own unless they are one text object."""
_NARROWEST = 1.0
"""Percent: text that had no width at all couldn't be selected."""


class CharacterCodes:
    """Two-byte codes for characters, 1 and up, in the order in which they first occur."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def encode(self, text: str) -> str:
        """``text`` as a hexadecimal PDF string."""
        codes = (self._codes.setdefault(character, len(self._codes) + 1) for character in text)
        return f"<{''.join(f'{code:04X}' for code in codes)}>"

    def unicode_map(self) -> bytes:
        """The CMap from codes to characters."""
        entries = [f"<{code:04X}> <{_utf16(character)}>" for character, code in self._codes.items()]
        blocks = []
        # A block has at most 100 entries.
        for start in range(0, len(entries), 100):
            block = entries[start : start + 100]
            blocks.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar")
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /bayou-unicode def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            + "\n".join(blocks)
            + "\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode("ascii")

    @property
    def last(self) -> int:
        """The highest code given."""
        return len(self._codes)


def _utf16(character: str) -> str:
    return character.encode("utf-16-be", "replace").hex().upper()


def add_font(writer: PdfWriter, codes: CharacterCodes, number: int) -> None:
    """Write the font for ``codes`` as object ``number``."""
    data = glyphless_font()
    file = writer.add_packed(f"<< /Length1 {len(data)} >>", data)
    # Glyph 1 for every code.
    glyphs = writer.add_packed("<< >>", b"\0\0" + b"\0\1" * codes.last)
    meaning = writer.add_packed("<< >>", codes.unicode_map())
    descriptor = writer.add(
        "<< /Type /FontDescriptor /FontName /BayouGlyphless /Flags 4"
        f" /FontBBox [0 {DESCENT} {ADVANCE} {ASCENT}] /ItalicAngle 0 /Ascent {ASCENT} /Descent {DESCENT}"
        f" /CapHeight {ASCENT} /StemV 80 /FontFile2 {file} 0 R >>"
    )
    descendant = writer.add(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /BayouGlyphless"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        f" /FontDescriptor {descriptor} 0 R /DW {ADVANCE} /CIDToGIDMap {glyphs} 0 R >>"
    )
    writer.add(
        "<< /Type /Font /Subtype /Type0 /BaseFont /BayouGlyphless /Encoding /Identity-H"
        f" /DescendantFonts [{descendant} 0 R] /ToUnicode {meaning} 0 R >>",
        number=number,
    )


@dataclass(frozen=True, slots=True)
class _Baseline:
    """Where a line's letters stand, in page units: a point, a direction, and the letters' full height."""

    origin: Point
    cos: float
    sin: float
    height: float

    def extent(self, word: Word) -> tuple[float, float]:
        """Start and length of ``word`` along the baseline, from its upright box."""
        x, y = word.box.center
        middle = (x - self.origin[0]) * self.cos + (y - self.origin[1]) * self.sin
        cos, sin = abs(self.cos), abs(self.sin)
        if cos >= sin:
            length = (word.box.width - self.height * sin) / cos
        else:
            length = (word.box.height - self.height * cos) / sin
        # Of a short word on a leaning line hardly more than its height is left in the box.
        length = max(length, 0.1 * self.height)
        return middle - length / 2, length


def _baseline(line: Line, box: Box) -> _Baseline:
    if line.quad is None:
        bottom = box.bottom - _SHARE_BELOW_BASELINE * box.height
        return _Baseline((box.left, bottom), 1.0, 0.0, box.height)
    top_left, _, bottom_right, bottom_left = line.quad
    length = math.dist(bottom_left, bottom_right) or 1.0
    cos, sin = (bottom_right[0] - bottom_left[0]) / length, (bottom_right[1] - bottom_left[1]) / length
    height = math.dist(top_left, bottom_left)
    shift = _SHARE_BELOW_BASELINE * height
    return _Baseline((bottom_left[0] + shift * sin, bottom_left[1] - shift * cos), cos, sin, height)


def text_operators(page: Page, codes: CharacterCodes, scale: float) -> str:
    """The content stream that puts ``page``'s words on a PDF page, ``scale`` points to a page unit."""
    parts = ["BT", "3 Tr"]
    for line in page.lines:
        if line.box is not None:
            parts.extend(_line_operators(line, _baseline(line, line.box), page, codes, scale))
    return "\n".join([*parts, "ET"])


def _line_operators(line: Line, baseline: _Baseline, page: Page, codes: CharacterCodes, scale: float) -> Iterator[str]:
    size = baseline.height * scale
    words = [(word.text, *baseline.extent(word)) for word in words_of(line) if word.text]
    if size <= 0 or not words:
        return
    yield f"/F0 {_number(size)} Tf"

    def place(start: float) -> str:
        x = (baseline.origin[0] + start * baseline.cos) * scale
        y = (page.height - baseline.origin[1] - start * baseline.sin) * scale
        matrix = (baseline.cos, -baseline.sin, baseline.sin, baseline.cos, x, y)
        return " ".join(map(_number, matrix)) + " Tm"

    # Text and width of each word and of each space between words, in points.
    runs: list[tuple[str, float]] = []
    for index, (text, start, length) in enumerate(words):
        runs.append((text, length * scale))
        if index + 1 < len(words):
            runs.append((" ", (words[index + 1][1] - start - length) * scale))
    if baseline.cos < _STEEP:
        yield place(words[0][1])
        yield from _one_object(runs, codes, size)
        return
    for index, (text, width) in enumerate(runs):
        if index % 2 == 0:
            yield place(words[index // 2][1])
        yield f"{_stretch(width, len(text), size)} Tz {codes.encode(text)} Tj"


def _one_object(runs: list[tuple[str, float]], codes: CharacterCodes, size: float) -> Iterator[str]:
    """A line as one text object of one stretch, its characters moved one by one to where they belong."""
    total = sum(width for _, width in runs)
    stretch = max(_NARROWEST / 100, total / (sum(len(text) for text, _ in runs) * _EM_ADVANCE * size))
    parts: list[str] = []
    for text, width in runs:
        back = 1000 * (_EM_ADVANCE - width / (len(text) * size * stretch))
        parts.extend(f"{codes.encode(character)} {_number(back)}" for character in text)
    yield f"{_number(100 * stretch)} Tz [{' '.join(parts)}] TJ"


def _stretch(width: float, characters: int, size: float) -> str:
    """Percent by which ``characters`` are stretched to be ``width`` points wide."""
    return _number(max(_NARROWEST, 100 * width / (characters * _EM_ADVANCE * size)))


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")
