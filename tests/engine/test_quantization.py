"""Weights in 8 bits: what rounding may cost, and files there and back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save_file

from bayou.engine.quantization import quantise, quantise_rows, read_weights, write_weights
from bayou.engine.weight_files import Weight, Weights, read_tensors
from bayou.errors import ModelError, OutputError

QUANTISED_STEP_BOUND = 0.51
RANDOM = np.random.default_rng(5)


@given(hnp.arrays(np.float32, (3, 7), elements=st.floats(-1000, 1000, width=32)))
def test_a_number_moves_by_at_most_half_a_step(weight: np.ndarray) -> None:
    quantised = quantise_rows(weight)
    step = quantised.row_scale
    assert (np.abs(quantised.dense() - weight) <= QUANTISED_STEP_BOUND * step).all()
    largest = np.abs(weight).max(axis=1, keepdims=True)
    # Below float16's normal numbers a scale is coarse, and only its absolute size matters.
    assert (step <= largest / 127 * 1.002 + 2.0**-23 + (largest == 0)).all()


def test_rows_are_converted_alone() -> None:
    weight = RANDOM.normal(size=(50, 4, 3)).astype(np.float32)
    for stored in (Weight(weight), quantise_rows(weight), Weight(weight.astype(np.float16))):
        ids = np.array([[3, 0], [49, 3]])
        assert np.array_equal(stored.rows(ids), stored.dense()[ids])


def test_a_file_there_and_back(tmp_path: Path) -> None:
    tensors = {
        "a.weight": RANDOM.normal(size=(64, 64)).astype(np.float32),
        "a.bias": RANDOM.normal(size=(64,)).astype(np.float32),
        "conv.weight": RANDOM.normal(size=(32, 16, 3, 3)).astype(np.float32),
        "depthwise.weight": RANDOM.normal(size=(64, 1, 3, 3)).astype(np.float32),
    }
    weights = quantise(tensors)
    write_weights(weights, tmp_path / "model.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["model.safetensors"]
    read = read_weights(tmp_path / "model.safetensors")
    assert set(read) == set(tensors)
    for name, weight in read.items():
        assert np.array_equal(weight.dense(), weights[name].dense())
        assert (weight.scale is not None) == (name == "a.weight")
        assert weight.shape == tensors[name].shape


def test_bfloat16_is_its_upper_bits(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    save_torch = pytest.importorskip("safetensors.torch").save_file
    tensor = torch.randn(5, 3, dtype=torch.float32).to(torch.bfloat16)
    save_torch({"odd": torch.zeros(3, dtype=torch.int8), "x": tensor}, tmp_path / "m.safetensors")
    read = read_tensors(tmp_path / "m.safetensors")["x"]
    assert read.is_bfloat16
    assert np.array_equal(read.dense(), tensor.float().numpy())


def test_leftovers_and_wrong_shapes_are_refused() -> None:
    weights = Weights({"a": Weight(np.zeros((2, 3), np.float32)), "b": Weight(np.zeros(1, np.float32))}, "model")
    with pytest.raises(ModelError, match=r"model: 'a' has shape \[2, 3\], not \[3, 2\]"):
        weights.shaped("a", 3, 2)
    with pytest.raises(ModelError, match="lack 'c'"):
        weights["c"]
    with pytest.raises(ModelError, match="1 tensors are not this model's: b"):
        weights.check_all_used()
    assert weights.shaped("b", 1).shape == (1,)
    weights.check_all_used()


def test_broken_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    with pytest.raises(ModelError, match="can't read"):
        read_weights(file)
    for content in (b"", b"hello, this is no model at all", b"\x10" + bytes(7) + b"{}"):
        file.write_bytes(content)
        with pytest.raises(ModelError, match="safetensors"):
            read_weights(file)
    for entry in (
        5,
        {"dtype": "F32", "shape": [1]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": ["0", "4"]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0.0, 4.0]},
        {"dtype": "F32", "shape": [2**32, 2**32], "data_offsets": [0, 0]},
    ):
        header = json.dumps({"a": entry}).encode()
        file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
        with pytest.raises(ModelError, match="'a'"):
            read_weights(file)
    file.write_bytes((100000).to_bytes(8, "little") + b"[" * 100000)
    with pytest.raises(ModelError, match="safetensors"):
        read_weights(file)
    save_file({"a": np.zeros((4, 4), np.int8)}, file)
    with pytest.raises(ModelError, match="no float16 scale"):
        read_weights(file)
    save_file({"a": np.zeros((4, 4), np.float32)}, file)
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(ModelError, match="truncated"):
        read_weights(file)


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="can't write"):
        write_weights(Weights({}), tmp_path / "absent" / "model.safetensors")
    for bad in (np.nan, np.inf, 1e6):
        with pytest.raises(ModelError, match="float16"):
            quantise({"a": np.array([bad], dtype=np.float32)})
