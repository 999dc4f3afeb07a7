"""Pixel shuffle in closed form, and the projector's shape."""

from __future__ import annotations

import pytest
import torch

from bayou.errors import ModelError
from bayou.model.projector import Projector, pixel_shuffle


def test_each_channel_block_is_one_corner() -> None:
    """Output channel (2 dr + dc) C + c of token (i, j) is the input at row 2 i + dr, column 2 j + dc, channel c."""
    side, channels = 6, 3
    grid = torch.arange(2 * side * side * channels).reshape(2, side, side, channels)
    found = pixel_shuffle(grid.flatten(1, 2))
    assert found.shape == (2, 9, 12)
    for i in range(3):
        for j in range(3):
            for down in range(2):
                for right in range(2):
                    block = (2 * down + right) * channels
                    expected = grid[:, 2 * i + down, 2 * j + right]
                    assert torch.equal(found[:, 3 * i + j, block : block + channels], expected)


def test_version_one_is_the_transposed_order() -> None:
    features = torch.randn(1, 36, 3)
    first = pixel_shuffle(features, version="v1").reshape(3, 3, 12)
    second = pixel_shuffle(features, version="v2").reshape(3, 3, 12)
    assert torch.equal(first, second.transpose(0, 1))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("patches", [35, 25])
def test_what_does_not_fold_is_refused(patches: int) -> None:
    with pytest.raises(ModelError, match="fold"):
        pixel_shuffle(torch.zeros(1, patches, 3))


def test_names_and_sizes() -> None:
    projector = Projector(12, 5)
    assert {name: tuple(tensor.shape) for name, tensor in projector.state_dict().items()} == {
        "0.weight": (12,),
        "0.bias": (12,),
        "1.weight": (5, 12),
        "1.bias": (5,),
        "3.weight": (5, 5),
        "3.bias": (5,),
    }
    assert projector(torch.zeros(2, 9, 12)).shape == (2, 9, 5)
