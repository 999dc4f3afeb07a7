"""Where the lines of text are on a page image, and each line cut out upright. Knows pixels; not text or pages.

A first look is taken at a modest size, which is enough for most pages. Where the lines found are small there, the page
is looked at again, as large as their height asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.documents.geometry import Point, Quad
from bayou.engine.runtimes.allocator import give_back_freed_memory
from bayou.reading.detector import Detector, FoundQuad, ImageArray, QuadArray

FIRST_LOOK_PIXELS = 1_250_000
LARGEST_LOOK_PIXELS = 16_000_000
LARGEST_ENLARGEMENT = 2.0

SMALL_LINE = 14.0
"""Lines (their quads) lower than this, in pixels of the network's image, call for a second look."""
WANTED_LINE = 19.0
"""Height that the small lines get in the second look."""
SMALL_SHARE = 15.0
"""Percentile of heights that counts as the height of the small lines."""

PAGES_BETWEEN = 8
"""After so many pages what they freed is handed back to the system."""

LONGEST_ASPECT = 8.0
TIGHT_MARGIN = 24
"""An image longer than LONGEST_ASPECT : 1, or thinner than three margins, first gets a frame of its edge's colour."""

WARP_MARGIN = 4
LONGEST_SIDE = 8000.0
LONGEST_LINE = 120.0
"""Times as long as high: more is no line of text, and would cost gigabytes to read."""

TURNED_ASPECT = 1.5
"""A quad this many times higher than wide holds text that runs up or down the page (as RapidOCR has it)."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A piece of a line: its corners in pixels, from the page's top left clockwise, and how sure it is, 0 to 1."""

    quad: Quad
    score: float


class LineDetector:
    """Finds lines with PP-OCRv6's small detector. Not thread-safe."""

    def __init__(self, device: str = "CPU", threads: int | None = None) -> None:
        self._detector = Detector(device, threads)
        self._pages = 0

    def find(self, image: ImageArray) -> list[Quad]:
        """Corners, in pixels, of the lines in ``image`` (uint8 RGB [H, W, 3]), from top to bottom."""
        return [line.quad for line in self.find_scored(image)]

    def find_scored(self, image: ImageArray) -> list[FoundLine]:
        """The same with the detector's scores."""
        framed, (left, top) = _in_a_frame(image)
        scale = _first_scale(framed)
        found = self._detector.find(framed, scale)
        second = _second_scale(framed, scale, found)
        if second is not None:
            found = self._detector.find(framed, second)
        self._pages += 1
        if self._pages % PAGES_BETWEEN == 0:
            give_back_freed_memory()
        limit = np.array([image.shape[1] - 1, image.shape[0] - 1], np.float32)
        lines = []
        for quad in found:
            points = np.clip(quad.points - np.array([left, top], np.float32), 0, limit)
            if min(quad_size(points)) >= 1:
                lines.append(FoundLine(to_quad(points), quad.score))
        return sorted(lines, key=lambda line: (line.quad[0][1], line.quad[0][0]))


def crop_line(image: ImageArray, quad: Quad | QuadArray) -> ImageArray:
    """The quad cut out of ``image`` (uint8 RGB [H, W, 3]) and straightened, its text running from left to right.

    A high quad is turned counter-clockwise, as if its text ran down the page (as RapidOCR has it). Corners in the order
    of the text make a wide quad and leave no doubt.

    Returns:
        uint8 RGB [h, w, 3] with the side lengths of the quad, at least 1 pixel each; at most LONGEST_SIDE, and squeezed
        to LONGEST_LINE where it is longer.
    """
    points = np.asarray(quad, np.float32)
    # OpenCV can't warp images of more than 32,767 pixels a side; the part around the quad is enough.
    height, width = image.shape[:2]
    left, top = (np.maximum(np.floor(points.min(0)).astype(int) - WARP_MARGIN, 0)).tolist()
    right, bottom = (np.ceil(points.max(0)).astype(int) + WARP_MARGIN + 1).tolist()
    image = image[top : min(bottom, height), left : min(right, width)]
    points = points - np.array([left, top], np.float32)
    wide, high = _crop_size(*quad_size(points))
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(points, target)
    crop = cv2.warpPerspective(image, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(np.rot90(crop)) if high / wide >= TURNED_ASPECT else crop


def quad_size(points: QuadArray) -> tuple[float, float]:
    """Width and height of a quad, the longer one of either pair of sides."""
    top, right, bottom, left = np.linalg.norm(points - np.roll(points, -1, axis=0), axis=1)
    return float(max(top, bottom)), float(max(left, right))


def _crop_size(wide: float, high: float) -> tuple[int, int]:
    scale = min(1.0, LONGEST_SIDE / max(wide, high, 1.0))
    wide, high = wide * scale, high * scale
    wide, high = min(wide, LONGEST_LINE * max(high, 1.0)), min(high, LONGEST_LINE * max(wide, 1.0))
    return max(1, int(wide)), max(1, int(high))


def to_quad(points: NDArray[np.floating]) -> Quad:
    """An array [4, 2] as the plain numbers that documents are made of."""
    corners: list[Point] = [(float(x), float(y)) for x, y in points]
    return corners[0], corners[1], corners[2], corners[3]


def _first_scale(image: ImageArray) -> float:
    height, width = image.shape[:2]
    return min(LARGEST_ENLARGEMENT, (FIRST_LOOK_PIXELS / (height * width)) ** 0.5)


def _second_scale(image: ImageArray, scale: float, found: list[FoundQuad]) -> float | None:
    """At what scale to look again, or None where the first look will do."""
    height, width = image.shape[:2]
    largest = min(LARGEST_ENLARGEMENT, (LARGEST_LOOK_PIXELS / (height * width)) ** 0.5)
    if not found:
        return 1.0 if scale < 1 <= largest else None
    small = float(np.percentile([min(quad_size(quad.points)) for quad in found], SMALL_SHARE)) * scale
    if small >= SMALL_LINE:
        return None
    second = min(largest, scale * WANTED_LINE / small)
    return second if second > 1.1 * scale else None


def _in_a_frame(image: ImageArray) -> tuple[ImageArray, tuple[int, int]]:
    """The image, set in a frame where it is too narrow or too tight for the network, and the frame's left and top."""
    height, width = image.shape[:2]
    wanted_height = max(3 * TIGHT_MARGIN, int(width / LONGEST_ASPECT))
    wanted_width = max(3 * TIGHT_MARGIN, int(height / LONGEST_ASPECT))
    if height >= wanted_height and width >= wanted_width:
        return image, (0, 0)
    extra_y = max(0, wanted_height - height) // 2 + TIGHT_MARGIN
    extra_x = max(0, wanted_width - width) // 2 + TIGHT_MARGIN
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    colour = [int(c) for c in np.median(edge, axis=0)]
    framed = cv2.copyMakeBorder(image, extra_y, extra_y, extra_x, extra_x, cv2.BORDER_CONSTANT, value=colour)
    return framed, (extra_x, extra_y)
