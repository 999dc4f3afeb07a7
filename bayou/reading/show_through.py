"""Lines that are the mirrored back of a sheet shining through. Knows crops and readings; not pages.

Mirrored print reads as a muddle that no reader is sure of, and flipped as plain text. So the faint and doubtful lines
of a page are read flipped, the faintest first; where the first few read no better, the others are left alone, which
keeps an ordinary page from being read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.reading.recogniser import RecognisedLine

DOUBTFUL = 0.5
"""Confidence from which on a line is no mirrored one."""
FAINT = 140.0
"""Grey levels between ink and paper; what shines through a sheet has less, most print has more."""
LEAST_LETTERS = 4
"""A shorter text may read well either way: "OTTO", "1881"."""
CLEARLY_BETTER = 0.05
"""By how much a mirrored line's legibility rises when it is flipped, at least; its confidence rises, too. Beside a line
that is so, any rise of the legibility will do."""
FIRST_TRIED = 2

Recognise = Callable[[Sequence[NDArray[np.uint8]]], list[RecognisedLine]]


@dataclass(frozen=True, slots=True)
class DoubtfulLine:
    """A line's crop (uint8 RGB [h, w, 3]), upright, and what was read in it."""

    read: RecognisedLine
    crop: NDArray[np.uint8]

    @property
    def contrast(self) -> float:
        """Grey levels between its ink and its paper, the rarest pixels left out."""
        dark, light = np.percentile(self.crop[:, :, 1], (5, 95))
        return float(light - dark)

    @property
    def letters(self) -> int:
        return sum(letter.isalnum() for letter in self.read.text)


def is_doubtful(read: RecognisedLine) -> bool:
    """Whether a line may be a mirrored one."""
    return bool(read.text.strip()) and read.confidence < DOUBTFUL


def faint_lines(doubtful: Mapping[int, DoubtfulLine]) -> tuple[list[int], list[int]]:
    """The faint among doubtful lines, the faintest first; and those of them that have enough letters to be told."""
    contrasts = {key: line.contrast for key, line in doubtful.items()}
    faint = sorted((key for key in doubtful if contrasts[key] <= FAINT), key=contrasts.__getitem__)
    return faint, [key for key in faint if doubtful[key].letters >= LEAST_LETTERS]


def shown_through(doubtful: Mapping[int, DoubtfulLine], recognise: Recognise) -> frozenset[int]:
    """Which of a page's doubtful lines are mirrored, by their keys; beside such lines, faint scraps of letters are too.

    Args:
        recognise: Reads crops; called at most twice, and not at all where no line is faint.
    """
    faint, worth = faint_lines(doubtful)
    flipped = _flipped(worth[:FIRST_TRIED], doubtful, recognise)
    if not any(_is_clearly_better(other, doubtful[key].read) for key, other in flipped.items()):
        return frozenset()
    flipped |= _flipped(worth[FIRST_TRIED:], doubtful, recognise)
    mirrored = (key for key, other in flipped.items() if other.legibility > doubtful[key].read.legibility)
    return frozenset({*mirrored, *(key for key in faint if doubtful[key].letters < LEAST_LETTERS)})


def read_better_flipped(keys: Sequence[int], doubtful: Mapping[int, DoubtfulLine], recognise: Recognise) -> list[int]:
    """Which of some doubtful lines are clearly mirrored, each by itself; all of them are read once more."""
    flipped = _flipped(keys, doubtful, recognise)
    return [key for key, other in flipped.items() if _is_clearly_better(other, doubtful[key].read)]


def _flipped(
    keys: Sequence[int], doubtful: Mapping[int, DoubtfulLine], recognise: Recognise
) -> dict[int, RecognisedLine]:
    """What some lines read flipped, by their keys."""
    if not keys:
        return {}
    crops = [np.ascontiguousarray(doubtful[key].crop[:, ::-1]) for key in keys]
    return dict(zip(keys, recognise(crops), strict=True))


def _is_clearly_better(flipped: RecognisedLine, read: RecognisedLine) -> bool:
    return flipped.confidence > read.confidence and flipped.legibility >= read.legibility + CLEARLY_BETTER
