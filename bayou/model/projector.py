"""Pixel shuffle and MLP: InternViT's patch features to visual tokens (needs torch). Knows no pictures, no decoder."""

from __future__ import annotations

from torch import Tensor, nn

from bayou.errors import ModelError

_LAYER_NORM_EPS = 1e-5  # torch's default, which the released code takes; the tower's own is 1e-6


def pixel_shuffle(features: Tensor, ratio: float = 0.5, version: str = "v2") -> Tensor:
    """Fold squares of neighbouring patches into one token each.

    Args:
        features: [tiles, rows x columns, C], a square of patches row by row.
        ratio: 1 / (patches on a side of the folded square).
        version: "v2": tokens row by row; "v1": column by column, as a mistake in older releases had it.

    Returns:
        [tiles, rows x columns x ratio^2, C / ratio^2]; for a square of 2 the channels are those of its top left, top
        right, bottom left and bottom right patch.
    """
    tiles, patches, channels = features.shape
    side, fold = round(patches**0.5), round(1 / ratio)
    new_side = side // fold
    if side * side != patches or new_side * fold != side:
        raise ModelError(f"{patches} patches are no square that folds by {fold}")
    squares = features.reshape(tiles, new_side, fold, new_side, fold, channels)
    order = (0, 1, 3, 2, 4, 5) if version == "v2" else (0, 3, 1, 2, 4, 5)
    return squares.permute(order).reshape(tiles, new_side * new_side, fold * fold * channels)


class Projector(nn.Sequential):
    """LayerNorm, linear, exact GELU, linear: folded features [..., 4 C] to visual tokens [..., hidden]."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__(
            nn.LayerNorm(features, eps=_LAYER_NORM_EPS),
            nn.Linear(features, hidden),
            nn.GELU(),
            nn.Linear(hidden, hidden),
        )

    def forward(self, features: Tensor) -> Tensor:
        tokens: Tensor = super().forward(features)
        return tokens
