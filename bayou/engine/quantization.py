"""Weights in 8 and 4 bits, and the file nano is shipped in. Knows arrays and safetensors; no network.

A large matrix ``name`` is stored as int8 beside ``name.scale`` in float16, a row (output channel) of it being
int8 * scale; all else is float16. Rounding is to the nearest, symmetric, -127 to 127. In 4 bits each group of 128
weights of a row has a scale and a zero of its own: 16 steps from its least to its largest weight, or a little less.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from bayou.engine.runtime import FloatArray, Precision, TowerPrecision
from bayou.engine.weight_files import Weight, Weights, map_tensors
from bayou.errors import ModelError, OutputError

LARGEST = 127
SCALE_SUFFIX = ".scale"
DECODER, EMBEDDINGS, OUTPUT = "language_model.", "embed_tokens.weight", "lm_head.weight"
SMALLEST_QUANTISED = 4096
"""Matrices of fewer numbers stay float16: they weigh nothing.

Convolution kernels stay so too. On half of the development words and lines, nano's tower drafted 98.9 % of them to the
letter as in float32 with its matrices in int8, but only 92 % with its kernels as well.
"""

GROUP_SIZES = (128, 64, 32)
"""Weights that share a scale in 4 bits: the first of these that divides a row."""

STEPS = 16
_SHRINKS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7)
"""Shares of a group's range that its 16 steps may span: cutting off its ends is often better than wide steps.

Tried on random weights: with 0.95 to 0.7 beside 1 the squared error is a tenth less; symmetric steps with the same
search have 4 % (normal weights) to 22 % (heavy tails) more.
"""

_NUMBERS_AT_A_TIME = 131_072
"""A block that stays in the processor's cache while it is rounded."""


def quantise_rows(weight: FloatArray, in_pairs: bool = False) -> Weight:
    """A weight [rows, ...] in int8 with one float16 scale a row; a row of zeros has scale 1.

    Args:
        in_pairs: Numbers 0 and 1, 2 and 3 ... along axis 1 have sums within bounds too: multiplied with bytes and added
            up, they fit 16 bits, which is where processors without a dot product of bytes add them up.
    """
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    if in_pairs:
        pairs = np.add.reduceat(weight, range(0, weight.shape[1], 2), axis=1)
        # Up to 127 before the two are rounded, up to 128 then; 128 * 255 fits.
        largest = np.maximum(largest, np.abs(pairs).reshape(len(weight), -1).max(axis=1))
    # Rounded up, so that the largest number of a row never needs a step beyond 127.
    scale = np.nextafter((largest / LARGEST).astype(np.float16), np.float16(np.inf))
    scale[largest == 0] = 1
    steps = weight / scale.astype(np.float32).reshape(-1, *[1] * (weight.ndim - 1))
    return Weight(np.clip(np.rint(steps), -LARGEST, LARGEST).astype(np.int8), scale=scale)


def quantise_groups(weight: FloatArray) -> Weight:
    """A matrix [rows, columns] in 4 bits; in 8, one scale a row, where no group size divides its columns.

    Each group takes the span that has the least squared error.
    """
    rows, columns = weight.shape
    size = next((size for size in GROUP_SIZES if columns % size == 0), None)
    if size is None:
        return quantise_rows(weight)
    groups = columns // size
    stored, scale, zero = _best_steps(weight.reshape(rows, groups, size))
    return Weight(stored.astype(np.uint8).reshape(rows, columns), scale=scale, zero=zero.astype(np.uint8))


def _best_steps(weight: FloatArray) -> tuple[FloatArray, NDArray[np.float16], FloatArray]:
    """Steps [rows, groups, size] 0 to 15, and scale and zero [rows, groups], of a block of that shape."""
    low, high = np.minimum(weight.min(axis=-1), 0), np.maximum(weight.max(axis=-1), 0)
    steps, scales, zeros = np.zeros_like(weight), np.ones(low.shape, dtype=np.float16), np.zeros_like(low)
    least = np.full(low.shape, np.inf, dtype=np.float32)
    for shrink in _SHRINKS:
        scale = ((high - low) * np.float32(shrink / (STEPS - 1))).astype(np.float16)
        scale[scale == 0] = 1
        wide = scale.astype(np.float32)
        zero = np.clip(np.rint(-low * np.float32(shrink) / wide), 0, STEPS - 1)
        tried = weight * (1 / wide)[..., None] + zero[..., None]
        np.clip(np.rint(tried, out=tried), 0, STEPS - 1, out=tried)
        off = (tried - zero[..., None]) * wide[..., None] - weight
        error = np.einsum("rgs,rgs->rg", off, off)
        better = error < least
        for kept, new in ((least, error), (scales, scale), (zeros, zero)):
            np.copyto(kept, new, where=better)
        np.copyto(steps, tried, where=better[..., None])
    return steps, scales, zeros


def is_quantised(weight: NDArray[np.generic]) -> bool:
    """Whether ``quantise`` stores such a tensor in 8 bits: large matrices."""
    return weight.ndim == 2 and weight.size >= SMALLEST_QUANTISED


def quantise(tensors: Mapping[str, FloatArray]) -> Weights:
    """A model's weights as its shipped file holds them.

    Raises:
        ModelError: A number is not finite or too large for float16.
    """
    quantised: dict[str, Weight] = {}
    for name, tensor in tensors.items():
        if not np.abs(tensor).max(initial=0) <= np.finfo(np.float16).max:
            raise ModelError(f"{name!r} holds a number that is not finite, or too large for float16")
        quantised[name] = quantise_rows(tensor) if is_quantised(tensor) else Weight(tensor.astype(np.float16))
    return Weights(quantised)


def rounded(name: str, weight: Weight, precision: Precision, tower: TowerPrecision = "bf16") -> Weight:
    """A released checkpoint's tensor as a runtime of this precision computes with it.

    The decoder's large matrices are rounded, but not the embeddings, which multiply nothing and are read row by row
    from their file. In int4 the output matrix is in 8 bits: its rounding goes into the choice of each token unaveraged.

    Args:
        precision: Of the decoder.
        tower: Of the vision tower and the projector; in int8 their matrices are rounded too.
    """
    if weight.scale is not None or not is_quantised(weight.stored):
        return weight
    if not name.startswith(DECODER):
        return _in_blocks(weight, quantise_rows) if tower == "int8" else weight
    if precision not in ("int8", "int4") or name.endswith(EMBEDDINGS):
        return weight
    return _in_blocks(weight, quantise_groups if precision == "int4" and not name.endswith(OUTPUT) else quantise_rows)


def _in_blocks(weight: Weight, quantise: Callable[[FloatArray], Weight]) -> Weight:
    """A matrix rounded some rows at a time: its float form is never whole in memory, and each block stays in the
    processor's cache while it is worked on.
    """
    rows, columns = weight.shape
    height = max(1, _NUMBERS_AT_A_TIME // columns)
    parts = [quantise(weight.rows(slice(first, first + height))) for first in range(0, rows, height)]
    scales = [part.scale for part in parts if part.scale is not None]
    zeros = [part.zero for part in parts if part.zero is not None]
    stored = np.concatenate([part.stored for part in parts])
    return Weight(stored, scale=np.concatenate(scales), zero=np.concatenate(zeros) if zeros else None)


def stored_tensors(weights: Mapping[str, Weight]) -> dict[str, NDArray[np.generic]]:
    """What the file holds: each weight under its name, a quantised one's scale under ``name.scale``."""
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, weight in weights.items():
        if weight.is_bfloat16:
            raise ModelError(f"{name!r} is bfloat16; quantise it first")
        tensors[name] = np.ascontiguousarray(weight.stored)
        if weight.scale is not None:
            tensors[name + SCALE_SUFFIX] = weight.scale
    return tensors


def write_weights(weights: Mapping[str, Weight], path: Path) -> None:
    """Write the file, whole or not at all.

    Raises:
        OutputError: It can't be written.
    """
    write_file(save(stored_tensors(weights)), path)


def write_file(content: bytes, path: Path) -> None:
    """Write a file, whole or not at all.

    Raises:
        OutputError: It can't be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"can't write the file: {error.strerror}", str(path)) from error


def read_weights(path: Path) -> Weights:
    """Any safetensors file, plain or quantised.

    Raises:
        ModelError: Not such a file, or an int8 matrix and its scale don't belong together.
    """
    tensors, mapping = map_tensors(path)
    weights = {}
    for name, weight in tensors.items():
        scaled = name.removesuffix(SCALE_SUFFIX)
        if scaled != name and scaled in tensors:
            continue
        if weight.stored.dtype == np.int8:
            scale = tensors.get(name + SCALE_SUFFIX)
            if scale is None or scale.stored.dtype != np.float16 or scale.shape != weight.shape[:1]:
                raise ModelError(f"the int8 matrix {name!r} has no float16 scale for each row", str(path))
            weight = Weight(weight.stored, scale=scale.stored)
        weights[name] = weight
    return Weights(weights, str(path), mapping)
