"""Straight level and upright rulings in a page image, by morphology. Knows pixels; not text or tables."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.documents.table_pieces import Leveller, Rule

_CONTRAST = 10
"""Levels of 255 by which a ruling is darker than what is around it."""
_SHORTEST = 2.0
"""In heights of the text; letters' strokes are shorter."""
_THICKEST = 0.4
"""In heights of the text: a thicker bar is no ruling."""
_STEEPEST = 4.0
"""Degrees by which a ruling may lean."""
_LEAST_SKEW = 0.05

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rulings:
    """Rulings in page units on the level page, and the lean they show (clockwise degrees)."""

    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]
    skew: float


def find_rulings(image: NDArray[np.uint8], pixels_per_unit: float, height: float, skew: float = 0.0) -> Rulings:
    """Rulings in ``image``.

    Args:
        image: uint8 RGB [H, W, 3].
        height: Of a usual line of text, in page units.
        skew: The page's lean where the rulings themselves don't tell.
    """
    text = max(6.0, height * pixels_per_unit)
    dark = _dark(image, text)
    level = _segments(dark, text, upright=False)
    upright = _segments(dark, text, upright=True)
    leans = [(math.degrees(math.atan2(y1 - y0, x1 - x0)), math.hypot(x1 - x0, y1 - y0)) for x0, y0, x1, y1 in level]
    if sum(length for _, length in leans) > image.shape[1] / 3:
        skew = _weighted_median(leans)
    if abs(skew) < _LEAST_SKEW:
        skew = 0.0
    leveller = Leveller(skew)
    horizontal, vertical = [], []
    for x0, y0, x1, y1 in level:
        (ax, ay), (bx, by) = leveller.level_point((x0, y0)), leveller.level_point((x1, y1))
        horizontal.append(Rule((ay + by) / 2, min(ax, bx), max(ax, bx)))
    for x0, y0, x1, y1 in upright:
        (ax, ay), (bx, by) = leveller.level_point((x0, y0)), leveller.level_point((x1, y1))
        vertical.append(Rule((ax + bx) / 2, min(ay, by), max(ay, by)))
    scale = 1 / pixels_per_unit
    return Rulings(_joined(horizontal, text, scale), _joined(vertical, text, scale), skew)


def _dark(image: NDArray[np.uint8], text: float) -> Mask:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    block = 2 * round(0.8 * text) + 1
    return np.asarray(
        cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, _CONTRAST),
        dtype=np.uint8,
    )


def _segments(dark: Mask, text: float, upright: bool) -> list[tuple[float, float, float, float]]:
    """Ends (x0, y0, x1, y1) in pixels of straight thin strokes; from left to right, or from top to bottom."""
    shortest = round(_SHORTEST * text)
    # A leaning ruling is a flight of stairs; thickened, its steps are long enough.
    thick = cv2.dilate(dark, np.ones((1, 3) if upright else (3, 1), np.uint8))
    strokes = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((shortest, 1) if upright else (1, shortest), np.uint8))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    found = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in boxes[label])
        length, across = (height, width) if upright else (width, height)
        if area / length - 2 > _THICKEST * text or across > length * math.tan(math.radians(_STEEPEST)) + 0.6 * text:
            continue
        part = labels[top : top + height, left : left + width] == label
        part = part.T if upright else part
        # The middle of the stroke at its two ends.
        end = max(1, min(length // 4, round(text)))
        first, last = (float(np.nonzero(ends)[0].mean()) for ends in (part[:, :end], part[:, -end:]))
        if upright:
            found.append((left + first, float(top), left + last, float(top + height)))
        else:
            found.append((float(left), top + first, float(left + width), top + last))
    return found


def _weighted_median(values: list[tuple[float, float]]) -> float:
    half = sum(weight for _, weight in values) / 2
    for value, weight in sorted(values):
        half -= weight
        if half <= 0:
            return value
    return 0.0


def _joined(rules: list[Rule], text: float, scale: float) -> tuple[Rule, ...]:
    """Rulings in page units; pieces of one ruling, and its two edges, become one."""
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda item: (item.place, item.start)):
        for index, other in enumerate(joined):
            near = abs(rule.place - other.place) <= 0.3 * text
            if near and rule.start <= other.end + 0.6 * text and other.start <= rule.end + 0.6 * text:
                weight = rule.length + other.length or 1.0
                place = (rule.place * rule.length + other.place * other.length) / weight
                joined[index] = Rule(place, min(rule.start, other.start), max(rule.end, other.end))
                break
        else:
            joined.append(rule)
    return tuple(Rule(rule.place * scale, rule.start * scale, rule.end * scale) for rule in joined)
