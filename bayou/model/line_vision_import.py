"""Reads the published PP-OCRv6-small recogniser (ONNX) into nano's tower (torch, onnx). Knows both layouts alone.

Needed once, to start training; nano's own weights hold the result.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from bayou.errors import ModelError
from bayou.model.line_vision import LineVision, MixingBlock, NeckBlock, SqueezeExcite


def read_characters(path: Path) -> list[str]:
    """The recogniser's alphabet, from the file's metadata: class 0 the blank, class i + 1 entry i, the last a space."""
    for entry in onnx.load(str(path), load_external_data=False).metadata_props:
        if entry.key == "character":
            return entry.value.split("\n")
    raise ModelError("the file carries no alphabet; it is not a PP-OCR recogniser", str(path))


def _convolutions(tower: LineVision) -> list[nn.Conv2d]:
    """The tower's convolutions in the order in which the file has them."""
    stem = tower.stem
    found = [stem.conv1, stem.conv2a, stem.conv2b, stem.conv3, stem.conv4]
    for block in tower.blocks:
        assert isinstance(block, MixingBlock)
        gate = [block.gate.reduce, block.gate.expand] if isinstance(block.gate, SqueezeExcite) else []
        found += [block.depthwise, *gate, block.fc1, block.fc2]
    return [*found, tower.neck.skip, tower.neck.reduce, tower.neck.local]


def _norms_and_linears(tower: LineVision) -> tuple[list[nn.LayerNorm], list[nn.Linear]]:
    neck = tower.neck
    norms = [m for m in neck.modules() if isinstance(m, nn.LayerNorm)]
    linears = [m for m in neck.modules() if isinstance(m, nn.Linear)]
    return norms, [*linears, tower.head]


def import_tower(tower: LineVision, path: Path) -> None:
    """Copies the weights of the ONNX file at ``path`` into ``tower``, batch norms folded, input channels BGR → RGB.

    Raises:
        ModelError: The file's layers don't match the tower's.
    """
    graph = onnx.load(str(path)).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    convolutions, linears = _convolutions(tower), _norms_and_linears(tower)[1]
    kernels: list[np.ndarray] = []
    biases: list[np.ndarray] = []  # of convolutions, in order
    vectors: list[np.ndarray] = []  # layer norms' scales and shifts, linear biases
    matrices: list[np.ndarray] = []
    for node in graph.node:
        values = [constants[name] for name in node.input if name in constants]
        if node.op_type == "Conv":
            kernels.append(values[0])
        elif node.op_type == "BatchNormalization":
            scale, shift, mean, variance = values
            factor = scale / np.sqrt(variance + node.attribute[0].f)
            kernels[-1] = kernels[-1] * factor[:, None, None, None]
            biases.append(shift - mean * factor)
        elif node.op_type == "Add" and values and values[0].ndim == 4:
            biases.append(values[0].reshape(-1))
        elif node.op_type == "MatMul" and values:
            matrices.append(values[0])
        elif node.op_type in ("Add", "Mul") and values and values[0].ndim == 1 and values[0].size > 1:
            vectors.append(values[0])
    if len(kernels) != len(convolutions) or len(biases) != len(convolutions) or len(matrices) != len(linears):
        raise ModelError("its layers are not those of PP-OCRv6-small's recogniser", str(path))
    # The file is for images with blue first.
    kernels[0] = kernels[0][:, ::-1]
    with torch.no_grad():
        for conv, kernel, bias in zip(convolutions, kernels, biases, strict=True):
            _fill(conv.weight, kernel, path)
            assert conv.bias is not None
            _fill(conv.bias, bias, path)
        for linear, matrix in zip(linears, matrices, strict=True):
            _fill(linear.weight, matrix.T, path)
        _fill_vectors(tower, vectors, path)


def _fill_vectors(tower: LineVision, vectors: list[np.ndarray], path: Path) -> None:
    """Layer norms and linear biases, which stand in the file in the order of computation."""
    order: list[torch.Tensor] = []
    for block in tower.neck.blocks:
        assert isinstance(block, NeckBlock)
        order += [block.norm1.weight, block.norm1.bias, block.qkv.bias, block.proj.bias]
        order += [block.norm2.weight, block.norm2.bias, block.fc1.bias, block.fc2.bias]
    order += [tower.neck.norm.weight, tower.neck.norm.bias, tower.head.bias]
    if len(order) != len(vectors):
        raise ModelError("its neck is not that of PP-OCRv6-small's recogniser", str(path))
    for target, vector in zip(order, vectors, strict=True):
        _fill(target, vector, path)


def _fill(target: torch.Tensor, values: np.ndarray, path: Path) -> None:
    if tuple(target.shape) != values.shape:
        raise ModelError(f"a layer has shape {values.shape} where {tuple(target.shape)} is expected", str(path))
    target.copy_(torch.from_numpy(values.copy()))
