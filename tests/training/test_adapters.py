"""Adapters change nothing at first, merge to what they stood for, and go through PEFT's format and back."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bayou.errors import ModelError
from bayou.model.family import member
from bayou.model.vlm import MississippiVLM
from bayou.training.adapters import (
    CONFIG_FILE,
    AdapterSettings,
    adapters,
    add_adapters,
    load_adapters,
    merge_adapters,
    merged_state,
    save_adapters,
)

MERGED_TOLERANCE = 1e-6
KINDS = pytest.mark.parametrize("dora", [False, True], ids=["lora", "dora"])


class Small(nn.Module):
    """A convolution, one in groups, and linear layers."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(3, 6, 3, padding=1)
        self.grouped = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.inner = nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.Linear(8, 5))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.inner(self.grouped(functional.gelu(self.conv(x))).mean((2, 3)))
        return found


INPUT = torch.linspace(-1, 1, 2 * 3 * 16).view(2, 3, 4, 4)


def taught(dora: bool) -> tuple[Small, AdapterSettings]:
    """With adapters that no longer stand for nothing."""
    model, settings = Small(), AdapterSettings(rank=4, alpha=8, dora=dora)
    add_adapters([model], settings)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    for _ in range(5):
        optimizer.zero_grad()
        (model(INPUT) - 1).square().mean().backward()
        optimizer.step()
    return model, settings


@KINDS
def test_at_first_nothing_changes(dora: bool) -> None:
    plain = Small()(INPUT)
    model = Small()
    add_adapters([model], AdapterSettings(dora=dora))
    assert (model(INPUT) - plain).abs().max() < MERGED_TOLERANCE
    assert [name for name, _, _ in adapters(model)] == ["conv", "inner.0", "inner.2"]


@KINDS
def test_only_adapters_learn_and_all_of_them_do(dora: bool) -> None:
    model, _ = taught(dora)
    before = Small().state_dict()
    assert {n for n, p in model.named_parameters() if p.requires_grad} == {
        f"{layer}.parametrizations.weight.0.{part}"
        for layer in ("conv", "inner.0", "inner.2")
        for part in ("down", "up", *(["magnitude"] if dora else []))
    }
    state = model.state_dict()
    for name in ("conv", "inner.0", "inner.2"):
        assert torch.equal(state[f"{name}.parametrizations.weight.original"], before[f"{name}.weight"])
    assert torch.equal(state["grouped.weight"], before["grouped.weight"])
    assert all(adapter.up.abs().sum() > 0 for _, _, adapter in adapters(model))


@KINDS
def test_merged_equals_unmerged(dora: bool) -> None:
    model, _ = taught(dora)
    with torch.no_grad():
        expected = model(INPUT)
        state = merged_state(model)
        merge_adapters(model)
        assert (model(INPUT) - expected).abs().max() < MERGED_TOLERANCE
    assert not list(adapters(model))
    assert state.keys() == model.state_dict().keys() == Small().state_dict().keys()
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert not torch.equal(state["inner.0.weight"], Small().inner[0].weight)


def test_half_precision_around_does_not_round_what_is_merged() -> None:
    model, _ = taught(False)
    with torch.autocast("cpu", torch.bfloat16):
        inside = model.conv.weight.clone()
    assert torch.equal(inside, model.conv.weight)


@KINDS
def test_through_files_and_back(dora: bool, tmp_path: Path) -> None:
    model, settings = taught(dora)
    save_adapters(model, settings, tmp_path, "some/model")
    again = Small()
    assert load_adapters(again, tmp_path) == settings
    assert torch.equal(again(INPUT), model(INPUT))


def _no_config(folder: Path) -> None:
    (folder / CONFIG_FILE).unlink()


def _another_kind(folder: Path) -> None:
    (folder / CONFIG_FILE).write_text('{"peft_type": "IA3"}')


def _another_rank(folder: Path) -> None:
    config = json.loads((folder / CONFIG_FILE).read_text())
    (folder / CONFIG_FILE).write_text(json.dumps({**config, "r": 3}))


def _torn(folder: Path) -> None:
    (folder / "adapter_model.safetensors").write_bytes(b"torn")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_no_config, "can't be read"),
        (_another_kind, "not the configuration of LoRA"),
        (_another_rank, "incomplete or of another shape"),
        (_torn, "not a whole file of adapters"),
    ],
)
def test_wrong_files_are_named(harm: Callable[[Path], None], said: str, tmp_path: Path) -> None:
    model, settings = taught(False)
    save_adapters(model, settings, tmp_path, "some/model")
    harm(tmp_path)
    with pytest.raises(ModelError, match=said):
        load_adapters(Small(), tmp_path)


def test_adapters_for_another_network_are_refused(tmp_path: Path) -> None:
    model, settings = taught(False)
    save_adapters(model, settings, tmp_path, "some/model")
    with pytest.raises(ModelError, match="the network has no matrix"):
        load_adapters(nn.Sequential(nn.Linear(2, 2)), tmp_path)


def test_a_whole_members_decoder_can_be_adapted() -> None:
    torch.manual_seed(0)
    model = MississippiVLM(member("tiny-800m"))
    plain = {name: value.clone() for name, value in model.state_dict().items()}
    add_adapters([model.language_model], AdapterSettings(rank=2))
    ids = torch.arange(6)[None]
    hidden = model.language_model.embed(ids)
    assert hidden.shape[1] == 6
    merge_adapters(model)
    assert all(torch.equal(value, plain[name]) for name, value in model.state_dict().items())


@KINDS
@pytest.mark.skipif(importlib.util.find_spec("peft") is None, reason="peft is not installed")
def test_peft_reads_what_is_saved(dora: bool, tmp_path: Path) -> None:
    import peft  # type: ignore[import-not-found, unused-ignore]

    model, settings = taught(dora)
    save_adapters(model, settings, tmp_path, "some/model")
    theirs = peft.PeftModel.from_pretrained(Small(), str(tmp_path))
    assert (theirs(INPUT) - model(INPUT)).abs().max() < MERGED_TOLERANCE
