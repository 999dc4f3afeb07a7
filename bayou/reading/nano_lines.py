"""nano as a recogniser of lines: the engine's model behind the protocol. Knows readings; not pages or networks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bayou.engine.line_reading import LineReading
from bayou.engine.model import Model
from bayou.reading.confidence import agreement_confidence, mean_probability, text_probability
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
        return [recognised(reading) for reading in self._model.read_lines(crops)]


def recognised(reading: LineReading) -> RecognisedLine:
    """A reading of the engine in the words of this room."""
    draft = [float(p) for p in reading.draft.probabilities]
    spans = tuple((float(start), float(end)) for start, end in reading.spans)
    if reading.source == "draft":
        return RecognisedLine(
            reading.text, text_probability(draft), mean_probability(draft), "draft", spans, tuple(draft)
        )
    decoder = [float(p) for p in reading.probabilities]
    # The last token is the end of the text, unless the limit cut it off; characters have one token each.
    shown = tuple(decoder[: len(reading.text)])
    return RecognisedLine(
        text=reading.text,
        confidence=agreement_confidence(draft, decoder, reading.surest_disagreement) if reading.text else 0.0,
        legibility=mean_probability(draft),
        source="model",
        spans=spans,
        character_confidences=shown if len(shown) == len(reading.text) else None,
    )
