"""How likely nano's reading of a line is right, learned from lines with known texts. Knows readings; no pixels.

What both readers and the further looks say of a line becomes a few signs; a logistic regression over them is the
probability. Its numbers depend on the weights, so they lie in the model's folder, and are fitted anew with new weights
(``bayou.recipes.line_confidence``). A folder without them keeps the formula of ``bayou.engine.certainty``.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.engine.certainty import agreement_confidence, text_probability
from bayou.engine.line_reading import LineReading
from bayou.engine.quantization import write_file
from bayou.errors import ModelError
from bayou.scorers.text import fold

SIGNS = ("draft", "decoder", "length", "dissent")
_LEAST = 1e-6
_SOFTENED = 1e-3
"""Added to sums of negative logarithms before a logarithm is taken again: more certain than that is all the same."""

_RIDGE = 1.0
_STEPS = 60
_CONVERGED = 1e-6


def line_signs(reading: LineReading) -> NDArray[np.float64]:
    """What is known of a reading with a text, float64 [len(SIGNS)].

    How little the draft and the decoder expected of the whole text, its length, and whether another look at it read
    other letters or digits. Many more were tried (docs/models/nano.md).
    """
    letters = fold(reading.text)
    return np.array(
        [
            _surprise(reading.draft.probabilities),
            _surprise(reading.probabilities),
            math.log(len(reading.text)),
            float(any(fold(look.text) != letters for look in reading.looks)),
        ]
    )


def _surprise(probabilities: NDArray[np.floating]) -> float:
    """The logarithm of how improbable characters or tokens are together."""
    likely = np.clip(probabilities.astype(np.float64), _LEAST, 1.0)
    return math.log(float(-np.log(likely).sum()) + _SOFTENED)


@dataclass(frozen=True, eq=False, slots=True)
class LineConfidence:
    """The fitted numbers.

    Attributes:
        weights: float64 [len(SIGNS)].
        offset: Log-odds where all signs are 0.
    """

    weights: NDArray[np.float64]
    offset: float

    def __call__(self, reading: LineReading) -> float:
        """The probability, 0 to 1, that the whole line is right; 0 where nothing was read.

        A line in a script that only the head spells is judged by the formula: none such was there to learn from.
        """
        if not reading.text.strip():
            return 0.0
        if reading.source == "draft":
            return certainty(reading)
        return _logistic(float(line_signs(reading) @ self.weights) + self.offset)

    @classmethod
    def fitted(cls, signs: NDArray[np.float64], right: NDArray[np.bool_], heed: NDArray[np.float64]) -> LineConfidence:
        """The logistic regression, with a little ridge, by Newton's method.

        Args:
            signs: [N, len(SIGNS)].
            right: [N], whether the reading is right.
            heed: [N], what each line counts.
        """
        mean, size = signs.mean(axis=0), signs.std(axis=0)
        size = np.where(size > 0, size, 1.0)
        known = np.column_stack(((signs - mean) / size, np.ones(len(signs))))
        ridge = np.diag([_RIDGE] * len(SIGNS) + [0.0])
        found = np.zeros(known.shape[1])
        for _ in range(_STEPS):
            told = 1 / (1 + np.exp(-(known @ found)))
            slope = known.T @ (heed * (right - told)) - ridge @ found
            curve = (known * (heed * told * (1 - told))[:, None]).T @ known + ridge
            step = np.linalg.solve(curve, slope)
            found += step
            if np.abs(step).max() < _CONVERGED:
                break
        weights = found[:-1] / size
        return cls(weights, float(found[-1] - weights @ mean))

    def write(self, path: Path) -> None:
        """Write it, whole or not at all.

        Raises:
            OutputError: It can't be written.
        """
        values = {"offset": self.offset, "signs": dict(zip(SIGNS, self.weights.tolist(), strict=True))}
        write_file((json.dumps(values, indent=1) + "\n").encode("utf-8"), path)

    @classmethod
    def read(cls, path: Path) -> LineConfidence:
        """The file that ``write`` wrote.

        Raises:
            ModelError: It isn't one, or its signs are of another version.
        """
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            signs, offset = {name: float(value) for name, value in values["signs"].items()}, float(values["offset"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError("not a line confidence's numbers: fit it anew (docs/models/nano.md)", str(path)) from error
        if tuple(signs) != SIGNS or not all(map(math.isfinite, (*signs.values(), offset))):
            raise ModelError("a line confidence of other signs: fit it anew (docs/models/nano.md)", str(path))
        return cls(np.array(list(signs.values())), offset)


def _logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds)) if odds >= 0 else math.exp(odds) / (1 + math.exp(odds))


def certainty(reading: LineReading) -> float:
    """How sure a reading is by the formula, the same for all weights: what ranks looks at one line."""
    if not reading.text:
        return 0.0
    draft = [float(p) for p in reading.draft.probabilities]
    if reading.source == "draft":
        return text_probability(draft)
    return agreement_confidence(draft, [float(p) for p in reading.probabilities], reading.surest_disagreement)
