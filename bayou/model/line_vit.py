"""nano-vit's tower (torch): a line through InternViT's layers to a feature for every 8 pixels. Knows no characters.

It stands where ``bayou.model.line_vision`` does, to measure what nano's imported tower is worth. Patches are windows of
the line, folded to one feature a column as pixel shuffle folds the squares of a tile.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from bayou.model.config import LineVitConfig, VisionConfig
from bayou.model.vision import INITIAL_STD, Encoder

_LONGEST_WAVE = 1000.0
"""Columns: more than any line has, so that every place is told apart."""


def column_places(columns: int, width: int) -> Tensor:
    """Where each column stands, as sines and cosines, [columns, width]: a line may be of any length."""
    rates = torch.exp(torch.arange(width // 2) * (-math.log(_LONGEST_WAVE) / (width // 2)))
    angles = torch.arange(columns)[:, None] * rates
    return torch.cat((angles.sin(), angles.cos()), dim=-1)


class LineVit(nn.Module):
    """pixels [B, 3, 48, W], RGB scaled to -1..1, W a multiple of 8 → features [B, W / 8, features]."""

    def __init__(self, config: LineVitConfig) -> None:
        super().__init__()
        self.config = config
        width, rows = config.hidden_size, config.height // config.patch_height
        layers = VisionConfig(
            hidden_size=width,
            num_hidden_layers=config.num_hidden_layers,
            num_attention_heads=config.num_attention_heads,
            intermediate_size=config.intermediate_size,
            layer_norm_eps=config.layer_norm_eps,
        )
        self.patch_embedding = nn.Conv2d(
            layers.num_channels,
            width,
            (config.patch_height, config.patch_width),
            stride=(config.patch_height, config.stride),
            padding=(0, (config.patch_width - config.stride) // 2),
        )
        self.row_embedding = nn.Parameter(torch.randn(rows, width) * INITIAL_STD)
        self.encoder = Encoder(layers)
        for module in self.encoder.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=INITIAL_STD)
                nn.init.zeros_(module.bias)
        self.neck = nn.Sequential(
            nn.Linear(rows * width, config.features), nn.LayerNorm(config.features, eps=config.layer_norm_eps)
        )
        self.head = nn.Linear(config.features, config.classes)

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.patch_embedding(pixels)  # [B, width, rows, T]
        batch, width, rows, columns = patches.shape
        places = column_places(columns, width).to(patches)
        stream = patches.permute(0, 2, 3, 1) + places + self.row_embedding[:, None]
        stream = stream.reshape(batch, rows * columns, width)
        for layer in self.encoder.layers:
            stream = layer(stream)
        by_column = stream.view(batch, rows, columns, width).transpose(1, 2).flatten(2)
        features: Tensor = self.neck(by_column)
        return features
