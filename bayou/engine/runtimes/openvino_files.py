"""All graphs of a member as OpenVINO's own files. Knows graphs and file names; not how they are run, and no text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import op
from openvino import opset15 as ops

from bayou.engine.rounded_weights import RoundedWeights
from bayou.engine.runtime import Precision, SquarePrecision
from bayou.engine.runtimes.openvino_decoder import EMBEDDINGS, decoder_graph
from bayou.engine.runtimes.openvino_graph import array, integers, named, parameter, weight_form
from bayou.engine.runtimes.openvino_line_tower import projector_graph, tower_graph
from bayou.engine.runtimes.openvino_square import write_square_graphs
from bayou.engine.weight_files import Weight, Weights
from bayou.model.config import LineVisionConfig, VLMConfig


def write_all_square_graphs(config: VLMConfig, weights: Weights, precision: SquarePrecision, folder: Path) -> None:
    """``tower``, ``decoder`` and ``embeddings`` of a member with square tiles, each as ``.xml`` and ``.bin``.

    Args:
        weights: Those of the checkpoint; they are rounded here.

    Raises:
        ModelError: A weight is missing or misshaped.
        RuntimeError: They can't be written.
    """
    write_square_graphs(config, RoundedWeights(weights, precision), precision, folder)
    _write("embeddings", _embeddings_graph(config, weights), folder)


def write_line_graphs(config: VLMConfig, weights: Weights, precision: Precision, folder: Path) -> None:
    """``tower``, ``projector``, ``decoder`` and ``embeddings`` of nano; arguments and errors as above.

    8-bit matrices of the file stay so in int8; the tower computes in float32.
    """
    for name, graph in _line_graphs(config, weights, precision):
        _write(name, graph, folder)


def _line_graphs(config: VLMConfig, weights: Weights, precision: Precision) -> Iterator[tuple[str, ov.Model]]:
    vision, form = config.vision, weight_form(precision)
    assert isinstance(vision, LineVisionConfig)
    yield "tower", tower_graph(vision, weights)
    yield "projector", projector_graph(vision.features, config.language.hidden_size, weights, form)
    yield "decoder", decoder_graph(config.language, weights, form)
    yield "embeddings", _embeddings_graph(config, weights)


def _write(name: str, graph: ov.Model, folder: Path) -> None:
    ov.serialize(graph, str(folder / f"{name}.xml"), str(folder / f"{name}.bin"))


def _embeddings_graph(config: VLMConfig, weights: Weights) -> ov.Model:
    """ids [B, T] to inputs_embeds [B, T, hidden], float32; the table keeps the file's bfloat16."""
    table: Weight = weights.shaped(EMBEDDINGS, config.language.vocab_size, config.language.hidden_size)
    ids = parameter("ids", (-1, -1), ov.Type.i32)
    if table.is_bfloat16:
        bits = ov.Tensor(np.ascontiguousarray(table.stored), list(table.shape), ov.Type.bf16)
        rows = ops.convert(ops.gather(op.Constant(bits, shared_memory=False), ids, integers(0)), "f32")
    else:
        rows = ops.gather(array(table.dense()), ids, integers(0))
    return ov.Model([named(rows, "inputs_embeds")], [ids], "embeddings")
