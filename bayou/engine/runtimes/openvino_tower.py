"""A compiled tower and its queue of pictures. Knows arrays and OpenVINO; not what its outputs mean."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import openvino as ov

from bayou.engine.runtime import FloatArray

_BETWEEN_RELEASES = 0.01
"""Seconds."""
FEW_SINGLY = 8
"""Pictures that come one at a time before the tower is compiled once more for them: that takes as long as it saves in a
dozen."""


class CompiledTower:
    """Pictures, each by itself, to a graph's named outputs.

    Args:
        graph: One input, [1, 3, H, W]; its outputs have names.
        release: Gives back mapped pages of the graph's file; called again and again while the first pictures go
            through, which is when the plugin reads the file and makes its own arrangement of it.
    """

    def __init__(
        self,
        core: ov.Core,
        graph: ov.Model,
        device: str,
        properties: Mapping[str, Any],
        release: Callable[[], None] | None = None,
    ) -> None:
        self._release = release
        self._names = [output.get_any_name() for output in graph.outputs]
        self._compiled = core.compile_model(graph, device, dict(properties))
        self._queue = ov.AsyncInferQueue(self._compiled)

    def __call__(self, pixels: Sequence[FloatArray]) -> list[dict[str, np.ndarray]]:
        """The outputs for each picture [3, H, W], by name, without the axis of the batch."""
        found: list[dict[str, np.ndarray]] = [{} for _ in pixels]

        def collect(request: ov.InferRequest, index: int) -> None:
            found[index] = {name: request.get_tensor(name).data[0].copy() for name in self._names}

        self._queue.set_callback(collect)
        for index, picture in enumerate(pixels):
            self._queue.start_async({0: picture[None]}, index)
            while self._release is not None and not found[index] and not self._queue.is_ready():
                self._release()
                time.sleep(_BETWEEN_RELEASES)
            self._release = None
        self._queue.wait_all()
        if len(pixels) > 1:
            # Activations of many widths would stay beside those of whatever runs next.
            self._compiled.release_memory()
        return found


class AdaptiveTower:
    """A tower for several pictures side by side, and once they come one at a time, for one on all threads.

    Args:
        several: Compiled to take a few at a time, each on its share of the threads.
        one: Compiles the same graph for one at a time; None where ``several`` is that already.
    """

    def __init__(self, several: CompiledTower, one: Callable[[], CompiledTower] | None) -> None:
        self._several = several
        self._one = cache(one) if one is not None else None
        self._singly = 0

    def __call__(self, pixels: Sequence[FloatArray]) -> list[dict[str, np.ndarray]]:
        """As ``CompiledTower``."""
        self._singly = self._singly + 1 if len(pixels) == 1 else 0
        if self._one is not None and self._singly > FEW_SINGLY:
            return self._one()(pixels)
        return self._several(pixels)
