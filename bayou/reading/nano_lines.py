"""nano as a recogniser of lines: the engine's model behind the protocol. Knows readings; not pages or networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bayou.engine.certainty import mean_probability
from bayou.engine.line_reading import LineReading
from bayou.engine.model import Model
from bayou.reading.recogniser import RecognisedLine


class NanoRecogniser:
    """Reads crops with a loaded nano. Not thread-safe.

    Args:
        model: Loaded by ``bayou.load``; one that reads lines.
        name: What documents call it.
    """

    def __init__(self, model: Model, name: str = "nano") -> None:
        self.name = name
        self._model = model

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        """One result for each crop (uint8 RGB [H, W, 3]), in the same order."""
        return [recognised(reading, self._model.confidence(reading)) for reading in self._model.read_lines(crops)]


def recognised(reading: LineReading, confidence: float) -> RecognisedLine:
    """A reading of the engine, and how sure it is, in the words of this room."""
    draft = [float(p) for p in reading.draft.probabilities]
    spans = tuple((float(start), float(end)) for start, end in reading.spans)
    if reading.source == "draft":
        return RecognisedLine(reading.text, confidence, mean_probability(draft), "draft", spans, tuple(draft))
    decoder = [float(p) for p in reading.probabilities]
    # The last token is the end of the text, unless the limit cut it off; characters have one token each.
    shown = tuple(decoder[: len(reading.text)])
    return RecognisedLine(
        text=reading.text,
        confidence=confidence,
        legibility=mean_probability(draft),
        source="model",
        spans=spans,
        character_confidences=shown if len(shown) == len(reading.text) else None,
    )
