"""Crops of single words and lines, read without a page around them; refused where they look like no text. No pages.

On a page a doubtful scrap among sure lines is worth telling. A crop alone has no such neighbours: what is read in
noise, bars or scribbles would be told as text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bayou.reading.addresses import with_addresses
from bayou.reading.confidence import LEAST_LEGIBILITY, mean_probability
from bayou.reading.recogniser import RecognisedLine, Recogniser
from bayou.reading.show_through import DoubtfulLine, faint_lines, is_doubtful, read_better_flipped

FEW_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Borders:
    """How sure a reading's letters must be on average to be told (chosen with ``benchmarks.invention_borders``).

    Not how sure all of it is: a long line with a mistake is little believed as a whole, and still text. Nor does that
    change when the confidence is fitted anew.

    Attributes:
        many: Of more than FEW_LETTERS.
        few: Of fewer letters, which shapes, codes and scribbles resemble.
        letter: Of one capital or digit alone, which bars, rings and corners of shapes resemble.
        small_letter: Of one small letter alone: a pen's loops look like an m, and few words are so short.
        repeated: Of one sign again and again, which scribbles and weaves resemble.
        foreign: Of a line in a script that only the draft spells: its thousands of signs have some likeness with
            everything.
    """

    many: float = 0.7
    few: float = 0.5
    letter: float = 0.8
    small_letter: float = 0.97
    repeated: float = 0.85
    foreign: float = 0.95

    def let_pass(self, read: RecognisedLine) -> bool:
        """Whether a reading of a lone crop is one of text; of nothing it is."""
        return not read.text or (read.legibility >= LEAST_LEGIBILITY and letters_sureness(read) >= self._least(read))

    def _least(self, read: RecognisedLine) -> float:
        letters = [letter for letter in read.text if letter.isalnum()]
        if read.source == "draft":
            return self.foreign
        if len(letters) < 2:
            return self.small_letter if letters and letters[0].islower() else self.letter
        if len(set(read.text) - {" "}) == 1:
            return self.repeated
        return self.few if len(letters) <= FEW_LETTERS else self.many


def letters_sureness(read: RecognisedLine) -> float:
    """What the draft and the decoder make of a letter, on average: the geometric mean of their means, 0 to 1."""
    if not read.character_confidences:
        return read.legibility
    return math.sqrt(read.legibility * mean_probability(read.character_confidences))


def read_alone(recogniser: Recogniser, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
    """One result for each crop (uint8 RGB [H, W, 3], one upright line), in the same order.

    Where it looks like no text, or like a faint line from behind, the text is "" and the confidence what it was for
    what was read.
    """
    borders, reads = Borders(), [with_addresses(read) for read in recogniser.recognise(crops)]
    passed = [borders.let_pass(read) for read in reads]
    doubtful = {at: DoubtfulLine(read, crops[at]) for at, read in enumerate(reads) if passed[at] and is_doubtful(read)}
    _, worth = faint_lines(doubtful)
    for at in read_better_flipped(worth, doubtful, recogniser.recognise):
        passed[at] = False
    return [read if kept else _refused(read) for read, kept in zip(reads, passed, strict=True)]


def _refused(read: RecognisedLine) -> RecognisedLine:
    return replace(read, text="", spans=None, character_confidences=None)
