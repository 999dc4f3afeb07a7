"""What every reader of cropped lines gives back. Knows crops and characters; not where on a page they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bayou.documents.document import Source

Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """The text of one crop.

    Attributes:
        text: "" where the recogniser saw none.
        confidence: Probability, 0 to 1, that the whole line is right.
        legibility: Mean probability of its characters, 0 to 1: whether there is text at all, and which way up.
        spans: Where each character of ``text`` (spaces too) begins and ends, as fractions of the crop's width; None
            where the recogniser doesn't know. Spans are cores: narrower than the characters' ink, ascending.
        character_confidences: One for each character of ``text``, or None.
    """

    text: str
    confidence: float
    legibility: float
    source: Source
    spans: Spans | None = None
    character_confidences: tuple[float, ...] | None = None


class Recogniser(Protocol):
    """Reads crops of single lines; each crop is uint8 RGB [H, W, 3] with the text upright."""

    name: str

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        """One result for each crop, in the same order."""
