"""Weights in and out: whole or not at all, with names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from bayou.errors import ModelError, OutputError
from bayou.model.weights import load_model, load_weights, save_weights
from tests.golden_set import golden

NORM = "language_model.model.norm.weight"
HEAD = "language_model.lm_head.weight"

Tensors = dict[str, Tensor]


@pytest.fixture(scope="module")
def tensors() -> Tensors:
    return load_file(golden("tiny-800m") / "model.safetensors")


def folder_with(folder: Path, tensors: Tensors) -> Path:
    shutil.copy(golden("tiny-800m") / "config.json", folder)
    save_file(tensors, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_every_tensor_arrives(tensors: Tensors, dtype: torch.dtype) -> None:
    state = load_model(golden("tiny-800m"), dtype).state_dict()
    assert state.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert state[name].dtype == dtype
        assert torch.equal(state[name].float(), tensor.float()), name


def test_saved_as_released_and_loaded_again(tensors: Tensors, tmp_path: Path) -> None:
    model = load_model(golden("tiny-800m"))
    save_weights(model, tmp_path / "model.safetensors")
    again = load_file(tmp_path / "model.safetensors")
    assert again.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert again[name].dtype == torch.bfloat16
        assert torch.equal(again[name], tensor), name
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


def test_float32_is_kept_where_asked(tmp_path: Path) -> None:
    layer = torch.nn.Linear(3, 2)
    save_weights(layer, tmp_path / "w.safetensors", torch.float32)
    other = torch.nn.Linear(3, 2)
    load_weights(other, tmp_path / "w.safetensors")
    assert torch.equal(layer.weight, other.weight)
    assert other.weight.dtype == torch.float32


def drop(tensors: Tensors) -> None:
    del tensors[NORM]


def add(tensors: Tensors) -> None:
    tensors["vision_model.encoder.layers.2.ls1"] = torch.ones(64)


def reshape(tensors: Tensors) -> None:
    tensors[HEAD] = tensors[HEAD][:-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop, rf"1 missing: {NORM}"),
        (add, r"1 unexpected: vision_model\.encoder\.layers\.2\.ls1"),
        (reshape, rf"1 misshaped: {HEAD} \[32009, 64\] instead of \[32010, 64\]"),
    ],
)
def test_other_tensors_are_refused_by_name(
    tensors: Tensors, change: Callable[[Tensors], None], said: str, tmp_path: Path
) -> None:
    changed = {name: tensor.contiguous() for name, tensor in tensors.items()}
    change(changed)
    with pytest.raises(ModelError, match=said):
        load_model(folder_with(tmp_path, {name: tensor.contiguous() for name, tensor in changed.items()}))


def test_many_differences_are_counted(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"59 missing: .* and 54 more; 1 unexpected: x"):
        load_model(folder_with(tmp_path, {"x": torch.zeros(1)}))


@pytest.mark.parametrize("keep", [0, 4, 1000, -1])
def test_a_truncated_file_is_refused(keep: int, tmp_path: Path) -> None:
    shutil.copy(golden("tiny-800m") / "config.json", tmp_path)
    content = (golden("tiny-800m") / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(content[:keep])
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        load_model(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    shutil.copy(golden("tiny-800m") / "config.json", tmp_path)
    with pytest.raises(ModelError, match="no such file"):
        load_model(tmp_path)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="can't write"):
        save_weights(torch.nn.Linear(1, 1), tmp_path / "no" / "such" / "folder" / "w.safetensors")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="can't write"):
        save_weights(torch.nn.Linear(1, 1), tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
