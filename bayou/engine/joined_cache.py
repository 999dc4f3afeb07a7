"""Caches of several batches made one, unseen slots left out. Knows arrays of keys and values; no one runtime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bayou.engine.runtime import BoolArray, Cache, FloatArray, Runtime


def joined(runtime: Runtime, parts: Sequence[tuple[Cache, BoolArray]]) -> tuple[Cache, BoolArray]:
    """One cache of all rows, and which of its slots each sees.

    A row's slots that are in use come first, in their order; the rest is empty. Layer by layer, so that beside the
    caches themselves no more than one layer is held.

    Args:
        parts: Caches of the runtime, each with bool [rows, slots]: the slots in use.
    """
    counts = np.concatenate([usable.sum(axis=1) for _, usable in parts])
    width = int(counts.max())

    def arrays() -> Iterator[FloatArray]:
        for layers in zip(*(cache.state() for cache, _ in parts), strict=True):
            _, heads, _, size = layers[0].shape
            made = np.zeros((len(counts), heads, width, size), dtype=np.float32)
            rows = (
                held[:, seen]
                for layer, (_, usable) in zip(layers, parts, strict=True)
                for held, seen in zip(layer, usable, strict=True)
            )
            for row, slots in zip(made, rows, strict=True):
                row[:, : slots.shape[1]] = slots
            yield made

    return runtime.restore(arrays()), np.arange(width) < counts[:, None]
