"""InternViT: square tiles to patch features (needs torch). Knows no pictures' files, grids or decoder.

A pre-norm vision transformer with a class token, learnt positions and a scale on each branch. Parameter names are those
of the released files below ``vision_model.``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from bayou.errors import InputError, ModelError
from bayou.model.config import VisionConfig

INITIAL_STD = 0.02


class Embeddings(nn.Module):
    """Tiles [n, 3, side, side] to [n, 1 + patches, hidden]: the class token, then the patches row by row."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        patches = (config.image_size // config.patch_size) ** 2
        self.class_embedding = nn.Parameter(torch.randn(1, 1, config.hidden_size))
        self.patch_embedding = nn.Conv2d(
            config.num_channels, config.hidden_size, kernel_size=config.patch_size, stride=config.patch_size
        )
        self.position_embedding = nn.Parameter(torch.randn(1, 1 + patches, config.hidden_size))

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.patch_embedding(pixels).flatten(2).transpose(1, 2)
        tokens = torch.cat((self.class_embedding.expand(len(patches), -1, -1), patches), dim=1)
        return tokens + self.position_embedding  # the released code resizes these; at its only tile size, to themselves


class Attention(nn.Module):
    """Self-attention over all tokens of a tile; query, key and value in one matrix, in this order."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.qkv = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=config.qkv_bias)
        self.proj = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        tiles, tokens, hidden = x.shape
        split = self.qkv(x).view(tiles, tokens, 3, self.heads, hidden // self.heads)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)  # each [n, heads, tokens, head size]
        mixed = functional.scaled_dot_product_attention(queries, keys, values)
        projected: Tensor = self.proj(mixed.transpose(1, 2).reshape(tiles, tokens, hidden))
        return projected


class FeedForward(nn.Module):
    """Linear, exact GELU, linear."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.fc2(functional.gelu(self.fc1(x)))
        return projected


class EncoderLayer(nn.Module):
    """Attention, then feed-forward, each after a norm, scaled per channel and added to the stream."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.attn = Attention(config)
        self.mlp = FeedForward(config)
        self.norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.ls1 = nn.Parameter(torch.ones(config.hidden_size))
        self.ls2 = nn.Parameter(torch.ones(config.hidden_size))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.ls1 * self.attn(self.norm1(x))
        stream: Tensor = x + self.ls2 * self.mlp(self.norm2(x))
        return stream


class Encoder(nn.Module):
    """The layers (``vision_model.encoder``)."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.num_hidden_layers))


class VisionModel(nn.Module):
    """InternViT without a final norm.

    Args:
        config: Sizes.
        select_layer: Which stream to return: -1 the last layer's, 0 the embeddings', n that after n layers; negative
            numbers count from the end.

    Raises:
        ModelError: there is no such layer.
    """

    def __init__(self, config: VisionConfig, select_layer: int = -1) -> None:
        super().__init__()
        self.config = config
        streams = config.num_hidden_layers + 1
        if not -streams <= select_layer < streams:
            raise ModelError(f"select_layer {select_layer}: the vision tower has {config.num_hidden_layers} layers")
        self._layers_run = select_layer % streams
        self.recompute = False  # whether a layer's inner values are computed anew when gradients need them
        self.embeddings = Embeddings(config)
        self.encoder = Encoder(config)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                nn.init.normal_(module.weight, std=INITIAL_STD)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, pixels: Tensor) -> Tensor:
        """Patch features [n, patches, hidden] of normalised tiles [n, 3, side, side], the class token dropped.

        Raises:
            InputError: tiles of another size.
        """
        wanted = (self.config.num_channels, self.config.image_size, self.config.image_size)
        if pixels.ndim != 4 or tuple(pixels.shape[1:]) != wanted:
            raise InputError(f"tiles must be [n, {wanted[0]}, {wanted[1]}, {wanted[2]}], not {list(pixels.shape)}")
        stream = self.embeddings(pixels)
        for layer in self.encoder.layers[: self._layers_run]:
            stream = checkpoint(layer, stream, use_reentrant=False) if self.recompute else layer(stream)
        features: Tensor = stream[:, 1:]
        return features
