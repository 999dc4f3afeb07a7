"""How a tower's pointwise convolutions compute in 8 bits: steps for their inputs, found on samples. Knows arrays alone.

Weights in 8 bits alone save memory; inputs in 8 bits too make a convolution two to four times as fast. One step for a
whole tensor would be coarse where channels differ in size, so each channel is first divided by a number of its own,
which the kernel is multiplied by. What rounding and clipping shift on average is taken off the bias. All is chosen,
layer by layer, so that the layer's output on the samples moves least.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from bayou.engine.quantization import quantise_rows, write_file
from bayou.engine.runtime import FloatArray
from bayou.engine.weight_files import Weight, read_tensors
from bayou.errors import ModelError

LEVELS = 256
PARTS = ("divisors", "range", "shift")
_KERNELS = "kernels.fingerprint"
_ROUNDING = 1
"""Another number for every other way in which kernels are rounded: what is taken off the bias is of this one."""

_MIGRATIONS = (0.0, 0.35, 0.5, 0.65, 0.8)
"""How much of the channels' differences goes from the input to the kernel: none to nearly all."""

_CLIPPINGS = (1.0, 0.85, 0.7, 0.55, 0.4, 0.3)
"""Shares of the largest input that the steps reach."""

_MOST_OUTPUTS = 20_000_000
"""For a layer that is much wider than the others (the head) a share of the samples is enough: all take minutes."""

_LARGE_INPUT = 0.999
_SMALLEST = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class Calibration:
    """How one convolution's input is rounded.

    Attributes:
        divisors: float32 [C in]; an input is divided by them, the kernel multiplied.
        low, high: The ends of the 256 steps for divided inputs; one step is exactly 0.
        shift: float32 [C out], taken off the bias.
    """

    divisors: FloatArray
    low: float
    high: float
    shift: FloatArray

    def kernel(self, kernel: FloatArray) -> Weight:
        """The kernel [out, in, ...] for divided inputs, in int8 that any processor sums exactly."""
        return quantise_rows(kernel * self.divisors.reshape(1, -1, *[1] * (kernel.ndim - 2)), in_pairs=True)

    def rounded(self, inputs: FloatArray) -> FloatArray:
        """Divided inputs [N, C in] as the 256 steps hold them."""
        step = np.float32((self.high - self.low) / (LEVELS - 1))
        scaled = np.clip(inputs, self.low, self.high) - np.float32(self.low)
        steps: FloatArray = np.rint(scaled / step) * step + np.float32(self.low)
        return steps


def calibrate(kernel: FloatArray, inputs: FloatArray) -> Calibration:
    """The best steps for a pointwise convolution, or a linear layer.

    Args:
        kernel: [out, in].
        inputs: Samples of what it is given, [N, in].
    """
    inputs = inputs[:: max(1, len(inputs) * len(kernel) // _MOST_OUTPUTS)]
    exact = inputs @ kernel.T
    sizes = np.quantile(np.abs(inputs), _LARGE_INPUT, axis=0) + _SMALLEST
    kernel_sizes = np.abs(kernel).max(axis=0) + _SMALLEST
    best, least = None, np.inf
    for migration in _MIGRATIONS:
        divisors = sizes**migration / kernel_sizes ** (1 - migration) if migration else np.ones_like(sizes)
        divisors = (divisors / np.exp(np.log(divisors).mean())).astype(np.float32)
        divided = inputs / divisors
        for clipping in _CLIPPINGS:
            low, high = _ends(divided, clipping)
            tried = Calibration(divisors, low, high, np.zeros(len(kernel), dtype=np.float32))
            moved = tried.rounded(divided) @ tried.kernel(kernel).dense().T - exact
            shift = moved.mean(axis=0)
            error = float(np.square(moved - shift).mean())
            if error < least:
                best, least = Calibration(divisors, low, high, shift.astype(np.float32)), error
    if best is None:
        raise ModelError("the sample inputs are not finite numbers")
    return best


def _ends(inputs: FloatArray, clipping: float) -> tuple[float, float]:
    """The ends of 256 steps over a share of the inputs' range, 0 being a step."""
    smallest, largest = min(float(inputs.min()), 0.0), max(float(inputs.max()), _SMALLEST)
    # A short tail (GELU's below zero) is kept whole: clipping it would save little.
    low = smallest * (clipping if smallest < -0.5 * largest else 1)
    step = (largest * clipping - low) / (LEVELS - 1)
    zero = round(-low / step)
    return -zero * step, (LEVELS - 1 - zero) * step


def fingerprint(kernels: Mapping[str, FloatArray]) -> int:
    """A number that changes with the kernels: calibrations are of these and no others."""
    total = _ROUNDING
    for name in sorted(kernels):
        total = zlib.crc32(name.encode(), total)
        total = zlib.crc32(np.ascontiguousarray(kernels[name], dtype=np.float32).tobytes(), total)
    return total


def write_calibrations(calibrations: Mapping[str, Calibration], kernels: Mapping[str, FloatArray], path: Path) -> None:
    """Write the layers' calibrations to a safetensors file, whole or not at all.

    Args:
        kernels: What they are for, by the same names.

    Raises:
        OutputError: It can't be written.
    """
    tensors: dict[str, NDArray[np.generic]] = {_KERNELS: np.array([fingerprint(kernels)], dtype=np.int64)}
    for name, found in calibrations.items():
        parts = (found.divisors, np.array([found.low, found.high], dtype=np.float32), found.shift)
        tensors |= {f"{name}.{part}": values for part, values in zip(PARTS, parts, strict=True)}
    write_file(save(tensors), path)


def read_calibrations(path: Path, weights: Mapping[str, Weight], prefix: str) -> dict[str, Calibration]:
    """Calibrations by layer, from their file.

    Args:
        weights: The model's; a kernel's name is ``prefix``, the layer's and ``.weight``.

    Raises:
        ModelError: Not such a file, or one for other weights.
    """
    tensors = read_tensors(path)
    marked = tensors.pop(_KERNELS, None)
    names = sorted({name.rpartition(".")[0] for name in tensors})
    if marked is None or set(tensors) != {f"{name}.{part}" for name in names for part in PARTS}:
        raise ModelError("not a file of calibrations", str(path))
    kernels = {name: weights[f"{prefix}{name}.weight"].dense() for name in names}
    if marked.stored.tolist() != [fingerprint(kernels)]:
        raise ModelError("these calibrations are of other weights: remove the file, or calibrate anew", str(path))
    found = {}
    for name in names:
        divisors, ends, shift = (tensors[f"{name}.{part}"].dense() for part in PARTS)
        if divisors.shape != kernels[name].shape[1:2] or shift.shape != kernels[name].shape[:1] or ends.shape != (2,):
            raise ModelError(f"the calibration of {name!r} is of another shape", str(path))
        found[name] = Calibration(divisors, float(ends[0]), float(ends[1]), shift)
    return found
