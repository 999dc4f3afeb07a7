"""A checkpoint's weights, each rounded when it is asked for. Knows precisions; no runtime and no files.

Never more than one tensor is held twice, and the checkpoint's float form never whole.
"""

from __future__ import annotations

from collections.abc import Callable

from bayou.engine.quantization import rounded
from bayou.engine.runtime import SquarePrecision
from bayou.engine.weight_files import Weight, Weights

Progress = Callable[[float], None]
"""Told the share of the work that is done, 0 to 1."""


class RoundedWeights(Weights):
    """See the module.

    Args:
        weights: In floating point; must live as long as what is made of these.
        progress: Told how far through the checkpoint it is.
    """

    def __init__(self, weights: Weights, precision: SquarePrecision, progress: Progress | None = None) -> None:
        super().__init__({name: weights[name] for name in weights}, weights.source)
        self._file, self._precision, self._progress = weights, precision, progress
        self._left = {name: weight.stored.nbytes for name, weight in self._weights.items()}
        self._total = max(1, sum(self._left.values()))

    def __getitem__(self, name: str) -> Weight:
        weight = super().__getitem__(name)
        made = rounded(name, weight, self._precision.decoder, self._precision.tower)
        self._left.pop(name, None)
        if made is not weight:
            self.release()
        if self._progress is not None:
            self._progress(1 - sum(self._left.values()) / self._total)
        return made

    def release(self) -> None:
        self._file.release()
