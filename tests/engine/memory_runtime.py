"""A runtime in memory: its decoder is a table, drawn by hashing all that a position sees. Exact whatever the batch.

Two passes that show a position the same tokens at the same positions get the same logits to the last bit; a wrong mask,
position or slot changes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from bayou.engine.runtime import Encoded, Precision
from bayou.model.config import LanguageConfig, LineVisionConfig, VLMConfig

HIDDEN = 8


class MemoryCache:
    def __init__(self, batch: int) -> None:
        self.embeds = np.zeros((batch, 0, HIDDEN), dtype=np.float32)
        self.positions = np.zeros((batch, 0), dtype=np.int64)

    @property
    def batch(self) -> int:
        return len(self.embeds)

    @property
    def length(self) -> int:
        return self.embeds.shape[1]

    def keep(self, rows: Sequence[int]) -> None:
        self.embeds, self.positions = self.embeds[list(rows)], self.positions[list(rows)]

    def state(self) -> Iterator[np.ndarray]:
        yield self.embeds[:, None].copy()
        yield self.positions[:, None, :, None].astype(np.float32)


class MemoryRuntime:
    """``levels``: logits are whole numbers below it, so that ties and every kind of certainty occur."""

    name = "memory"
    precision: Precision = "float32"

    def __init__(self, vocab_size: int = 6, levels: int = 6, seed: int = 0) -> None:
        language = LanguageConfig(HIDDEN, 1, 1, 1, HIDDEN, vocab_size=vocab_size)
        self.config = VLMConfig(LineVisionConfig(), language, name="memory")
        self.levels, self.seed, self.steps = levels, seed, 0
        self.table = np.random.default_rng(99).normal(size=(vocab_size, HIDDEN)).astype(np.float32)

    def encode(self, pixels: Sequence[np.ndarray]) -> list[Encoded]:
        raise NotImplementedError("the table has no eyes")

    def new_cache(self, batch: int) -> MemoryCache:
        return MemoryCache(batch)

    def restore(self, state: Iterable[np.ndarray]) -> MemoryCache:
        cache = MemoryCache(0)
        embeds, positions = state
        cache.embeds, cache.positions = embeds[:, 0].copy(), positions[:, 0, :, 0].astype(np.int64)
        return cache

    def embed(self, ids: np.ndarray) -> np.ndarray:
        return self.table[ids]

    def logits_after(self, embeds: np.ndarray, positions: np.ndarray) -> np.ndarray:
        """The table's entry for one sequence: [n, hidden] and [n] to [V]."""
        seen = embeds.astype("<f4").tobytes() + positions.astype("<i8").tobytes() + bytes([self.seed])
        seed = int.from_bytes(hashlib.sha256(seen).digest()[:8], "little")
        drawn = np.random.default_rng(seed).integers(0, self.levels, size=len(self.table))
        return drawn.astype(np.float32)

    def step(
        self,
        cache: MemoryCache,
        embeds: np.ndarray,
        positions: np.ndarray,
        visible: np.ndarray,
        wanted: np.ndarray | None = None,
    ) -> np.ndarray:
        self.steps += 1
        batch, length, _ = embeds.shape
        assert batch == cache.batch
        assert visible.shape == (batch, length, cache.length + length)
        assert visible.any(axis=-1).all()
        cache.embeds = np.concatenate((cache.embeds, embeds), axis=1)
        cache.positions = np.concatenate((cache.positions, positions), axis=1)
        if wanted is None:
            wanted = np.tile(np.arange(length), (batch, 1))
        return np.array(
            [
                [
                    self.logits_after(cache.embeds[b][visible[b, t]], cache.positions[b][visible[b, t]])
                    for t in wanted[b]
                ]
                for b in range(batch)
            ]
        )
