"""Single digits beside lines, which the detector doesn't see, found by their ink. Knows pixels and quads; not text.

The quantities of a receipt are often a column of ones: the detector, which looks for words, leaves each of them out.
What is found here may also be dirt, so only what is then surely read as a digit is one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.documents.geometry import Box, Quad, box_of_points
from bayou.reading.detector import ImageArray

DARKER = 20
"""Grey levels by which ink is darker than what surrounds it."""
LOWEST, HIGHEST = 0.4, 0.85
"""Height of a digit in heights of its line's quad, which reaches beyond the ink."""
NARROWEST, WIDEST = 0.2, 0.9
"""Width of a digit in its own heights; narrower are bars."""
FULLEST = 0.85
"""Share of its box that a digit's ink fills; a bar fills all."""
OFF_CENTER = 0.15
"""In heights of the line: how far a digit's middle may be from the line's."""
FARTHEST = 15.0
"""In heights of the line: how far from its line's end a digit may stand."""
ALONE = 0.6
"""In its own heights: how far around a digit there is no other ink of its kind."""
CLEAR = 0.2
"""The same for lines, whose quads reach beyond their ink: closer is a letter that a quad cut off."""
MARGIN = 0.5
"""In its own heights: what is left and right of a digit in its quad."""
MOST = 40
"""More are no digits but a pattern."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A found line: its box, its height across its lean, and how much lower it gets with each pixel to the right."""

    box: Box
    height: float
    slope: float

    def middle_at(self, x: float) -> float:
        return self.box.center[1] + self.slope * (x - self.box.center[0])


def lone_signs(image: ImageArray, quads: Sequence[Quad], skew: float = 0.0) -> list[Quad]:
    """Quads around what could be single digits on the rows of lines that were found.

    Args:
        image: uint8 RGB [H, W, 3].
        quads: Corners, in pixels, of the lines found in it.
        skew: Clockwise degrees by which the page leans.
    """
    slope = math.tan(math.radians(skew))
    lines = [_Line(box_of_points(quad), math.dist(quad[0], quad[3]), slope) for quad in quads]
    lines = [line for line in lines if line.box.width > line.height > 0]
    if not lines:
        return []
    pieces = _pieces(image, quads, float(np.median([line.height for line in lines])))
    found: list[Quad] = []
    for piece in pieces:
        on_row = [line for line in lines if _on_the_row_of(line, piece)]
        if not on_row or any(_is_near(line.box, piece, CLEAR) for line in lines):
            continue
        if any(other is not piece and _is_near(other, piece, ALONE) for other in pieces):
            continue
        line = min(on_row, key=lambda line: _apart(line.box, piece))
        middle, y = piece.center[0], line.middle_at(piece.center[0])
        half = max(piece.width / 2 + MARGIN * piece.height, line.height / 2)
        left, right = max(0.0, middle - half), min(image.shape[1] - 1.0, middle + half)
        top, bottom = max(0.0, y - line.height / 2), min(image.shape[0] - 1.0, y + line.height / 2)
        found.append(((left, top), (right, top), (right, bottom), (left, bottom)))
    return found if len(found) <= MOST else []


def _pieces(image: ImageArray, quads: Sequence[Quad], height: float) -> list[Box]:
    """Boxes around connected ink outside of the lines that could be a digit, or part of a word."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    around = 2 * round(height) + 1
    ink = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, DARKER)
    for quad in quads:
        cv2.fillConvexPoly(ink, np.round(quad).astype(np.int32), 0)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, width, high, area = (stats[1:, i].astype(np.float64) for i in range(5))
    likely: NDArray[np.bool_] = (
        (high >= LOWEST / 2 * height)
        & (high <= 2 * HIGHEST * height)
        & (width >= NARROWEST * high)
        & (width <= WIDEST * high)
        & (area <= FULLEST * width * high)
    )
    sides = np.stack([left, top, left + width, top + high], 1)[likely]
    return [Box(*side) for side in sides.tolist()]


def _on_the_row_of(line: _Line, piece: Box) -> bool:
    return (
        LOWEST * line.height <= piece.height <= HIGHEST * line.height
        and abs(piece.center[1] - line.middle_at(piece.center[0])) <= OFF_CENTER * line.height
        and 0 <= _apart(line.box, piece) <= FARTHEST * line.height
    )


def _apart(first: Box, second: Box) -> float:
    """How far apart they are from side to side; less than 0 where one is above the other."""
    return max(first.left - second.right, second.left - first.right)


def _overlaps(first: Box, second: Box) -> bool:
    return min(first.bottom, second.bottom) > max(first.top, second.top)


def _is_near(other: Box, piece: Box, reach: float) -> bool:
    return _apart(other, piece) < reach * piece.height and _overlaps(other, piece)
