"""Pieces of OpenVINO graphs from numpy weights: constants, linear layers, norms. Knows operations; no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import Node, op
from openvino import opset15 as ops

from bayou.engine.bfloat16 import bfloat16_bits
from bayou.engine.runtime import FloatArray, Precision
from bayou.engine.weight_files import Weight, Weights

WeightForm = Literal["float32", "bf16", "rounded"]
"""Large weights as float32, as bfloat16, or as they are: rounded ones in their 8 or 4 bits, others as float32."""


def integers(*values: int) -> Node:
    """A constant vector of integers, as shapes and axes need."""
    return ops.constant(np.array(values, dtype=np.int64))


def number(value: float) -> Node:
    """A float32 scalar."""
    return ops.constant(np.float32(value))


def array(values: FloatArray) -> Node:
    """A float32 constant."""
    return ops.constant(np.ascontiguousarray(values, dtype=np.float32))


def matrix(weight: Weight, form: WeightForm) -> Node:
    """A large weight, float32 to the operations that use it, kept in memory in ``form``.

    8 and 4 bits stay so in the compiled model: a constant, a conversion and a multiplication are what the plugin looks
    for. bfloat16 as the file has it is not copied: the weights must live as long as the model.
    """
    if form == "bf16":
        bits = np.ascontiguousarray(weight.stored) if weight.is_bfloat16 else bfloat16_bits(weight.dense())
        return kept_narrow(ops.convert(_constant(bits, ov.Type.bf16, shared=bits is weight.stored), "f32"))
    if form == "float32" or weight.scale is None:
        return array(weight.dense())
    if weight.zero is None:
        steps = ops.convert(ops.constant(np.ascontiguousarray(weight.stored)), "f32")
        return ops.multiply(steps, array(weight.row_scale))
    return _groups(weight.stored, weight.scale, weight.zero)


def kept_narrow(conversion: Node) -> Node:
    """The conversion of a constant, marked as one that the plugin must not carry out when it compiles.

    Else all of the tower would stand in float32 in memory for a while. The mark is lost in a file.
    """
    conversion.get_rt_info()["decompression_0"] = ""
    return conversion


def _groups(stored: NDArray[np.uint8], scale: NDArray[np.float16], zero: NDArray[np.uint8]) -> Node:
    """A matrix in 4 bits, [rows, columns]."""
    rows, groups = scale.shape
    steps = ops.convert(_four_bits(stored, [rows, groups, stored.shape[1] // groups]), "f16")
    moved = ops.subtract(steps, ops.convert(_four_bits(zero, [rows, groups, 1]), "f16"))
    scaled = ops.multiply(moved, ops.constant(np.ascontiguousarray(scale[..., None])))
    return ops.convert(ops.reshape(scaled, integers(*stored.shape), False), "f32")


def _four_bits(values: NDArray[np.uint8], shape: list[int]) -> Node:
    """Numbers of 0 to 15 as a constant, two in a byte, the first in its lower half."""
    flat = values.reshape(-1)
    flat = np.pad(flat, (0, len(flat) % 2))
    return _constant(flat[::2] | flat[1::2] << 4, ov.Type.u4, shape)


def _constant(values: NDArray[np.generic], kind: ov.Type, shape: list[int] | None = None, shared: bool = False) -> Node:
    tensor = ov.Tensor(np.ascontiguousarray(values), shape or list(values.shape), kind)
    return op.Constant(tensor, shared_memory=shared)


def project(x: Node, weights: Weights, name: str, sizes: tuple[int, int], form: WeightForm) -> Node:
    """x [..., in] times ``name.weight`` [out, in]; ``sizes`` is (in, out)."""
    given, made = sizes
    return ops.matmul(x, matrix(weights.shaped(f"{name}.weight", made, given), form), False, True)


def linear(x: Node, weights: Weights, name: str, sizes: tuple[int, int], form: WeightForm) -> Node:
    """``project``, plus ``name.bias`` [out]."""
    return ops.add(project(x, weights, name, sizes, form), array(weights.shaped(f"{name}.bias", sizes[1]).dense()))


def layer_norm(x: Node, weights: Weights, name: str, size: int, eps: float) -> Node:
    """LayerNorm over the last axis."""
    normed = ops.mvn(x, integers(-1), True, eps, "INSIDE_SQRT")
    scaled = ops.multiply(normed, array(weights.shaped(f"{name}.weight", size).dense()))
    return ops.add(scaled, array(weights.shaped(f"{name}.bias", size).dense()))


def rms_norm(x: Node, weights: Weights, name: str, size: int, eps: float) -> Node:
    """Root-mean-square norm over the last axis, spelt as the plugin's fusion expects it."""
    mean = ops.reduce_mean(ops.power(x, number(2.0)), integers(-1), keep_dims=True)
    normed = ops.multiply(x, ops.divide(number(1.0), ops.sqrt(ops.add(mean, number(eps)))))
    return ops.multiply(normed, array(weights.shaped(f"{name}.weight", size).dense()))


def thirds(x: Node) -> list[Node]:
    """[B, T, 3 C] cut into three of [B, T, C]."""
    parts: list[Node] = ops.split(x, ops.constant(np.int64(2)), 3).outputs()
    return parts


def split_heads(x: Node, heads: int, head_dim: int) -> Node:
    """[B, T, heads * head_dim] to [B, heads, T, head_dim]."""
    return ops.transpose(ops.reshape(x, integers(0, 0, heads, head_dim), True), integers(0, 2, 1, 3))


def join_heads(x: Node, width: int) -> Node:
    """[B, heads, T, head_dim] to [B, T, width]."""
    return ops.reshape(ops.transpose(x, integers(0, 2, 1, 3)), integers(0, 0, width), True)


def parameter(name: str, shape: Sequence[int], kind: ov.Type = ov.Type.f32) -> Node:
    """A named input; -1 for a length known only when it runs."""
    node = ops.parameter(ov.PartialShape(list(shape)), kind, name=name)
    node.output(0).get_tensor().set_names({name})
    return node


def named(node: Node, name: str) -> Node:
    """A named output of a model."""
    result = ops.result(node)
    result.output(0).get_tensor().set_names({name})
    return result


def weight_form(precision: Precision) -> WeightForm:
    """How a runtime of this precision keeps its large weights."""
    return "rounded" if precision == "int8" or precision == "int4" else precision
