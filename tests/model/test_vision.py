"""InternViT: shapes, which layer is taken, what is refused. Numbers are in tests/parity."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from bayou.errors import InputError, ModelError
from bayou.model.config import VisionConfig
from bayou.model.vision import VisionModel

CONFIG = VisionConfig(
    hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32, image_size=56, patch_size=14
)
LAYER_TOLERANCE = 1e-6


def model(select_layer: int = -1) -> VisionModel:
    torch.manual_seed(0)
    return VisionModel(CONFIG, select_layer).eval().requires_grad_(False)


def test_patches_without_the_class_token() -> None:
    assert model()(torch.zeros(2, 3, 56, 56)).shape == (2, 16, 16)


def test_tiles_do_not_see_each_other() -> None:
    pixels = torch.randn(3, 3, 56, 56, generator=torch.Generator().manual_seed(1))
    together, tower = model()(pixels), model()
    alone = torch.cat([tower(tile[None]) for tile in pixels])
    torch.testing.assert_close(together, alone, rtol=0, atol=LAYER_TOLERANCE)


@pytest.mark.parametrize(("select", "same"), [(-1, 3), (-4, 0), (-2, 2)])
def test_layers_counted_from_the_end(select: int, same: int) -> None:
    pixels = torch.randn(1, 3, 56, 56, generator=torch.Generator().manual_seed(1))
    assert torch.equal(model(select)(pixels), model(same)(pixels))
    assert not torch.equal(model(same)(pixels), model((same + 1) % 4)(pixels))


def test_layer_zero_is_the_embeddings() -> None:
    tower = model(0)
    pixels = torch.randn(1, 3, 56, 56, generator=torch.Generator().manual_seed(1))
    assert torch.equal(tower(pixels), tower.embeddings(pixels)[:, 1:])


def test_patches_are_read_row_by_row() -> None:
    pixels = torch.zeros(1, 3, 56, 56)
    pixels[:, :, 14:28, 42:] = 1  # second row, last column
    difference = (model(0)(pixels) - model(0)(torch.zeros_like(pixels)))[0].abs().sum(dim=1)
    assert difference.nonzero().flatten().tolist() == [7]


@pytest.mark.parametrize("select", [4, -5])
def test_a_layer_that_is_not_there_is_refused(select: int) -> None:
    with pytest.raises(ModelError, match="select_layer"):
        model(select)


@pytest.mark.parametrize("shape", [(1, 3, 56, 70), (1, 1, 56, 56), (3, 56, 56)])
def test_tiles_of_another_size_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="tiles"):
        model()(torch.zeros(shape))


def test_without_query_and_key_bias() -> None:
    tower = VisionModel(dataclasses.replace(CONFIG, qkv_bias=False))
    assert "encoder.layers.0.attn.qkv.bias" not in tower.state_dict()
