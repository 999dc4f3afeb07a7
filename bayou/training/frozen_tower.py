"""The published recogniser, run by OpenVINO while it doesn't learn. Knows one ONNX file; no torch, no characters.

The same numbers as ``bayou.model.line_vision`` with the imported weights (a test says so), in two thirds of the time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import bayou.engine.runtimes  # noqa: F401 - first, since it switches OpenVINO's telemetry off

# isort: split
import numpy as np
import openvino
from numpy.typing import NDArray
from openvino import opset13 as ops

from bayou.errors import ModelError

_HINTS = {"float32": "f32", "bf16": "bf16"}


class Tower(Protocol):
    """Whatever makes features and likeliest classes of lines."""

    def __call__(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """RGB pixels [B, 3, 48, W] to features [B, W / 8, 120] and classes [B, W / 8]."""


class FrozenTower:
    """Pixels of lines to features and likeliest classes.

    Args:
        path: PP-OCRv6-small's recogniser (ONNX); it takes images with blue first.
        threads: Processor threads to use.
        precision: ``float32``, or ``bf16``: half the time on processors that multiply bfloat16, and features that
            differ by some 3 %, which training takes as one more kind of noise.
    """

    def __init__(self, path: Path, threads: int = 1, precision: str = "float32") -> None:
        core = openvino.Core()
        graph = core.read_model(path)
        products = [node for node in graph.get_ordered_ops() if node.get_type_name() == "MatMul"]
        softmaxes = [node for node in graph.get_ordered_ops() if node.get_type_name() in ("Softmax", "SoftMax")]
        pools = [node for node in graph.get_ordered_ops() if node.get_type_name() == "AvgPool"]
        if not products or not softmaxes or not pools:
            raise ModelError("not a PP-OCR recogniser", str(path))
        features, logits = products[-1].input_value(0), softmaxes[-1].input_value(0)
        one = ops.constant(1, dtype=np.int32)
        classes = ops.topk(logits, one, axis=2, mode="max", sort="none").output(1)
        cut = openvino.Model([features, classes, pools[-1].output(0)], graph.get_parameters())
        settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": _HINTS[precision]}
        self._compiled = core.compile_model(cut, "CPU", settings)

    def __call__(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """RGB pixels [B, 3, 48, W] to features [B, W / 8, 120] and classes [B, W / 8]."""
        found = self._compiled(pixels[:, ::-1])
        return found[0], found[1][:, :, 0]

    def columns(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """RGB pixels [B, 3, 48, W] to what the neck is given, [B, W / 8, 384], and classes [B, W / 8]."""
        found = self._compiled(pixels[:, ::-1])
        return found[2][:, :, 0].transpose(0, 2, 1), found[1][:, :, 0]
