"""Calibrates nano's tower on sample lines, and tries whether a device's 8-bit sums are right. Knows no text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import openvino as ov
from openvino import opset15 as ops

from bayou.engine.calibration import LEVELS, Calibration, calibrate
from bayou.engine.quantization import LARGEST
from bayou.engine.runtime import FloatArray
from bayou.engine.runtimes.openvino_graph import integers, matrix, number, parameter
from bayou.engine.runtimes.openvino_line_tower import PREFIX, inputs_graph
from bayou.engine.runtimes.openvino_settings import DEFAULT_DEVICE, decoder_properties
from bayou.engine.weight_files import Weight, Weights
from bayou.model.config import LineVisionConfig

SAMPLES_A_LINE = 50
_PROBE_CHANNELS = 64
_PROBE_TOLERANCE = 1e-3
_WHOLE = (LARGEST,) * 4
_IN_PAIRS = ((LARGEST, 1, LARGEST, 1), (LARGEST, 1, 1, LARGEST), (1, LARGEST, LARGEST, 1))
"""Four steps of a kernel again and again: within bounds where the first two and the last two are pairs, no others."""

Int8Sums = Literal["whole", "pairs"]
"""Any kernel; or those that ``quantise_rows`` makes in pairs, whose products may be added two at a time in 16 bits."""


def calibrate_tower(
    config: LineVisionConfig, weights: Weights, lines: Sequence[FloatArray], seed: int = 0
) -> dict[str, Calibration]:
    """Calibrations of the tower's pointwise convolutions and of its head, by name.

    Args:
        weights: In floating point.
        lines: Pixels [3, 48, W] of lines such as will be read; some dozens.
        seed: Of the places in each line that are looked at.
    """
    graph = inputs_graph(config, weights)
    names = [output.get_any_name() for output in graph.outputs]
    request = ov.Core().compile_model(graph, DEFAULT_DEVICE, decoder_properties("float32", None)).create_infer_request()
    random = np.random.default_rng(seed)
    samples: dict[str, list[FloatArray]] = {name: [] for name in names}
    for line in lines:
        found = request.infer({0: line[None]})
        for name in names:
            places = found[name][0].reshape(found[name].shape[1], -1)  # [C, H * W']
            chosen = random.integers(0, places.shape[1], SAMPLES_A_LINE)
            samples[name].append(places[:, chosen].T)
    return {
        name: calibrate(_as_matrix(weights[f"{PREFIX}{name}.weight"].dense()), np.concatenate(inputs))
        for name, inputs in samples.items()
    }


def _as_matrix(kernel: FloatArray) -> FloatArray:
    """[out, in, 1, 1] or [out, in] as [out, in]."""
    return kernel.reshape(kernel.shape[:2])


def int8_sums(core: ov.Core, device: str) -> Int8Sums | None:
    """Which kernels an int8 convolution on this device sums without overflow; None: not even those rounded in pairs.

    Processors without a dot product of bytes add pairs of products in 16 bits, and large ones are cut off. The largest
    products there are show it, and which ones make a pair.
    """
    x = parameter("x", (1, _PROBE_CHANNELS, 4, 4))
    top = number(LEVELS - 1)
    rounded = ops.fake_quantize(x, number(0), top, number(0), top, LEVELS)
    steps = np.tile(np.array([*_IN_PAIRS, _WHOLE], dtype=np.int8), (1, _PROBE_CHANNELS // 4))
    steps = np.concatenate((steps, -steps))[:, :, None, None]
    kernel = matrix(Weight(steps, scale=np.ones(len(steps), dtype=np.float16)), "rounded")
    y = ops.reduce_mean(ops.convolution(rounded, kernel, [1, 1], [0, 0], [0, 0], [1, 1]), integers(0, 2, 3))
    model = core.compile_model(ov.Model([ops.result(y)], [x], "probe"), device, decoder_properties("int8", 1))
    found = model(np.full((1, _PROBE_CHANNELS, 4, 4), LEVELS - 1, dtype=np.float32))[0]
    expected = (LEVELS - 1) * steps.sum(axis=(1, 2, 3), dtype=np.int64)
    right = (np.abs(found - expected) <= _PROBE_TOLERANCE * np.abs(expected)).reshape(2, -1)
    if not right[:, :-1].all():
        return None
    return "whole" if right.all() else "pairs"
