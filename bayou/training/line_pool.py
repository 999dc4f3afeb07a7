"""Lines by number to batches of pixels and labels, of like width and equal area. Knows no torch, no learner.

It may run in processes of its own, so all of it can be pickled, and pixels stay bytes until the network has them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.errors import InputError
from bayou.inputs.characters import PAD_ID, CharacterTokenizer
from bayou.inputs.line_images import LINE_HEIGHT, padded_width, scale_line


@dataclass(frozen=True, slots=True)
class PixelLines:
    """Lines of a batch.

    Attributes:
        pixels: uint8 RGB [B, 48, W, 3], W being the width of the widest before padding.
        widths: Of each line in it, int32 [B].
        padded_width: That of the batch as the tower sees it.
        texts: Ids of each text.
        classes: Their classes of the tower's head, one line after another, int64.
        sources: The number of each line's source.
    """

    pixels: NDArray[np.uint8]
    widths: NDArray[np.int32]
    padded_width: int
    texts: list[NDArray[np.int16]]
    classes: NDArray[np.int64]
    sources: list[int]

    def __len__(self) -> int:
        return len(self.texts)


class LineLabels:
    """Texts as the decoder's ids and the head's classes.

    Args:
        alphabet: The head's characters; class i + 1 is entry i, the class after the last one a space.
    """

    def __init__(self, alphabet: Sequence[str], tokenizer: CharacterTokenizer) -> None:
        spellings = ["", *alphabet, " "]
        self._tokenizer = tokenizer
        self._classes = {character: i for i, character in enumerate(spellings) if character}
        self.ids = np.array([tokenizer.id_of(c) if c else PAD_ID for c in spellings], dtype=np.int64)

    def of(self, text: str) -> tuple[NDArray[np.int16], list[int]] | None:
        """Ids and classes of a text; None where one of the two can't write it."""
        if not all(self._tokenizer.writes(c) and c in self._classes for c in text):
            return None
        return np.array(self._tokenizer.encode(text), dtype=np.int16), [self._classes[c] for c in text]


@dataclass(frozen=True, slots=True)
class _Line:
    pixels: NDArray[np.uint8]
    ids: NDArray[np.int16]
    classes: list[int]
    source: int


@dataclass(frozen=True, slots=True)
class LinePool:
    """Makes the batches of a pool, of one rank's own lines.

    Attributes:
        line: The line of a number; None where there is none to learn from.
        labels: Spells the texts; lines that it can't spell are left out.
        sources: Names that ``PixelLines.sources`` number.
        batches: How many a pool has, always.
        lines_a_batch: On average: they are of equal area, so that no batch of wide lines needs more memory than others.
    """

    line: Callable[[int], LineSample | None]
    labels: LineLabels
    sources: Sequence[str]
    batches: int
    lines_a_batch: int
    rank: int = 0
    world: int = 1

    def __call__(self, number: int) -> list[PixelLines]:
        """The batches of pool ``number``, the same each time.

        Raises:
            InputError: Too few of its lines can be learned from.
        """
        cv2.setNumThreads(1)
        count = self.batches * self.lines_a_batch
        first = (number * self.world + self.rank) * count
        numbers = range(first, first + count)
        lines = [line for drawn in numbers if (line := self._line(drawn)) is not None]
        if len(lines) < self.batches:
            raise InputError(
                f"of the training lines {numbers[0]} to {numbers[-1]} only {len(lines)} can be learned from"
            )
        lines.sort(key=lambda line: line.pixels.shape[1])
        bounds = equal_areas([padded_width(line.pixels.shape[1]) for line in lines], self.batches)
        return [_batch(lines[first:end]) for first, end in itertools.pairwise(bounds)]

    def _line(self, number: int) -> _Line | None:
        sample = self.line(number)
        labels = self.labels.of(sample.text) if sample is not None else None
        if sample is None or labels is None:
            return None
        return _Line(scale_line(sample.image), *labels, self.sources.index(sample.source))


def equal_areas(widths: Sequence[int], parts: int) -> list[int]:
    """Where to cut a sequence so that ``parts`` parts have about equal sums, none being empty: ``parts + 1`` places."""
    sums = np.cumsum(widths)
    bounds = [0]
    for part in range(1, parts):
        wanted = int(np.searchsorted(sums, sums[-1] * part / parts)) + 1
        bounds.append(min(max(wanted, bounds[-1] + 1), len(widths) - parts + part))
    return [*bounds, len(widths)]


def _batch(lines: Sequence[_Line]) -> PixelLines:
    widths = np.array([line.pixels.shape[1] for line in lines], dtype=np.int32)
    pixels = np.zeros((len(lines), LINE_HEIGHT, int(widths.max()), 3), dtype=np.uint8)
    for i, line in enumerate(lines):
        pixels[i, :, : widths[i]] = line.pixels
    return PixelLines(
        pixels,
        widths,
        padded_width(int(widths.max())),
        [line.ids for line in lines],
        np.array([c for line in lines for c in line.classes], dtype=np.int64),
        [line.source for line in lines],
    )
