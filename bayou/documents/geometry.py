"""Boxes and quadrilaterals on a page. Knows numbers; not text, files or models.

The coordinate system of the whole project: the origin is the page's top left corner as a reader sees it, x grows to the
right, y grows downward, and the unit is the page's own (see ``Page.unit``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in page units: left <= right, top <= bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def center(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def scaled(self, factor: float) -> Box:
        """The same box in another unit, ``factor`` new units to one old unit."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def union(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def intersection(self, other: Box) -> Box | None:
        """The common part, or None where the boxes share no area."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def covered_by(self, other: Box) -> float:
        """The share of this box's area that lies inside ``other``, 0 to 1."""
        common = self.intersection(other)
        return common.area / self.area if common and self.area else 0.0


def bounding_box(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of ``boxes``; ValueError where there is none."""
    boxes = list(boxes)
    if not boxes:
        raise ValueError("no box to bound")
    return Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )


def box_of_points(points: Sequence[Point]) -> Box:
    """The smallest box around ``points``."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))
