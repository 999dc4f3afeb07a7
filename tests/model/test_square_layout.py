"""The list of tensors against the network itself (test_family holds that equal to the released)."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from bayou.errors import ModelError
from bayou.model.config import VLMConfig
from bayou.model.family import MISSISSIPPI_2B, MISSISSIPPI_800M, TINY_2B, TINY_800M, nano_config
from bayou.model.square_layout import tensor_shapes
from bayou.model.vlm import MississippiVLM

TIED = dataclasses.replace(TINY_2B, language=dataclasses.replace(TINY_2B.language, tie_word_embeddings=True))


@pytest.mark.parametrize("config", [MISSISSIPPI_800M, MISSISSIPPI_2B, TINY_800M, TINY_2B, TIED])
def test_the_list_is_the_networks(config: VLMConfig) -> None:
    with torch.device("meta"):
        network = MississippiVLM(config)
    assert tensor_shapes(config) == {name: tuple(t.shape) for name, t in network.state_dict().items()}


def test_a_tower_for_lines_has_another_layout() -> None:
    with pytest.raises(ModelError, match="square tiles"):
        tensor_shapes(nano_config(300))
