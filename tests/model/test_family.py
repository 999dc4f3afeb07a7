"""Names, shapes and numbers of parameters of the members, without any weights."""

from __future__ import annotations

import pytest
import torch

from bayou.errors import UsageError
from bayou.model.config import VLMConfig
from bayou.model.family import FAMILY, MISSISSIPPI_2B, MISSISSIPPI_800M, TINY_2B, TINY_800M, member, nano_config
from bayou.model.line_vlm import LineVLM
from bayou.model.released import LINE_TEMPLATE
from bayou.model.vlm import MississippiVLM
from tests.golden_set import read_json

MEMBERS = [
    pytest.param(MISSISSIPPI_800M, "800m", 826_295_808, 493, id="800m"),
    pytest.param(MISSISSIPPI_2B, "2b", 2_152_317_440, 565, id="2b"),
]


@pytest.mark.parametrize(("config", "name", "parameters", "tensors"), MEMBERS)
def test_the_released_members(config: VLMConfig, name: str, parameters: int, tensors: int) -> None:
    with torch.device("meta"):
        state = MississippiVLM(config).state_dict()
    assert {key: list(tensor.shape) for key, tensor in state.items()} == read_json("mississippi-state-dict.json")[name]
    assert sum(tensor.numel() for tensor in state.values()) == parameters
    assert len(state) == tensors


@pytest.mark.parametrize("config", [TINY_800M, TINY_2B])
def test_tiny_members_have_the_same_names_of_two_layers(config: VLMConfig) -> None:
    with torch.device("meta"):
        tiny, large = (set(MississippiVLM(c).state_dict()) for c in (config, MISSISSIPPI_800M))
    assert tiny < large
    assert len(tiny) == 59


def test_members_by_name() -> None:
    assert all(member(name).name == name for name in FAMILY)
    with pytest.raises(UsageError, match=r"800m, 2b, .* and nano"):
        member("3b")


def test_nano_fits_its_package() -> None:
    config = nano_config(400)
    assert config.template == LINE_TEMPLATE
    with torch.device("meta"):
        parameters = sum(parameter.numel() for parameter in LineVLM(config).parameters())
    assert 7_000_000 < parameters < 9_000_000
