"""A member's graphs as OpenVINO's own files. Knows graphs and file names; not how they are run, and no text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import op
from openvino import opset15 as ops

from bayou.engine.quantization import rounded
from bayou.engine.runtime import Precision
from bayou.engine.runtimes.openvino_decoder import EMBEDDINGS, decoder_graph
from bayou.engine.runtimes.openvino_graph import array, integers, named, parameter, weight_form
from bayou.engine.runtimes.openvino_line_tower import projector_graph, tower_graph
from bayou.engine.runtimes.openvino_square_tower import square_tower_graph
from bayou.engine.weight_files import Weight, Weights
from bayou.model.config import LineVisionConfig, VLMConfig


class _Rounded(Weights):
    """Weights that are rounded when they are asked for, so that no more than one stands in memory twice."""

    def __init__(self, weights: Weights, precision: Precision) -> None:
        super().__init__({name: weights[name] for name in weights}, weights.source)
        self._precision = precision

    def __getitem__(self, name: str) -> Weight:
        return rounded(name, super().__getitem__(name), self._precision)


def write_graphs(config: VLMConfig, weights: Weights, precision: Precision, folder: Path) -> None:
    """Write ``tower.xml``, ``embeddings.xml``, ``decoder.xml`` (nano's ``projector.xml``) and a ``.bin`` beside each.

    Raises:
        ModelError: A weight is missing or misshaped.
        OSError: They can't be written.
    """
    for name, graph in _graphs(config, _Rounded(weights, precision), precision):
        ov.save_model(graph, folder / f"{name}.xml", compress_to_fp16=False)


def _graphs(config: VLMConfig, weights: Weights, precision: Precision) -> Iterator[tuple[str, ov.Model]]:
    form, vision, hidden = weight_form(precision), config.vision, config.language.hidden_size
    if isinstance(vision, LineVisionConfig):
        yield "tower", tower_graph(vision, weights)
        yield "projector", projector_graph(vision.features, hidden, weights, form)
    else:
        yield "tower", square_tower_graph(config, weights, "float32" if precision == "float32" else "bf16")
    yield "embeddings", _embeddings_graph(weights.shaped(EMBEDDINGS, config.language.vocab_size, hidden))
    yield "decoder", decoder_graph(config.language, weights, form)


def _embeddings_graph(table: Weight) -> ov.Model:
    """ids [B, T] to inputs_embeds [B, T, hidden], float32; the table keeps the file's bfloat16."""
    ids = parameter("ids", (-1, -1), ov.Type.i32)
    if table.is_bfloat16:
        bits = ov.Tensor(np.ascontiguousarray(table.stored), list(table.shape), ov.Type.bf16)
        rows = ops.convert(ops.gather(op.Constant(bits, shared_memory=False), ids, integers(0)), "f32")
    else:
        rows = ops.gather(array(table.dense()), ids, integers(0))
    return ov.Model([named(rows, "inputs_embeds")], [ids], "embeddings")
