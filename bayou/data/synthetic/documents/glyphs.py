"""Letters of a face at a size as small masks, and lines put together from them. Knows fonts; knows no pages.

FreeType needs some eight microseconds for each letter of each line. Here a letter is drawn once, four times as large,
and shrunk to four positions between pixels; a line is then put together from those. That is four times as fast, and
looks as a PDF viewer or a laser printer sets text: unhinted shapes, spacing in fractions of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bayou.data.synthetic.fonts import FontFace, load_font

Mask = NDArray[np.uint8]

_FINE = 4
"""Positions between two pixels, and how many times as large a letter is drawn before it is shrunk."""
_INKED = 64
"""Levels of 255, four times enlarged, from which a pixel is ink."""
_KERNING_SIZE = 240
"""Advances and kerning are measured once a face, at this size, whatever was set before."""


#: Pairs that fonts kern enough to see it at a page's resolution; others aren't measured, which costs.
_KERNED_CAPITALS = frozenset("AFKLPRTVWXY")
_KERNED_SMALL = frozenset("frtvwy")
_LOW = frozenset(".,-")


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter in a cut's atlas.

    Attributes:
        starts: Where in the atlas its columns begin, at each of the four positions between pixels.
        width: How many columns it has.
        left: Where they begin against the pen, in pixels.
        advance: How far the pen moves, in pixels.
        ink: Left, top, right, bottom of the ink against pen and baseline in quarters of pixels; None for a space.
    """

    starts: tuple[int, ...]
    width: int
    left: int
    advance: float
    ink: tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True)
class SetText:
    """A text as ink.

    Attributes:
        mask: uint8 [H, W], 255 = full ink.
        left, top: Where the mask's corner lies against the pen's whole pixel and the baseline.
        ink: left, top, right, bottom of the ink against the same point, in pixels.
        advance: How far the pen moved, in pixels.
    """

    mask: Mask
    left: int
    top: int
    ink: tuple[float, float, float, float]
    advance: float


class Cut:
    """One face at one size; letters are drawn when they are first needed.

    Args:
        face: The face.
        quarters: Its size in quarters of pixels per em.
    """

    def __init__(self, face: FontFace, quarters: int) -> None:
        self.face, self.quarters = face, quarters
        self.size = quarters / _FINE
        ascent, descent = load_font(face.path, quarters, face.weight).getmetrics()
        self.top = -max(ascent, round(1.15 * quarters)) // _FINE - 2
        self.rows = -self.top + -(-max(descent, round(0.35 * quarters)) // _FINE) + 2
        self.glyphs: dict[str, Glyph] = {}
        self.atlas = np.zeros((0, self.rows), np.uint8)
        self.kerning: dict[str, float] = {}

    def width(self, text: str, tracking: float = 0.0) -> float:
        """How far the pen moves over a text, in pixels."""
        glyphs = self._need(text)
        total = sum([glyphs[c].advance for c in text]) + tracking * len(text)
        if self.face.monospaced:
            return total
        kerning, missing = self.kerning, self._measure_kerning
        pairs = [a + b for a, b in pairwise(text)]
        return total + sum([kerning[p] if p in kerning else missing(p) for p in pairs])

    def _measure_kerning(self, pair: str) -> float:
        first, second = pair[0], pair[1]
        wanted = first in _KERNED_CAPITALS or second in _KERNED_CAPITALS or (first in _KERNED_SMALL and second in _LOW)
        value = _kerning(self.face.path, self.face.weight, pair) * self.size if wanted and " " not in pair else 0.0
        self.kerning[pair] = value
        return value

    def _need(self, text: str) -> dict[str, Glyph]:
        missing = set(text) - self.glyphs.keys()
        if missing:
            self._draw(sorted(missing))
        return self.glyphs

    def _draw(self, characters: list[str]) -> None:
        """Draw letters side by side at four times the size, then shrink the strip once for each position."""
        font = load_font(self.face.path, self.quarters, self.face.weight)
        drawn = [font.getmask2(c, "L", anchor="ls") for c in characters]
        cells: list[tuple[int, int]] = []
        x = 0
        for mask, offset in drawn:
            width = -(-(offset[0] % _FINE + mask.size[0]) // _FINE) + 1
            cells.append((x, width))
            x += width
        strip = Image.new("L", (x * _FINE, self.rows * _FINE), 0)
        pen = ImageDraw.Draw(strip).draw
        for (mask, offset), (start, _) in zip(drawn, cells, strict=True):
            if mask.size[0] and mask.size[1]:
                pen.draw_bitmap((start * _FINE + offset[0] % _FINE, offset[1] - self.top * _FINE), mask, 255)
        fine = np.asarray(strip)
        shrunk = [cv2.resize(fine, (x, self.rows), interpolation=cv2.INTER_AREA)]
        for shift in range(1, _FINE):
            moved = np.zeros_like(fine)
            moved[:, shift:] = fine[:, : fine.shape[1] - shift]
            shrunk.append(cv2.resize(moved, (x, self.rows), interpolation=cv2.INTER_AREA))
        base = len(self.atlas)
        self.atlas = np.concatenate([self.atlas, *(s.T for s in shrunk)])
        for c, (mask, offset), (start, width) in zip(characters, drawn, cells, strict=True):
            advance = _advance(self.face.path, self.face.weight, c) * self.size
            if not (mask.size[0] and mask.size[1]):
                self.glyphs[c] = Glyph((), 0, 0, advance, None)
                continue
            starts = tuple(base + shift * x + start for shift in range(_FINE))
            ink = _ink(fine[:, start * _FINE : (start + width) * _FINE], offset[0] // _FINE * _FINE, self.top * _FINE)
            self.glyphs[c] = Glyph(starts, width, offset[0] // _FINE, advance, ink)

    def set(self, text: str, fraction: float = 0.0, tracking: float = 0.0, gap: float = 0.0) -> SetText:
        """A line as ink.

        Args:
            text: What to write; every character must be in the face.
            fraction: Where between two pixels the pen begins, 0 to 1.
            tracking: Space after each character, in pixels.
            gap: Space after each blank, in pixels: what justifies a line.
        """
        glyphs, kerning = self._need(text), self.kerning
        plain = self.face.monospaced
        pen, before = fraction, ""
        placed: list[tuple[Glyph, int, tuple[int, int, int, int]]] = []
        for c in text:
            glyph = glyphs[c]
            if before and not plain:
                pair = before + c
                pen += kerning[pair] if pair in kerning else self._measure_kerning(pair)
            before = c
            if glyph.ink is not None:
                placed.append((glyph, round(pen * _FINE), glyph.ink))
                pen += glyph.advance + tracking
            else:
                pen += glyph.advance + tracking + gap
        if not placed:
            return SetText(np.zeros((1, 1), np.uint8), 0, 0, (0.0, 0.0, 0.0, 0.0), pen - fraction)
        return self._compose(placed, pen - fraction)

    def _compose(self, placed: list[tuple[Glyph, int, tuple[int, int, int, int]]], advance: float) -> SetText:
        ink_top, ink_bottom = min([i[1] for _, _, i in placed]), max([i[3] for _, _, i in placed])
        ink_left, ink_right = min([x + i[0] for _, x, i in placed]), max([x + i[2] for _, x, i in placed])
        left = min([g.left + (x >> 2) for g, x, _ in placed])
        wide = max([g.left + (x >> 2) + g.width for g, x, _ in placed]) - left
        widths = np.array([g.width for g, _, _ in placed])
        ends = np.cumsum(widths)
        within = np.arange(ends[-1]) - np.repeat(ends - widths, widths)
        source = np.repeat([g.starts[x & 3] for g, x, _ in placed], widths) + within
        column = np.repeat([g.left + (x >> 2) - left for g, x, _ in placed], widths) + within
        # Neighbours may overlap by a pixel or two: three layers, in each of which every third letter stands alone.
        layer = np.repeat(np.arange(len(placed)) % 3, widths)
        layers = np.zeros((3, wide, self.rows), np.uint8)
        layers[layer, column] = self.atlas[source]
        mask = layers.max(axis=0).T
        first, last = ink_top // _FINE - self.top, -(-ink_bottom // _FINE) - self.top
        ink = (ink_left / _FINE, ink_top / _FINE, ink_right / _FINE, ink_bottom / _FINE)
        return SetText(mask[first:last], left, self.top + first, ink, advance)


def _ink(cell: Mask, left: int, top: int) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of a letter's ink, given its cell's corner: fonts' own measures include the advance."""
    columns, rows = np.flatnonzero(cell.max(0) > _INKED), np.flatnonzero(cell.max(1) > _INKED)
    if not len(columns):
        return None
    return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1


@lru_cache(maxsize=100_000)
def _kerning(path: str, weight: int | None, pair: str) -> float:
    """What a pair stands closer or wider than its letters alone, in em."""
    apart = _advance(path, weight, pair[0]) + _advance(path, weight, pair[1])
    return load_font(path, _KERNING_SIZE, weight).getlength(pair) / _KERNING_SIZE - apart


@lru_cache(maxsize=50_000)
def _advance(path: str, weight: int | None, character: str) -> float:
    """How far the pen moves over a letter, in em."""
    return load_font(path, _KERNING_SIZE, weight).getlength(character) / _KERNING_SIZE


@lru_cache(maxsize=1500)
def _kept(face: FontFace, quarters: int) -> Cut:
    return Cut(face, quarters)


def cut(face: FontFace, pixels: float) -> Cut:
    """A face at a size in pixels per em, kept for the next page: to half a pixel, to 1 above 24, to 2 above 48."""
    step = 2 if pixels < 24 else 4 if pixels < 48 else 8
    return _kept(face, max(20, round(pixels * _FINE / step) * step))


def writable(face: FontFace, text: str) -> bool:
    """Whether a face has every character of a text."""
    return _characters(face).issuperset(text)


@lru_cache(maxsize=4096)
def _characters(face: FontFace) -> frozenset[str]:
    return frozenset(face.characters)
