"""Where points of a drawn page come to lie in its picture: turns, perspective, folds. Knows coordinates only."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = list[tuple[float, float]]
_STEPS = 12
"""Rounds of looking for the place that a bent page shows a point at; each halves what is left at least."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A homography: float64 [3, 3] from the drawn page to a picture of ``width`` x ``height`` pixels."""

    matrix: NDArray[np.float64]
    width: int
    height: int

    def points(self, points: Points) -> Points:
        """Where points of the page lie in the picture."""
        moved = cv2.perspectiveTransform(np.array(points, np.float64)[None], self.matrix)[0]
        return [(float(x), float(y)) for x, y in moved]

    def picture(self, image: NDArray[np.uint8], ground: tuple[int, int, int] = (255, 255, 255)) -> NDArray[np.uint8]:
        """The page as it lies in the picture, ``ground`` around it."""
        # Pixel (0, 0) covers 0 to 1, and is at 0.5: boxes are of areas, OpenCV's matrices of pixel centres.
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]], np.float64)
        matrix = np.linalg.inv(half) @ self.matrix @ half
        filled = cv2.warpPerspective(
            image, matrix, (self.width, self.height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
            borderValue=ground if image.ndim == 3 else ground[0],
        )  # fmt: skip
        return np.asarray(filled, dtype=np.uint8)

    def then(self, after: Flat) -> Flat:
        return Flat(after.matrix @ self.matrix, after.width, after.height)


def still(width: int, height: int) -> Flat:
    """Nothing moves."""
    return Flat(np.eye(3), width, height)


def scaled(width: int, height: int, across: float, down: float) -> Flat:
    """Made wider and higher."""
    return Flat(np.diag([across, down, 1.0]), max(1, round(width * across)), max(1, round(height * down)))


def turned(width: int, height: int, degrees: float) -> Flat:
    """Turned clockwise about the middle, in a picture of the same size."""
    a = np.deg2rad(degrees)
    c, s = np.cos(a), np.sin(a)
    x, y = width / 2, height / 2
    return Flat(np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y], [0, 0, 1]]), width, height)


def quarter(width: int, height: int, degrees: int) -> Flat:
    """Turned clockwise by 90, 180 or 270 degrees, in a picture that fits."""
    if degrees == 90:
        return Flat(np.array([[0, -1, height], [1, 0, 0], [0, 0, 1.0]]), height, width)
    if degrees == 180:
        return Flat(np.array([[-1, 0, width], [0, -1, height], [0, 0, 1.0]]), width, height)
    return Flat(np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1.0]]), height, width)


def placed(width: int, height: int, corners: Points, size: tuple[int, int]) -> Flat:
    """The page's corners, clockwise from its top left, put at given points of a picture of ``size``."""
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    return Flat(np.asarray(matrix, np.float64), *size)


@dataclass(frozen=True, slots=True)
class Bent:
    """A page whose every point is moved a little: ``shift`` float32 [H', W', 2], coarse, of where to look for it.

    A picture's point p shows the page's point p + shift(p), in pixels.
    """

    shift: NDArray[np.float32]
    width: int
    height: int

    def _field(self) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(self.shift, (self.width, self.height), interpolation=cv2.INTER_CUBIC), np.float32)

    def picture(self, image: NDArray[np.uint8], ground: tuple[int, int, int] = (255, 255, 255)) -> NDArray[np.uint8]:
        """The page as bent, in a picture of its own size."""
        field = self._field()
        field[:, :, 0] += np.arange(self.width, dtype=np.float32)[None, :]
        field[:, :, 1] += np.arange(self.height, dtype=np.float32)[:, None]
        filled = cv2.remap(
            image, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
            borderValue=ground if image.ndim == 3 else ground[0],
        )  # fmt: skip
        return np.asarray(filled, dtype=np.uint8)

    def points(self, points: Points) -> Points:
        """Where the picture shows points of the page."""
        field = self._field()
        wanted = np.array(points, np.float32)
        at = wanted.copy()
        for _ in range(_STEPS):
            place = at - np.float32(0.5)
            looked = cv2.remap(field, place[None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
            at = wanted - looked
        return [(float(x), float(y)) for x, y in at]
