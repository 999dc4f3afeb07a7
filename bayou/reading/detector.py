"""The network that sees where text is (PP-OCRv6 small detector): an image to quads. Knows pixels; not pages or text.

Method: Liao et al. 2019, "Real-time Scene Text Detection with Differentiable Binarization" (arXiv:1911.08947): the
network gives each pixel the probability that it belongs to a line's shrunken core; cores are boxed and grown back.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.reading.wheel_models import DETECTOR, compile_model, read_model

STRIDE = 32
"""The network wants sides that are multiples of this."""

PIXEL_THRESHOLD = 0.3
QUAD_THRESHOLD = 0.3
"""Lower than RapidOCR's 0.5, which drops lines of dense footnotes; the recogniser says whether there is text."""
GROWTH = 1.6
"""A core of area A and outline L grows by GROWTH * A / L on every side."""

TILE_PIXELS = 2_000_000
TILE_SIDE = 2048
OVERLAP = 192

MIN_CORE_SIDE = 3.0
MIN_QUAD_SIDE = 5.0

ImageArray = NDArray[np.uint8]
QuadArray = NDArray[np.float32]
FloatMap = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class FoundQuad:
    """Where a piece of text seems to be.

    Attributes:
        points: float32 [4, 2], corners in pixels (x, y): top left, top right, bottom right, bottom left as the page
            lies, whichever way the text runs.
        score: Mean probability of its core, 0 to 1.
    """

    points: QuadArray
    score: float


class Detector:
    """The compiled network. Not thread-safe."""

    def __init__(self, device: str = "CPU", threads: int | None = None) -> None:
        self._network = compile_model(read_model(DETECTOR), device, threads)
        self._request = self._network.create_infer_request()

    def find(self, image: ImageArray, scale: float = 1.0) -> list[FoundQuad]:
        """Quads of text in ``image`` (uint8 RGB [H, W, 3]), looked for at ``scale`` and given in the image's pixels."""
        height, width = image.shape[:2]
        size = (_whole_strides(width * scale), _whole_strides(height * scale))
        resized = image if size == (width, height) else cv2.resize(image, size, interpolation=_interpolation(scale))
        found = quads_of_map(self.probabilities(resized))
        # A page's activations take 300 MB; held on to, they would add to those of the recogniser.
        self._network.release_memory()
        factor = np.array([width / size[0], height / size[1]], np.float32)
        limit = np.array([width - 1, height - 1], np.float32)
        return [FoundQuad(np.clip(quad.points * factor, 0, limit), quad.score) for quad in found]

    def probabilities(self, image: ImageArray) -> FloatMap:
        """Probability of each pixel to lie in a line's core.

        An image of more than TILE_PIXELS is seen in overlapping tiles, whose maps are cut in the middle of the overlap
        and joined, so that a line that lies across a cut is still one line.

        Args:
            image: uint8 RGB [H, W, 3], H and W multiples of 32.

        Returns:
            float32 [H, W].
        """
        height, width = image.shape[:2]
        if height * width <= TILE_PIXELS:
            return self._infer(image)
        tile_width = min(width, TILE_SIDE)
        tile_height = min(height, TILE_PIXELS // tile_width // STRIDE * STRIDE)
        joined = np.empty((height, width), np.float32)
        for top, row_start, row_end in cuts(height, tile_height):
            for left, column_start, column_end in cuts(width, tile_width):
                part = self._infer(image[top : top + tile_height, left : left + tile_width])
                joined[row_start:row_end, column_start:column_end] = part[
                    row_start - top : row_end - top, column_start - left : column_end - left
                ]
        return joined

    def _infer(self, image: ImageArray) -> FloatMap:
        bgr = image[:, :, ::-1].astype(np.float32)
        pixels = np.ascontiguousarray((bgr * np.float32(1 / 127.5) - 1).transpose(2, 0, 1)[None])
        self._request.infer([pixels])
        return np.array(self._request.get_output_tensor().data[0, 0])


def _whole_strides(length: float) -> int:
    return max(STRIDE, round(length / STRIDE) * STRIDE)


def cuts(length: int, tile: int) -> list[tuple[int, int, int]]:
    """Tiles of equal length that cover ``length``: where each starts, and the part of the whole that it answers for."""
    if tile >= length:
        return [(0, 0, length)]
    count = -(-(length - OVERLAP) // (tile - OVERLAP))
    starts = [round(i * (length - tile) / (count - 1)) for i in range(count)]
    edges = [0, *((starts[i] + tile + starts[i + 1]) // 2 for i in range(count - 1)), length]
    return [(start, edges[i], edges[i + 1]) for i, start in enumerate(starts)]


def quads_of_map(probability: FloatMap) -> list[FoundQuad]:
    """Quads, in the map's pixels, of the cores in a probability map, float32 [H, W]."""
    mask = cv2.dilate((probability > PIXEL_THRESHOLD).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour, (_, _, _, parent) in zip(contours, [] if hierarchy is None else hierarchy[0], strict=True):
        if parent >= 0:
            continue  # a hole's edge, not a core's
        center, sides, angle = cv2.minAreaRect(contour)
        if min(sides) < MIN_CORE_SIDE:
            continue
        score = _mean_inside(probability, cv2.boxPoints((center, sides, angle)))
        if score < QUAD_THRESHOLD:
            continue
        # A rectangle grown evenly with round corners has the grown rectangle as its smallest enclosing one.
        growth = 2 * GROWTH * sides[0] * sides[1] / (2 * (sides[0] + sides[1]))
        grown = (sides[0] + growth, sides[1] + growth)
        if min(grown) < MIN_QUAD_SIDE:
            continue
        found.append(FoundQuad(order_corners(cv2.boxPoints((center, grown, angle))), score))
    return found


def order_corners(points: NDArray[np.float32]) -> QuadArray:
    """Four corners as top left, top right, bottom right, bottom left."""
    by_x = points[np.argsort(points[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1], kind="stable")], right[np.argsort(right[:, 1], kind="stable")]
    return np.stack([left[0], right[0], right[1], left[1]]).astype(np.float32)


def _mean_inside(probability: FloatMap, points: NDArray[np.float32]) -> float:
    height, width = probability.shape
    low = np.clip(np.floor(points.min(0)).astype(int), 0, (width - 1, height - 1))
    high = np.clip(np.ceil(points.max(0)).astype(int), 0, (width - 1, height - 1))
    mask = np.zeros((high[1] - low[1] + 1, high[0] - low[0] + 1), np.uint8)
    cv2.fillPoly(mask, [(points - low).astype(np.int32)], 1)
    return float(cv2.mean(probability[low[1] : high[1] + 1, low[0] : high[0] + 1], mask)[0])


def _interpolation(scale: float) -> int:
    # Area averaging keeps thin strokes when a page shrinks; bilinear sampling loses them.
    return cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
