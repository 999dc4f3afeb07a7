"""How far a page's lines lean, and boxes on the page set level. Knows points; not pixels or text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bayou.documents.geometry import Box, Point, Quad, box_of_points

LONG_LINE = 5.0
"""Only lines this many times longer than high say how the page leans; short ones lean by chance."""
LEAST_SKEW = 0.15
"""Degrees; less is no skew."""


def lean(quad: Quad) -> float:
    """Clockwise degrees by which the quad's upper and lower edges lean, on average."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return math.degrees(math.atan2((by - ay) + (cy - dy), (bx - ax) + (cx - dx)))


def page_skew(quads: Sequence[Quad]) -> float:
    """Clockwise degrees by which the lines of a page lean: the median, weighted by length; 0.0 if none tells."""
    leans: list[tuple[float, float]] = []
    for quad in quads:
        length, height = math.dist(quad[0], quad[1]), math.dist(quad[0], quad[3])
        if length >= LONG_LINE * height:
            leans.append((lean(quad), length))
    if not leans:
        return 0.0
    half = sum(weight for _, weight in leans) / 2
    for angle, weight in sorted(leans):
        half -= weight
        if half <= 0:
            return angle if abs(angle) >= LEAST_SKEW else 0.0
    return 0.0


def turned(point: Point, degrees: float) -> Point:
    """The point turned clockwise about the origin."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return point[0] * cosine - point[1] * sine, point[0] * sine + point[1] * cosine


def level_box(quad: Quad, skew: float) -> Box:
    """The upright box around the quad after the whole page is turned back by ``skew`` about its top left corner."""
    return box_of_points(quad if skew == 0 else [turned(point, -skew) for point in quad])


def leaning_quad(box: Box, skew: float) -> Quad:
    """The corners, on the leaning page, of an upright box on the level one: the way back from ``level_box``."""
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    a, b, c, d = corners if skew == 0 else (turned(point, skew) for point in corners)
    return a, b, c, d
