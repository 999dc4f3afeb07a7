"""Rounding to bfloat16, which numpy lacks. Knows numbers alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bayou.engine.runtime import FloatArray


def bfloat16_bits(values: FloatArray) -> NDArray[np.uint16]:
    """The nearest bfloat16 of finite numbers (ties to even), as its 16 bits."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_bfloat16_bits(bits: NDArray[np.uint16]) -> FloatArray:
    """The numbers that such bits stand for."""
    return (bits.astype(np.uint32) << 16).view(np.float32)
