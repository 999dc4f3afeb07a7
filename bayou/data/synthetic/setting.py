"""How a text is set: faces, sizes, spacing, neighbours, rules. Knows fonts and ink; knows no colours, no damage."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bayou.data.synthetic.fonts import FontFace, load_font

#: Narrowest and widest a set line may be, in pixels, before it is set smaller.
_WIDEST = 3600


@dataclass(frozen=True, slots=True)
class Setting:
    """How one line is set.

    Attributes:
        face: The face of the line.
        size: Pixels per em.
        second: Another face for some words (emphasis, program names), or None.
        tracking: Extra space after each character, in em.
        word_space: Factor on the spaces between words.
        stretch: Horizontal factor.
        wander: How far words leave the baseline, in em (hands).
        jitter: How unlike each other a hand's letters are: share by which size, place and distance of each vary.
        smooth: Draw at twice the size and shrink: unhinted shapes at fractions of pixels.
        neighbours: Texts of the lines above and below, or None; each may be "".
        leading: Distance of baselines, in em.
        sides: Texts before and after the line that a tight crop leaves out.
        rule: "", "underline", "above", "below" or "box"; on ruled paper "ruled" or "squared", paler than the writing.
    """

    face: FontFace
    size: int
    second: FontFace | None = None
    tracking: float = 0.0
    word_space: float = 1.0
    stretch: float = 1.0
    wander: float = 0.0
    jitter: float = 0.0
    smooth: bool = False
    neighbours: tuple[str, str] | None = None
    leading: float = 1.2
    sides: tuple[str, str] = ("", "")
    rule: str = ""


@dataclass(frozen=True, slots=True)
class SetLine:
    """Ink of a line: ``ink`` uint8 [H, W] (255 = full), ``box`` left, top, right, bottom of the text's own ink."""

    ink: NDArray[np.uint8]
    box: tuple[int, int, int, int]


def set_line(rng: random.Random, text: str, setting: Setting) -> SetLine:
    """Draw one line and its surroundings.

    Args:
        rng: Random stream.
        text: What to write; every character must be in the face.
        setting: How.

    Returns:
        The mask and the box of the line's own ink.
    """
    size = setting.size * (2 if setting.smooth else 1)
    font = load_font(setting.face.path, size, setting.face.weight)
    pieces = _place(rng, text, setting, size, font)
    width = max(x + f.getlength(t) for t, x, _, f in pieces)
    if width * setting.stretch > _WIDEST * (2 if setting.smooth else 1):
        size = max(12, int(size * _WIDEST / width))
        font = load_font(setting.face.path, size, setting.face.weight)
        pieces = _place(rng, text, setting, size, font)
        width = max(x + f.getlength(t) for t, x, _, f in pieces)
    margin = int(size * 1.1)
    height = int(size * 1.6) + 2 * margin
    baseline = margin + int(size * 1.15)
    canvas = Image.new("L", (int(width) + 2 * margin, height), 0)
    draw = ImageDraw.Draw(canvas)
    for piece, x, y, piece_font in pieces:
        draw.text((margin + x, baseline + y), piece, fill=255, font=piece_font, anchor="ls")
    box = canvas.getbbox() or (margin, baseline - size, margin + int(width), baseline)
    _surround(rng, draw, setting, font, size, (box, baseline))
    ink = np.asarray(canvas, dtype=np.uint8)
    return _scaled(ink, box, setting)


def _place(
    rng: random.Random, text: str, setting: Setting, size: int, font: ImageFont.FreeTypeFont
) -> list[tuple[str, float, float, ImageFont.FreeTypeFont]]:
    """Pieces of the text with their positions: the whole line where nothing varies, else words or characters."""
    plain = setting.second is None and not setting.wander and abs(setting.word_space - 1.0) < 0.01
    if plain and not setting.tracking and not setting.jitter:
        return [(text, 0.0, 0.0, font)]
    second = load_font(setting.second.path, size, setting.second.weight) if setting.second is not None else font
    letters = set(setting.second.characters) if setting.second is not None else set()
    space = max(1.0, font.getlength(" ") or size * 0.25) * setting.word_space + setting.tracking * size
    pieces: list[tuple[str, float, float, ImageFont.FreeTypeFont]] = []
    x, y, special = 0.0, 0.0, rng.random() < 0.3
    for word in text.split(" "):
        special = special if rng.random() < 0.6 else rng.random() < 0.35
        chosen = second if special and letters.issuperset(word) else font
        y += rng.uniform(-1, 1) * setting.wander * size if setting.wander else 0.0
        y = max(-0.12 * size, min(0.12 * size, y))
        if setting.jitter:
            written, x = _by_hand(rng, word, setting, size, (x, y))
            pieces += written
        elif setting.tracking:
            for character in word:
                pieces.append((character, x, y, chosen))
                x += chosen.getlength(character) + setting.tracking * size
        else:
            pieces.append((word, x, y, chosen))
            x += chosen.getlength(word)
        x += space * (1.0 if not setting.wander else rng.uniform(0.7, 1.5))
    return [p for p in pieces if p[0]] or [(text, 0.0, 0.0, font)]


def _by_hand(
    rng: random.Random, word: str, setting: Setting, size: int, start: tuple[float, float]
) -> tuple[list[tuple[str, float, float, ImageFont.FreeTypeFont]], float]:
    """A word letter by letter, no two quite alike; and where it ends."""
    (x, y), pieces = start, []
    drift = 1.0
    for character in word:
        drift = max(0.85, min(1.15, drift + rng.gauss(0, 0.3) * setting.jitter))
        grown = drift * (1 + rng.gauss(0, 0.5) * setting.jitter)
        # In a few steps, so that a face's sizes are soon all known.
        font = load_font(setting.face.path, max(8, round(size * grown / 3) * 3), setting.face.weight)
        pieces.append((character, x, y + rng.gauss(0, 0.25) * setting.jitter * size, font))
        x += font.getlength(character) + (setting.tracking + rng.gauss(0, 0.2) * setting.jitter) * size
    return pieces, x


def _surround(
    rng: random.Random,
    draw: ImageDraw.ImageDraw,
    setting: Setting,
    font: ImageFont.FreeTypeFont,
    size: int,
    place: tuple[tuple[int, int, int, int], int],
) -> None:
    """Neighbouring lines and words, and rules."""
    (left, top, right, bottom), baseline = place
    if setting.neighbours is not None:
        step = setting.leading * size
        for other, y in zip(setting.neighbours, (baseline - step, baseline + step), strict=True):
            if other:
                draw.text((left - rng.uniform(0, 6) * size, y), other, fill=255, font=font, anchor="ls")
    gap = rng.uniform(0.35, 0.8) * size
    before, after = setting.sides
    if before:
        draw.text((left - gap, baseline), before, fill=255, font=font, anchor="rs")
    if after:
        draw.text((right + gap, baseline), after, fill=255, font=font, anchor="ls")
    thick = max(1, round(size * rng.uniform(0.03, 0.08)))
    if setting.rule == "underline":
        y = baseline + int(size * rng.uniform(0.08, 0.2))
        draw.line([(left, y), (right, y)], fill=255, width=thick)
    if setting.rule in ("above", "box"):
        y = top - int(size * rng.uniform(0.12, 0.35))
        draw.line([(0, y), (right + 2 * size, y)], fill=255, width=thick)
    if setting.rule in ("below", "box"):
        y = bottom + int(size * rng.uniform(0.12, 0.35))
        draw.line([(0, y), (right + 2 * size, y)], fill=255, width=thick)
    if setting.rule == "box":
        for x in (left - int(size * rng.uniform(0.2, 0.5)), right + int(size * rng.uniform(0.2, 0.5))):
            draw.line([(x, 0), (x, 4 * size)], fill=255, width=thick)
    if setting.rule in ("ruled", "squared"):
        _rule_paper(rng, draw, size, (left, right, baseline), setting.rule == "squared")


def _rule_paper(
    rng: random.Random, draw: ImageDraw.ImageDraw, size: int, place: tuple[int, int, int], squared: bool
) -> None:
    """Pale lines of a writing pad or form about the baseline, behind the letters' edges; squares where asked."""
    left, right, baseline = place
    step = max(6, round(size * (rng.uniform(0.3, 0.6) if squared else rng.uniform(0.9, 1.6))))
    pale, thick = rng.randint(40, 140), rng.choice((1, 1, 2))
    y = baseline + round(size * rng.uniform(-0.05, 0.25))
    for line in range(y - 6 * step, y + 6 * step, step):
        draw.line([(0, line), (right + 2 * size, line)], fill=pale, width=thick)
    for column in range(left % step, right + 2 * size, step) if squared else ():
        draw.line([(column, 0), (column, 4 * size)], fill=pale, width=thick)


def _scaled(ink: NDArray[np.uint8], box: tuple[int, int, int, int], setting: Setting) -> SetLine:
    shrink = 0.5 if setting.smooth else 1.0
    across, down = shrink * setting.stretch, shrink
    if across == 1.0 and down == 1.0:
        return SetLine(ink, box)
    target = (max(4, round(ink.shape[1] * across)), max(4, round(ink.shape[0] * down)))
    way = cv2.INTER_AREA if across < 1 else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(ink, target, interpolation=way), dtype=np.uint8)
    left, top, right, bottom = box
    return SetLine(
        scaled, (int(left * across), int(top * down), int(np.ceil(right * across)), int(np.ceil(bottom * down)))
    )
