"""Weights in 8 bits, one scale a row, and the file nano is shipped in. Knows arrays and safetensors; no network.

A large matrix ``name`` is stored as int8 beside ``name.scale`` in float16, a row (output channel) of it being
int8 * scale; all else is float16. Rounding is to the nearest, symmetric, -127 to 127.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from bayou.engine.runtime import FloatArray
from bayou.engine.weight_files import Weight, Weights, read_tensors
from bayou.errors import ModelError, OutputError

LARGEST = 127
SCALE_SUFFIX = ".scale"
DECODER, EMBEDDINGS = "language_model.", "embed_tokens.weight"
SMALLEST_QUANTISED = 4096
"""Matrices of fewer numbers stay float16: they weigh nothing.

Convolution kernels stay so too. On half of the development words and lines, nano's tower drafted 98.9 % of them to the
letter as in float32 with its matrices in int8, but only 92 % with its kernels as well.
"""


def quantise_rows(weight: FloatArray) -> Weight:
    """A weight [rows, ...] in int8 with one float16 scale a row; a row of zeros has scale 1."""
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    # Rounded up, so that the largest number of a row never needs a step beyond 127.
    scale = np.nextafter((largest / LARGEST).astype(np.float16), np.float16(np.inf))
    scale[largest == 0] = 1
    steps = weight / scale.astype(np.float32).reshape(-1, *[1] * (weight.ndim - 1))
    return Weight(np.clip(np.rint(steps), -LARGEST, LARGEST).astype(np.int8), scale=scale)


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


def with_int8_decoder(weights: Weights) -> Weights:
    """The same weights with the decoder's large matrices in int8: all but the embeddings, which multiply nothing."""

    def converted(name: str, weight: Weight) -> Weight:
        if not name.startswith(DECODER) or name.endswith(EMBEDDINGS) or weight.scale is not None:
            return weight
        return quantise_rows(weight.dense()) if is_quantised(weight.stored) else weight

    return Weights({name: converted(name, weight) for name, weight in weights.items()}, weights.source)


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
    tensors = read_tensors(path)
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
    return Weights(weights, str(path))
