"""Which way up a page stands. Knows lines' quads and crops; not files or text's meaning.

Lines that run up or down say that the page lies on its side. Whether text stands on its head is put to the vote of the
longest lines with the line classifier of the rapidocr wheel. The vote alone turns nothing: the recogniser must read
some of them clearly better the other way up, too. A page without clear evidence stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.reading.detector import ImageArray
from bayou.reading.lines import TURNED_ASPECT, FoundLine, crop_line
from bayou.reading.recogniser import RecognisedLine
from bayou.reading.wheel_models import LINE_CLASSIFIER, compile_model, read_model

SIDEWAYS_SHARE = 0.7
"""Of the total length of lines that clearly run one way."""
LEAST_LINES = 2
LONG_LINE = 2.5
"""Times as long as high: shorter ones don't vote."""
MOST_VOTES = 12
MOST_READ = 4
HEAD_DOWN_SHARE = 0.5
"""Votes from which on the recogniser is asked."""
CLEARLY_BETTER = 0.1
"""By how much the mean legibility must rise for a page to be turned over."""

_HEIGHT, _WIDTH = 48, 192

Recognise = Callable[[Sequence[NDArray[np.uint8]]], list[RecognisedLine]]


class HeadDownClassifier:
    """PP-OCR's classifier of single lines: upright or upside down. Not thread-safe."""

    def __init__(self, device: str = "CPU", threads: int | None = None) -> None:
        self._request = compile_model(read_model(LINE_CLASSIFIER), device, threads).create_infer_request()

    def probability(self, crop: ImageArray) -> float:
        """Probability that the line (uint8 RGB [h, w, 3]) stands on its head; only its beginning is looked at."""
        width = min(_WIDTH, max(1, -(-_HEIGHT * crop.shape[1] // crop.shape[0])))
        pixels = np.zeros((1, 3, _HEIGHT, _WIDTH), np.float32)
        scaled = cv2.resize(crop, (width, _HEIGHT), interpolation=cv2.INTER_LINEAR)
        pixels[0, :, :, :width] = scaled[:, :, ::-1].transpose(2, 0, 1) / np.float32(127.5) - 1
        self._request.infer([pixels])
        return float(self._request.get_output_tensor().data[0, 1])


def lies_sideways(lines: Sequence[FoundLine]) -> bool:
    """Whether most of the text runs up or down the page."""
    along = across = 0.0
    count = 0
    for line in lines:
        width, height = _extent(line)
        if height >= LONG_LINE * width:
            along += height
            count += 1
        elif width >= TURNED_ASPECT * height:
            across += width
    return count >= LEAST_LINES and along >= SIDEWAYS_SHARE * (along + across)


def stands_on_its_head(
    image: ImageArray, lines: Sequence[FoundLine], classifier: HeadDownClassifier, recognise: Recognise
) -> bool:
    """Whether the page's text, which runs from side to side, is upside down."""
    longest = sorted(lines, key=lambda line: -_extent(line)[0])
    crops = [crop_line(image, line.quad) for line in longest[:MOST_VOTES] if _votes(line)]
    if not crops:
        return False
    votes = sum(classifier.probability(crop) > 0.5 for crop in crops)
    if votes < HEAD_DOWN_SHARE * len(crops):
        return False
    read = crops[:MOST_READ]
    upright = np.mean([line.legibility for line in recognise(read)])
    turned = np.mean([line.legibility for line in recognise([turn(crop, 180) for crop in read])])
    return bool(turned >= upright + CLEARLY_BETTER)


def turn(image: ImageArray, degrees: int) -> ImageArray:
    """The image turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, -degrees // 90))


def _votes(line: FoundLine) -> bool:
    width, height = _extent(line)
    return width >= LONG_LINE * height


def _extent(line: FoundLine) -> tuple[float, float]:
    points = np.asarray(line.quad)
    width = np.linalg.norm(points[0] - points[1]) + np.linalg.norm(points[3] - points[2])
    height = np.linalg.norm(points[0] - points[3]) + np.linalg.norm(points[1] - points[2])
    return float(width / 2), float(height / 2)
