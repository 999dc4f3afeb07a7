"""PDF user space to the page as it is seen. Knows numbers; not PDFium, text or images."""

from __future__ import annotations

from dataclasses import dataclass

from bayou.documents.geometry import Box, Point


@dataclass(frozen=True, slots=True)
class PageFrame:
    """The visible part of a PDF page (crop box within media box) and its own clockwise rotation.

    Attributes:
        left, bottom, right, top: In PDF user space, y upward.
        rotation: 0, 90, 180 or 270.
    """

    left: float
    bottom: float
    right: float
    top: float
    rotation: int = 0

    @property
    def width(self) -> float:
        """Width of the page as seen, in points."""
        return self.right - self.left if self.rotation % 180 == 0 else self.top - self.bottom

    @property
    def height(self) -> float:
        """Height of the page as seen, in points."""
        return self.top - self.bottom if self.rotation % 180 == 0 else self.right - self.left

    def point(self, x: float, y: float) -> Point:
        """A point of user space in page coordinates: origin top left, y downward."""
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A rectangle of user space in page coordinates."""
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
