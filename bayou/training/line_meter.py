"""What is logged of a stretch of steps: loss by source, speed, waiting (torch). Knows numbers; no files, no network."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from bayou.training.line_batches import LineLoss

Batch = TypeVar("Batch")


def operations(loss: Callable[[], LineLoss], parameters: Iterable[Tensor]) -> int:
    """Floating-point operations of a step's passes forward and back, counted on one; no gradient is left behind."""
    with FlopCounterMode(display=False) as counter:
        loss().total.backward()
    for parameter in parameters:
        parameter.grad = None
    return int(counter.get_total_flops())


class LineMeter:
    """Gathers until ``take``; time in which nothing is learned (validation, checkpoints) is left out by ``restart``.

    Args:
        sources: Names that ``LineLoss.sources`` number.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._sources = sources
        self.operations: int | None = None
        """Of a step, where they were counted."""
        self._clear()

    def _clear(self) -> None:
        self._totals: list[float] = []
        self._norms: list[float] = []
        self._lines: dict[int, list[float]] = defaultdict(list)
        self._waited = self._seconds = self._worked = 0.0
        self._since, self._worked_since = time.perf_counter(), time.process_time()

    def waiting(self, batches: Iterator[Batch]) -> Batch:
        """The next batch; how long it took to come is data wait."""
        start = time.perf_counter()
        batch = next(batches)
        self._waited += time.perf_counter() - start
        return batch

    def learned(self, loss: LineLoss, norm: float) -> None:
        """A step is done."""
        self._totals.append(loss.total.item())
        self._norms.append(norm)
        for source, value in zip(loss.sources, loss.lines.tolist(), strict=True):
            self._lines[source].append(value)
        now, worked = time.perf_counter(), time.process_time()
        self._seconds += now - self._since
        self._worked += worked - self._worked_since
        self._since, self._worked_since = now, worked

    def restart(self) -> None:
        """What came since the last step was no learning."""
        self._since, self._worked_since = time.perf_counter(), time.process_time()

    def take(self) -> dict[str, float]:
        """Since the last time: means of ``loss`` (all of it), ``text_loss/SOURCE`` and gradient norm; lines; waiting.

        ``processor_seconds`` are this process's own, whatever else ran on the computer.
        """
        lines = sum(map(len, self._lines.values()))
        values = {
            "loss": float(np.mean(self._totals)),
            "gradient_norm": float(np.mean(self._norms)),
            "lines": lines,
            "lines_per_second": lines / self._seconds,
            "processor_seconds": self._worked,
            "data_wait": self._waited / self._seconds,
        }
        if self.operations is not None:
            values["teraflops"] = self.operations * len(self._totals) / self._seconds / 1e12
        for source, losses in sorted(self._lines.items()):
            values[f"text_loss/{self._sources[source]}"] = float(np.mean(losses))
        self._clear()
        return values
