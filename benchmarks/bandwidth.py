"""How fast this machine's memory is, and how fast that lets a decoder write. Knows arrays; no engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import prod

import numpy as np

from bayou.model.config import VLMConfig
from bayou.model.square_layout import DECODER, EMBEDDINGS, OUTPUT, tensor_shapes

BYTES = 2**29
"""Of each array, many times what a processor's caches hold."""


def _best(work: Callable[[int], object], threads: int, runs: int) -> float:
    """The least seconds in which all threads are done; numpy lets go of the interpreter while it works."""
    seconds = []
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(runs):
            start = time.perf_counter()
            list(pool.map(work, range(threads)))
            seconds.append(time.perf_counter() - start)
    return min(seconds)


def measured(threads: int, runs: int = 5) -> dict[str, float]:
    """The best of some runs, in GB/s: reading (the largest of many numbers) and copying (bytes read and written)."""
    source = np.ones(BYTES // 4, dtype=np.float32)
    target = np.zeros_like(source)
    parts = list(zip(np.array_split(source, threads), np.array_split(target, threads), strict=True))
    read = _best(lambda i: parts[i][0].max(), threads, runs)
    copy = _best(lambda i: np.copyto(parts[i][1], parts[i][0]), threads, runs)
    return {"read_gb_s": BYTES / read / 1e9, "copy_gb_s": 2 * BYTES / copy / 1e9}


def bytes_a_token(config: VLMConfig, layers: float, output: float, cached: float, context: int) -> float:
    """What a decoder reads to write one token: each weight once, and keys and values of all positions.

    Args:
        layers: Bytes a number of its layers takes; ``output`` of its output matrix; ``cached`` of keys and values.
    """
    language = config.language
    shapes = {name: shape for name, shape in tensor_shapes(config).items() if name.startswith(DECODER)}
    last = EMBEDDINGS if language.tie_word_embeddings else OUTPUT
    inner = sum(prod(shape) for name, shape in shapes.items() if name not in (EMBEDDINGS, OUTPUT))
    kept = 2 * language.num_hidden_layers * language.num_key_value_heads * language.head_dim * context
    return inner * layers + prod(shapes[last]) * output + kept * cached
