"""Weights in 4 bits: what rounding may cost, and the same numbers in OpenVINO's graph."""

from __future__ import annotations

import numpy as np
import openvino as ov
import pytest

from bayou.engine.quantization import quantise_groups, quantise_rows, rounded
from bayou.engine.runtimes.openvino_graph import matrix, named
from bayou.engine.runtimes.openvino_settings import decoder_properties
from bayou.engine.weight_files import Weight

FOUR_BIT_STEP_BOUND = 1.01
FOUR_BIT_ERROR_BOUND = 0.0095
GRAPH_WEIGHT_TOLERANCE = 1e-3

RANDOM = np.random.default_rng(8)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize(("columns", "size"), [(1536, 128), (2560, 128), (6912, 128), (192, 64), (96, 32)])
def test_groups_are_near_their_weights(columns: int, size: int) -> None:
    weight = normal(40, columns)
    made = quantise_groups(weight)
    assert made.scale is not None and made.zero is not None
    assert made.scale.shape == made.zero.shape == (40, columns // size)
    assert made.stored.max() <= 15 and made.stored.dtype == made.zero.dtype == np.uint8
    error = np.square(made.dense() - weight).mean() / np.square(weight).mean()
    assert error < FOUR_BIT_ERROR_BOUND


def test_weights_within_the_span_are_within_a_step() -> None:
    """Rounding moves a weight by at most half a step, and the zero, itself rounded, by another half."""
    weight = RANDOM.uniform(-1, 3, size=(8, 256)).astype(np.float32)
    made = quantise_groups(weight)
    step = np.repeat(made.scale.astype(np.float32), 128, axis=1)
    inside = (made.stored > 0) & (made.stored < 15)
    assert (np.abs(made.dense() - weight)[inside] <= FOUR_BIT_STEP_BOUND * step[inside] / 2).all()


def test_zeros_and_one_sided_groups() -> None:
    weight = np.concatenate([np.zeros((2, 128)), np.full((2, 128), 3.0), np.full((2, 128), -3.0)]).astype(np.float32)
    found = quantise_groups(weight).dense()
    assert np.array_equal(found[:2], weight[:2])
    assert (np.abs(found[2:] - weight[2:]) < 0.01).all()


def test_a_row_that_no_group_divides_is_in_8_bits() -> None:
    made = quantise_groups(normal(70, 60))
    assert made.zero is None and made.stored.dtype == np.int8


def test_some_rows_of_groups() -> None:
    made = quantise_groups(normal(50, 256))
    ids = np.array([[3, 0], [49, 3]])
    assert np.array_equal(made.rows(ids), made.dense()[ids])
    assert np.array_equal(made.rows(slice(4, 9)), made.dense()[4:9])


def test_which_tensors_are_rounded_and_how() -> None:
    weight = Weight(normal(64, 128))
    kinds = {
        "language_model.model.layers.0.mlp.up_proj.weight": {"int4": np.uint8, "int8": np.int8},
        "language_model.lm_head.weight": {"int4": np.int8, "int8": np.int8},
        "language_model.model.embed_tokens.weight": {},
        "vision_model.encoder.layers.0.mlp.fc1.weight": {},
    }
    for name, expected in kinds.items():
        for precision in ("float32", "bf16", "int8", "int4"):
            assert rounded(name, weight, precision).stored.dtype == expected.get(precision, np.float32)
    done = quantise_rows(weight.dense())
    assert rounded("language_model.lm_head.weight", done, "int8") is done


@pytest.mark.parametrize("rows", [3, 64])
@pytest.mark.parametrize("make", [quantise_rows, quantise_groups])
def test_the_graph_has_the_same_weights(rows: int, make: object) -> None:
    made = make(normal(rows, 256))
    model = ov.Model([named(matrix(made, "rounded"), "w")], [], "weights")
    compiled = ov.Core().compile_model(model, "CPU", decoder_properties("float32", 1))
    np.testing.assert_allclose(compiled({})["w"], made.dense(), rtol=0, atol=GRAPH_WEIGHT_TOLERANCE)
