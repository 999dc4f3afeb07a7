"""InternViT and its projector as one OpenVINO graph from numpy weights. Knows operations; no pictures' files or grids.

The twin of ``bayou.model.vision`` and ``bayou.model.projector``, whose weights and names it takes.
"""

from __future__ import annotations

import openvino as ov
from openvino import Node
from openvino import opset15 as ops

from bayou.engine.runtimes.openvino_graph import (
    WeightForm,
    array,
    integers,
    join_heads,
    layer_norm,
    linear,
    named,
    parameter,
    project,
    split_heads,
    thirds,
)
from bayou.engine.weight_files import Weights
from bayou.errors import ModelError
from bayou.model.config import VisionConfig, VLMConfig

TOWER, PROJECTOR = "vision_model.", "mlp1."
_PROJECTOR_EPS = 1e-5


class _TowerGraph:
    """The parts of one tower while it is written."""

    def __init__(self, vision: VisionConfig, weights: Weights, form: WeightForm) -> None:
        self.vision, self.weights, self.form = vision, weights, form

    def embeddings(self, pixels: Node) -> Node:
        """[n, 3, side, side] to [n, 1 + patches, hidden], the class token first."""
        hidden, patch = self.vision.hidden_size, self.vision.patch_size
        patches = (self.vision.image_size // patch) ** 2
        name = f"{TOWER}embeddings."
        kernel = self.weights.shaped(name + "patch_embedding.weight", hidden, self.vision.num_channels, patch, patch)
        bias = self.weights.shaped(name + "patch_embedding.bias", hidden).dense()
        x = ops.convolution(pixels, array(kernel.dense()), [patch, patch], [0, 0], [0, 0], [1, 1])
        x = ops.add(ops.transpose(ops.reshape(x, integers(0, 0, -1), True), integers(0, 2, 1)), array(bias))
        first = array(self.weights.shaped(name + "class_embedding", 1, 1, hidden).dense())
        count = ops.gather(ops.shape_of(pixels), integers(0), integers(0))
        first = ops.broadcast(first, ops.concat([count, integers(1, hidden)], 0))
        places = self.weights.shaped(name + "position_embedding", 1, 1 + patches, hidden).dense()
        return ops.add(ops.concat([first, x], 1), array(places))

    def branch(self, x: Node, name: str, part: str) -> Node:
        """A branch's result, scaled per channel."""
        return ops.multiply(x, array(self.weights.shaped(f"{name}.{part}", self.vision.hidden_size).dense()))

    def layer(self, x: Node, index: int) -> Node:
        vision, weights, form = self.vision, self.weights, self.form
        name, hidden = f"{TOWER}encoder.layers.{index}", vision.hidden_size
        heads = vision.num_attention_heads
        dense = linear if vision.qkv_bias else project
        normed = layer_norm(x, weights, f"{name}.norm1", hidden, vision.layer_norm_eps)
        qkv = thirds(dense(normed, weights, f"{name}.attn.qkv", (hidden, 3 * hidden), form))
        queries, keys, values = (split_heads(part, heads, hidden // heads) for part in qkv)
        mixed = join_heads(ops.scaled_dot_product_attention(queries, keys, values), hidden)
        mixed = linear(mixed, weights, f"{name}.attn.proj", (hidden, hidden), form)
        x = ops.add(x, self.branch(mixed, name, "ls1"))
        normed = layer_norm(x, weights, f"{name}.norm2", hidden, vision.layer_norm_eps)
        inner = linear(normed, weights, f"{name}.mlp.fc1", (hidden, vision.intermediate_size), form)
        mixed = linear(ops.gelu(inner, "erf"), weights, f"{name}.mlp.fc2", (vision.intermediate_size, hidden), form)
        return ops.add(x, self.branch(mixed, name, "ls2"))


def _pixel_shuffle(x: Node, side: int, hidden: int, fold: int, version: str) -> Node:
    """Patches [n, side * side, hidden] to [n, (side / fold)^2, fold^2 hidden]; v1 lists the tokens column by column."""
    short = side // fold
    x = ops.reshape(x, integers(0, short, fold, short, fold, hidden), True)
    order = (0, 3, 1, 2, 4, 5) if version == "v1" else (0, 1, 3, 2, 4, 5)
    return ops.reshape(ops.transpose(x, integers(*order)), integers(0, short * short, fold * fold * hidden), True)


def square_tower_graph(config: VLMConfig, weights: Weights, form: WeightForm) -> ov.Model:
    """pixels [n, 3, 448, 448] to visual tokens [n, 256, hidden of the decoder].

    Raises:
        ModelError: A weight is missing or misshaped, or the config's tower is another.
    """
    vision = config.vision
    if not isinstance(vision, VisionConfig):
        raise ModelError(f"{config.name or 'this model'} has no tower for square tiles")
    pixels = parameter("pixels", (-1, vision.num_channels, vision.image_size, vision.image_size))
    tower = _TowerGraph(vision, weights, form)
    streams = [tower.embeddings(pixels)]
    for index in range(vision.num_hidden_layers):
        streams.append(tower.layer(streams[-1], index))
    patches = ops.slice(streams[config.select_layer], integers(1), integers(2**31 - 1), integers(1), integers(1))

    fold = round(1 / config.downsample_ratio)
    wide, hidden = vision.hidden_size * fold * fold, config.language.hidden_size
    side = vision.image_size // vision.patch_size
    x = _pixel_shuffle(patches, side, vision.hidden_size, fold, config.ps_version)
    x = layer_norm(x, weights, PROJECTOR + "0", wide, _PROJECTOR_EPS)
    x = ops.gelu(linear(x, weights, PROJECTOR + "1", (wide, hidden), form), "erf")
    tokens = linear(x, weights, PROJECTOR + "3", (hidden, hidden), form)
    return ov.Model([named(tokens, "tokens")], [pixels], "square_tower")
