"""Danube, the decoder, as an OpenVINO graph from numpy weights. Knows operations and shapes; no text, no images.

Keys and values are the graph's own state: variables that begin with length zero and grow with every inference;
``beam_idx`` picks the rows to go on with. One ScaledDotProductAttention a layer with the mask as an input, so that
slots can be hidden; rotary positions are an input too. The spellings are those that OpenVINO's CPU plugin fuses.
"""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import Node
from openvino import opset15 as ops

from bayou.engine.runtimes.openvino_graph import (
    WeightForm,
    array,
    integers,
    join_heads,
    linear,
    matrix,
    named,
    number,
    parameter,
    project,
    rms_norm,
    split_heads,
)
from bayou.engine.weight_files import Weights
from bayou.model.config import LanguageConfig

PREFIX = "language_model."
EMBEDDINGS = PREFIX + "model.embed_tokens.weight"


class _DecoderGraph:
    """The parts of one decoder while it is written."""

    def __init__(self, config: LanguageConfig, weights: Weights, form: WeightForm) -> None:
        self.config, self.weights, self.form = config, weights, form
        self.embeds = parameter("inputs_embeds", (-1, -1, config.hidden_size))
        self.positions = parameter("positions", (-1, -1), ov.Type.i32)
        self.mask = parameter("mask", (-1, 1, -1, -1))
        self.beam_idx = parameter("beam_idx", (-1,), ov.Type.i32)
        self.wanted = parameter("wanted", (-1, -1), ov.Type.i32)
        self.sinks: list[Node] = []
        self.cosines, self.sines = self.rotary_table()

    def rotary_table(self) -> tuple[Node, Node]:
        """[B, 1, T, head_dim], the two halves alike; float32 from a float32 table of frequencies, as released."""
        size = self.config.head_dim
        exponents = np.arange(0, size, 2, dtype=np.float32) / np.float32(size)
        frequencies = (np.float32(1) / np.power(np.float32(self.config.rope_theta), exponents)).astype(np.float32)
        positions = ops.unsqueeze(ops.convert(self.positions, "f32"), integers(1, 3))
        angles = ops.multiply(positions, array(frequencies.reshape(1, 1, 1, -1)))
        angles = ops.concat([angles, angles], -1)
        return ops.cos(angles), ops.sin(angles)

    def rotate(self, x: Node) -> Node:
        """Dimension i of each head turns with dimension i + head_dim / 2."""
        half, size = self.config.head_dim // 2, self.config.head_dim
        first = ops.slice(x, integers(0), integers(half), integers(1), integers(3))
        second = ops.slice(x, integers(half), integers(size), integers(1), integers(3))
        turned = ops.concat([ops.multiply(second, number(-1.0)), first], -1)
        return ops.add(ops.multiply(x, self.cosines), ops.multiply(turned, self.sines))

    def remembered(self, x: Node, name: str) -> Node:
        """x [B, heads, T, head_dim] after all that this variable holds; the variable then holds both."""
        heads, size = self.config.num_key_value_heads, self.config.head_dim
        batch = ops.gather(ops.shape_of(self.embeds), integers(0), integers(0))
        empty = ops.broadcast(number(0.0), ops.concat([batch, integers(heads, 0, size)], 0))
        past = ops.read_value(empty, name, ov.Type.f32, ov.PartialShape([-1, heads, -1, size]))
        whole = ops.concat([ops.gather(past, self.beam_idx, integers(0)), x], 2)
        self.sinks.append(ops.assign(whole, name))
        return whole

    def shared(self, x: Node) -> Node:
        """Key-value heads [B, K, S, d] repeated to [B, Q, S, d], each for its group of query heads."""
        heads, kv_heads = self.config.num_attention_heads, self.config.num_key_value_heads
        if heads == kv_heads:
            return x
        size, group = self.config.head_dim, heads // kv_heads
        repeated = ops.broadcast(
            ops.unsqueeze(x, integers(2)), integers(1, 1, group, 1, 1), broadcast_spec="BIDIRECTIONAL"
        )
        return ops.reshape(repeated, integers(0, heads, -1, size), True)

    def attention(self, x: Node, layer: int) -> Node:
        config, name = self.config, f"{PREFIX}model.layers.{layer}.self_attn"
        hidden, size = config.hidden_size, config.head_dim
        wide, narrow = config.num_attention_heads * size, config.num_key_value_heads * size
        dense = linear if config.attention_bias else project
        queries = dense(x, self.weights, f"{name}.q_proj", (hidden, wide), self.form)
        keys = dense(x, self.weights, f"{name}.k_proj", (hidden, narrow), self.form)
        values = dense(x, self.weights, f"{name}.v_proj", (hidden, narrow), self.form)
        queries = self.rotate(split_heads(queries, config.num_attention_heads, size))
        keys = self.rotate(split_heads(keys, config.num_key_value_heads, size))
        keys = self.remembered(keys, f"keys.{layer}")
        values = self.remembered(split_heads(values, config.num_key_value_heads, size), f"values.{layer}")
        mixed = ops.scaled_dot_product_attention(queries, self.shared(keys), self.shared(values), self.mask)
        return project(join_heads(mixed, wide), self.weights, f"{name}.o_proj", (wide, hidden), self.form)

    def feed_forward(self, x: Node, layer: int) -> Node:
        name, hidden, inner = (
            f"{PREFIX}model.layers.{layer}.mlp",
            self.config.hidden_size,
            self.config.intermediate_size,
        )
        gate = ops.swish(project(x, self.weights, f"{name}.gate_proj", (hidden, inner), self.form))
        up = project(x, self.weights, f"{name}.up_proj", (hidden, inner), self.form)
        return project(ops.multiply(gate, up), self.weights, f"{name}.down_proj", (inner, hidden), self.form)

    def norm(self, x: Node, name: str) -> Node:
        return rms_norm(x, self.weights, PREFIX + name, self.config.hidden_size, self.config.rms_norm_eps)

    def model(self) -> ov.Model:
        stream: Node = self.embeds
        for layer in range(self.config.num_hidden_layers):
            name = f"model.layers.{layer}"
            stream = ops.add(stream, self.attention(self.norm(stream, f"{name}.input_layernorm"), layer))
            stream = ops.add(stream, self.feed_forward(self.norm(stream, f"{name}.post_attention_layernorm"), layer))
        # Only these positions go through the output matrix: a prompt of 1,800 positions needs one row of 32,010 logits.
        chosen = ops.gather(self.norm(stream, "model.norm"), self.wanted, integers(1), batch_dims=1)
        output = EMBEDDINGS if self.config.tie_word_embeddings else PREFIX + "lm_head.weight"
        table = self.weights.shaped(output, self.config.vocab_size, self.config.hidden_size)
        logits = ops.matmul(chosen, matrix(table, self.form), False, True)
        inputs = [self.embeds, self.positions, self.mask, self.beam_idx, self.wanted]
        return ov.Model([named(logits, "logits")], self.sinks, inputs, "decoder")


def decoder_graph(config: LanguageConfig, weights: Weights, form: WeightForm) -> ov.Model:
    """The decoder, to logits [B, N, vocabulary].

    Its inputs: inputs_embeds [B, T, hidden], positions [B, T], mask [B, 1, T, S + T] (added to scores), beam_idx [B],
    and wanted [B, N] (indices into T).

    Raises:
        ModelError: A weight is missing or misshaped.
    """
    return _DecoderGraph(config, weights, form).model()
