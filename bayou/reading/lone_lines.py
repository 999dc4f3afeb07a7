"""Crops of single words and lines, read without a page around them; refused where they look like no text. No pages.

On a page a doubtful scrap among sure lines is worth telling. A crop alone has no such neighbours: what is read in
noise, bars or scribbles would be told as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bayou.reading.confidence import LEAST_LEGIBILITY
from bayou.reading.recogniser import RecognisedLine, Recogniser


@dataclass(frozen=True, slots=True)
class Borders:
    """The least confidence of a reading that is told (chosen with ``benchmarks.invention_borders``).

    Attributes:
        sure: Of a text of several letters.
        letter: Of one letter or digit alone, which bars, rings and corners of shapes resemble.
        foreign: Of a line in a script that only the draft spells: its thousands of signs have some likeness with
            everything.
    """

    sure: float = 0.05
    letter: float = 0.8
    foreign: float = 0.9

    def let_pass(self, read: RecognisedLine) -> bool:
        """Whether a reading of a lone crop is one of text; of nothing it is."""
        letters = sum(letter.isalnum() for letter in read.text)
        least = self.foreign if read.source == "draft" else self.sure if letters > 1 else self.letter
        return not read.text or (read.legibility >= LEAST_LEGIBILITY and read.confidence >= least)


def read_alone(recogniser: Recogniser, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
    """One result for each crop (uint8 RGB [H, W, 3], one upright line), in the same order.

    Where it looks like no text the text is "" and the confidence what it was for what was read.
    """
    borders = Borders()
    return [read if borders.let_pass(read) else _refused(read) for read in recogniser.recognise(crops)]


def _refused(read: RecognisedLine) -> RecognisedLine:
    return replace(read, text="", spans=None, character_confidences=None)
