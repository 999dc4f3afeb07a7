"""nano's tower, head and projector as OpenVINO graphs from numpy weights. Knows operations; no characters.

The twin of ``bayou.model.line_vision``, whose weights and names it takes. All weights are float32 in memory, whatever
the file holds: the tower is small, and int8 makes it faster only where its inputs are in int8 too. The head's 18,710
logits a column stay inside the graph: out come a column's features, its likeliest class and that class's probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import openvino as ov
from openvino import Node
from openvino import opset15 as ops

from bayou.engine.calibration import LEVELS, Calibration
from bayou.engine.runtimes.openvino_graph import (
    WeightForm,
    array,
    integers,
    join_heads,
    layer_norm,
    linear,
    matrix,
    named,
    number,
    parameter,
    split_heads,
    thirds,
)
from bayou.engine.weight_files import Weights
from bayou.errors import ModelError
from bayou.model.columns import statistics_size
from bayou.model.config import LineVisionConfig
from bayou.model.line_vision_layout import (
    BLOCKS,
    FINAL_NORM_EPS,
    GATE_REDUCTION,
    LAYER_NORM_EPS,
    LOCAL_REACH,
    POOLING,
    PROJECTOR_EPS,
    STEM_CHANNELS,
)

PREFIX = "vision_model."
HEAD = "head"
PROJECTOR = "projector"
_GROUP = 128
_NEVER = -1e30
"""The logit of a class that fills up the last group."""

_HARD_SIGMOID_SLOPE, _HARD_SIGMOID_OFFSET = 1 / 6, 0.5


class _TowerGraph:
    """The parts of one tower while it is written; names are below ``vision_model.``."""

    def __init__(self, config: LineVisionConfig, weights: Weights, calibrations: Mapping[str, Calibration]) -> None:
        self.config, self.weights, self.calibrations = config, weights, calibrations
        self.inputs: dict[str, Node] = {}

    def pointwise(self, x: Node, name: str, out: int, given: int) -> Node:
        """A convolution of one pixel, in int8 where its inputs have been calibrated."""
        self.inputs[name] = x
        if name not in self.calibrations:
            return self.convolve(x, name, (out, given, 1, 1))
        found = self.calibration(name, out, given)
        ends = [array((end * found.divisors).reshape(1, -1, 1, 1)) for end in (found.low, found.high)]
        # In come the channels' own ranges, out goes one range for all: the division and the rounding in one operation.
        x = ops.fake_quantize(x, *ends, number(found.low), number(found.high), LEVELS)
        kernel = matrix(
            found.kernel(self.weights.shaped(f"{PREFIX}{name}.weight", out, given, 1, 1).dense()), "rounded"
        )
        bias = self.weights.shaped(f"{PREFIX}{name}.bias", out).dense() - found.shift
        return ops.add(ops.convolution(x, kernel, [1, 1], [0, 0], [0, 0], [1, 1]), array(bias.reshape(1, -1, 1, 1)))

    def calibration(self, name: str, out: int, given: int) -> Calibration:
        found = self.calibrations[name]
        if found.divisors.shape != (given,) or found.shift.shape != (out,):
            raise ModelError(f"the calibration of {name!r} is of another tower")
        return found

    def convolve(
        self,
        x: Node,
        name: str,
        shape: tuple[int, int, int, int],
        strides: tuple[int, int] = (1, 1),
        before: tuple[int, int] = (0, 0),
        after: tuple[int, int] | None = None,
    ) -> Node:
        """A convolution with bias, a depthwise one where ``in`` is 1.

        Args:
            shape: Out, in, height, width.
            before, after: Rows and columns of zeros around x; as many after as before by default.
        """
        kernel = self.weights.shaped(f"{PREFIX}{name}.weight", *shape).dense()
        pads = (list(strides), list(before), list(before if after is None else after), [1, 1])
        if shape[1] == 1:
            x = ops.group_convolution(x, array(kernel[:, None]), *pads)
        else:
            x = ops.convolution(x, array(kernel), *pads)
        bias = self.weights.shaped(f"{PREFIX}{name}.bias", shape[0]).dense()
        return ops.add(x, array(bias.reshape(1, -1, 1, 1)))

    def stem(self, pixels: Node) -> Node:
        """[B, 3, 48, W] to [B, 96, 12, W / 4]."""
        first, side, second, out = STEM_CHANNELS
        x = ops.relu(self.convolve(pixels, "stem.conv1", (first, 3, 3, 3), (2, 2), (1, 1)))
        path = ops.relu(self.convolve(x, "stem.conv2a", (side, first, 2, 2), after=(1, 1)))
        path = ops.relu(self.convolve(path, "stem.conv2b", (first, side, 2, 2), after=(1, 1)))
        # Padding a maximum adds nothing; the torch twin's zeros don't either, after a ReLU.
        pooled = ops.max_pool(x, [1, 1], [1, 1], [0, 0], [1, 1], [2, 2]).output(0)
        x = ops.concat([pooled, path], 1)
        x = ops.relu(self.convolve(x, "stem.conv3", (second, 2 * first, 3, 3), (2, 2), (1, 1)))
        return ops.relu(self.convolve(x, "stem.conv4", (out, second, 1, 1)))

    def gate(self, x: Node, name: str, channels: int) -> Node:
        """Channels scaled by what their means over the whole line say."""
        narrow = channels // GATE_REDUCTION
        means = ops.reduce_mean(x, integers(2, 3), keep_dims=True)
        reduced = ops.relu(self.convolve(means, f"{name}.reduce", (narrow, channels, 1, 1)))
        expanded = self.convolve(reduced, f"{name}.expand", (channels, narrow, 1, 1))
        return ops.multiply(x, ops.hard_sigmoid(expanded, number(_HARD_SIGMOID_SLOPE), number(_HARD_SIGMOID_OFFSET)))

    def block(self, x: Node, name: str, channels: int, out: tuple[int, int, bool]) -> Node:
        """Depthwise convolution, gate, two pointwise ones; ``out`` is (channels, vertical stride, gated)."""
        made, stride, gated = out
        x = self.convolve(x, f"{name}.depthwise", (channels, 1, 3, 3), (stride, 1), (1, 1))
        if gated:
            x = self.gate(x, f"{name}.gate", channels)
        mixed = ops.gelu(self.pointwise(x, f"{name}.fc1", 2 * channels, channels), "erf")
        mixed = self.pointwise(mixed, f"{name}.fc2", made, 2 * channels)
        return ops.add(x, mixed) if (channels, 1) == (made, stride) else mixed

    def mix(self, x: Node, name: str) -> Node:
        """A transformer block along the line, [B, T, 120]; every column sees all."""
        width, heads = self.config.features, self.config.num_attention_heads
        name = PREFIX + name
        normed = layer_norm(x, self.weights, f"{name}.norm1", width, LAYER_NORM_EPS)
        qkv = thirds(linear(normed, self.weights, f"{name}.qkv", (width, 3 * width), "float32"))
        queries, keys, values = (split_heads(part, heads, width // heads) for part in qkv)
        mixed = join_heads(ops.scaled_dot_product_attention(queries, keys, values), width)
        x = ops.add(x, linear(mixed, self.weights, f"{name}.proj", (width, width), "float32"))
        normed = layer_norm(x, self.weights, f"{name}.norm2", width, LAYER_NORM_EPS)
        inner = ops.swish(linear(normed, self.weights, f"{name}.fc1", (width, 2 * width), "float32"))
        return ops.add(x, linear(inner, self.weights, f"{name}.fc2", (2 * width, width), "float32"))

    def neck(self, x: Node, channels: int) -> Node:
        """[B, 384, 1, T] to [B, T, 120]."""
        width, reach = self.config.features, LOCAL_REACH
        skip = ops.swish(self.convolve(x, "neck.skip", (width, channels, 1, 1)))
        mixed = ops.swish(self.convolve(x, "neck.reduce", (width, channels, 1, 1)))
        local = self.convolve(mixed, "neck.local", (width, 1, 1, 2 * reach + 1), before=(0, reach))
        columns = self.columns(ops.add(mixed, ops.swish(local)))
        for index in range(self.config.num_mixing_blocks):
            columns = self.mix(columns, f"neck.blocks.{index}")
        normed = layer_norm(columns, self.weights, f"{PREFIX}neck.norm", width, FINAL_NORM_EPS)
        return ops.add(normed, self.columns(skip))

    @staticmethod
    def columns(x: Node) -> Node:
        """[B, C, 1, T] to [B, T, C]."""
        return ops.transpose(ops.squeeze(x, integers(2)), integers(0, 2, 1))

    def features(self, pixels: Node) -> Node:
        """[B, 3, 48, W] to [B, W / 8, 120]."""
        x = self.stem(pixels)
        channels = STEM_CHANNELS[-1]
        for index, out in enumerate(BLOCKS):
            x = self.block(x, f"blocks.{index}", channels, out)
            channels = out[0]
        x = ops.avg_pool(x, list(POOLING), [0, 0], [0, 0], list(POOLING), exclude_pad=True)
        return self.neck(x, channels)


def _logits(features: Node, weights: Weights, config: LineVisionConfig, found: Calibration | None) -> Node:
    """The head's logits [B, T, classes and some more], the classes filled up to whole groups."""
    kernel = weights.shaped(f"{PREFIX}{HEAD}.weight", config.classes, config.features).dense()
    bias = weights.shaped(f"{PREFIX}{HEAD}.bias", config.classes).dense()
    missing = -config.classes % _GROUP
    kernel = np.pad(kernel, ((0, missing), (0, 0)))
    if found is None:
        product = ops.matmul(features, array(kernel), False, True)
    else:
        bias = bias - found.shift
        # The plugin takes ranges of their own for channels only along axis 1: here the division stands by itself.
        divided = ops.multiply(features, array(np.float32(1) / found.divisors))
        low, high = number(found.low), number(found.high)
        rounded = ops.fake_quantize(divided, low, high, low, high, LEVELS)
        product = ops.matmul(rounded, matrix(found.kernel(kernel), "rounded"), False, True)
    return ops.add(product, array(np.pad(bias, (0, missing), constant_values=_NEVER)))


def _best_class(logits: Node, whole_sum: bool) -> tuple[Node, Node]:
    """The likeliest class of each column [B, T], and its probability.

    Args:
        whole_sum: The probability as softmax has it; else a little more: of the groups that the likeliest class is not
            in, only the best class of each counts against it, which saves a tenth of the 8-bit tower's time.
    """
    # The maximum of each group of classes, then the place in the best group: far cheaper than one search through all.
    grouped = ops.reshape(logits, integers(0, 0, -1, _GROUP), True)
    one, axis = ops.constant(np.int64(1)), integers(-1)
    maxima = ops.reduce_max(grouped, axis)
    peak = ops.topk(maxima, one, -1, "max", "none", index_element_type="i32")
    group = ops.squeeze(peak.output(1), axis)
    own = ops.gather(grouped, group, integers(2), batch_dims=2)
    inside = ops.topk(own, one, -1, "max", "none", "i32")
    best = ops.add(ops.multiply(group, ops.constant(np.int32(_GROUP))), ops.squeeze(inside.output(1), axis))

    def total(values: Node) -> Node:
        return ops.reduce_sum(ops.exp(ops.subtract(values, peak.output(0))), axis)

    # The best class's probability is 1 / sum(exp(logit - best logit)): no softmax is stored. Among the groups' maxima
    # the likeliest class itself counts 1, as it does in its own group.
    against = total(logits) if whole_sum else ops.subtract(ops.add(total(maxima), total(own)), number(1.0))
    return best, ops.divide(number(1.0), against)


def tower_graph(
    config: LineVisionConfig,
    weights: Weights,
    calibrations: Mapping[str, Calibration] = MappingProxyType({}),
) -> ov.Model:
    """pixels [B, 3, 48, W] to features [B, T, 120], classes [B, T] and probabilities [B, T]; T = W / 8.

    Args:
        calibrations: Of pointwise convolutions and the head, by name below ``vision_model.``, which then compute in
            int8.

    Raises:
        ModelError: A weight is missing or misshaped, or a calibration is not this tower's.
    """
    pixels = parameter("pixels", (-1, 3, config.height, -1))
    tower = _TowerGraph(config, weights, calibrations)
    features = tower.features(pixels)
    if set(calibrations) - set(tower.inputs) - {HEAD}:
        raise ModelError("the calibrations are of another tower")
    head = tower.calibration(HEAD, config.classes, config.features) if HEAD in calibrations else None
    best, probabilities = _best_class(_logits(features, weights, config, head), whole_sum=not calibrations)
    outputs = [named(features, "features"), named(best, "classes"), named(probabilities, "probabilities")]
    return ov.Model(outputs, [pixels], "line_tower")


def inputs_graph(config: LineVisionConfig, weights: Weights) -> ov.Model:
    """pixels [B, 3, 48, W] to what pointwise convolutions and head are given, [B, C, H, W'], named as calibrations."""
    pixels = parameter("pixels", (-1, 3, config.height, -1))
    tower = _TowerGraph(config, weights, {})
    columns = ops.transpose(tower.features(pixels), integers(0, 2, 1))
    tower.inputs[HEAD] = ops.unsqueeze(columns, integers(2))
    return ov.Model([named(node, name) for name, node in tower.inputs.items()], [pixels], "line_tower_inputs")


def projector_graph(features: int, hidden: int, weights: Weights, form: WeightForm) -> ov.Model:
    """Column statistics [N, 2 F + 2] to what stands beside the drafted characters' embeddings, [N, hidden].

    Raises:
        ModelError: A weight is missing or misshaped.
    """
    size = statistics_size(features)
    statistics = parameter("statistics", (-1, size))
    normed = layer_norm(statistics, weights, f"{PROJECTOR}.norm", size, PROJECTOR_EPS)
    inner = ops.gelu(linear(normed, weights, f"{PROJECTOR}.fc1", (size, hidden), form), "erf")
    tokens = linear(inner, weights, f"{PROJECTOR}.fc2", (hidden, hidden), form)
    return ov.Model([named(tokens, "tokens")], [statistics], "projector")
