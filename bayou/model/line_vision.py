"""nano's tower (torch): a line of text, 48 pixels high, to a feature for every 8 pixels of width. Knows no characters.

The network is the backbone and neck of PP-OCRv6-small's recogniser (PaddleOCR, Apache-2.0): an LCNet of
re-parameterised depthwise blocks, which lowers the height to one row, and two transformer blocks that mix along the
line. ``head`` is the recogniser's own classifier; its best path is nano's draft. ``bayou.model.line_vision_import``
reads the published weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bayou.model.config import LineVisionConfig
from bayou.model.line_vision_layout import (
    BLOCKS,
    FINAL_NORM_EPS,
    GATE_REDUCTION,
    LAYER_NORM_EPS,
    LOCAL_REACH,
    POOLING,
    STEM_CHANNELS,
)


class Stem(nn.Module):
    """[B, 3, H, W] → [B, 96, H/4, W/4]: a strided convolution, two parallel paths, a second strided convolution."""

    def __init__(self) -> None:
        super().__init__()
        first, side, second, out = STEM_CHANNELS
        self.conv1 = nn.Conv2d(3, first, 3, stride=2, padding=1)
        self.conv2a = nn.Conv2d(first, side, 2)
        self.conv2b = nn.Conv2d(side, first, 2)
        self.conv3 = nn.Conv2d(2 * first, second, 3, stride=2, padding=1)
        self.conv4 = nn.Conv2d(second, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        # Even kernels at stride 1 keep the size by one row and column of zeros at the end; after a ReLU, zeros are
        # neutral for the maximum too.
        padded = F.pad(x, (0, 1, 0, 1))
        side = F.relu(self.conv2b(F.pad(F.relu(self.conv2a(padded)), (0, 1, 0, 1))))
        x = torch.cat((F.max_pool2d(padded, 2, stride=1), side), dim=1)
        return F.relu(self.conv4(F.relu(self.conv3(x))))


class SqueezeExcite(nn.Module):
    """Scales channels by a gate computed from their means over the whole line."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, channels // GATE_REDUCTION, 1)
        self.expand = nn.Conv2d(channels // GATE_REDUCTION, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.expand(F.relu(self.reduce(x.mean((2, 3), keepdim=True))))
        return x * F.hardsigmoid(gate)


class MixingBlock(nn.Module):
    """Depthwise 3x3 (space), then two pointwise convolutions (channels), residual where the shape stays."""

    def __init__(self, channels: int, out_channels: int, stride: int, gated: bool) -> None:
        super().__init__()
        self.residual = channels == out_channels and stride == 1
        self.depthwise = nn.Conv2d(channels, channels, 3, stride=(stride, 1), padding=1, groups=channels)
        self.gate = SqueezeExcite(channels) if gated else nn.Identity()
        self.fc1 = nn.Conv2d(channels, 2 * channels, 1)
        self.fc2 = nn.Conv2d(2 * channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.gate(self.depthwise(x))
        mixed = self.fc2(F.gelu(self.fc1(x)))
        return x + mixed if self.residual else mixed


class NeckBlock(nn.Module):
    """A pre-norm transformer block along the line, no mask, SiLU inside its MLP."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.fc1 = nn.Linear(width, 2 * width)
        self.fc2 = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each [B, heads, T, head_dim]
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.proj(mixed)
        return x + self.fc2(F.silu(self.fc1(self.norm2(x))))


class Neck(nn.Module):
    """[B, 384, 1, T] → [B, T, 120]: local and global mixing along the line, plus a direct path."""

    def __init__(self, channels: int, config: LineVisionConfig) -> None:
        super().__init__()
        width = config.features
        self.skip = nn.Conv2d(channels, width, 1)
        self.reduce = nn.Conv2d(channels, width, 1)
        self.local = nn.Conv2d(width, width, (1, 2 * LOCAL_REACH + 1), padding=(0, LOCAL_REACH), groups=width)
        self.blocks = nn.ModuleList(
            NeckBlock(width, config.num_attention_heads) for _ in range(config.num_mixing_blocks)
        )
        self.norm = nn.LayerNorm(width, eps=FINAL_NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:
        skip = F.silu(self.skip(x))
        mixed = F.silu(self.reduce(x))
        mixed = mixed + F.silu(self.local(mixed))
        tokens = mixed.squeeze(2).transpose(1, 2)
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens) + skip.squeeze(2).transpose(1, 2)


class LineVision(nn.Module):
    """pixels [B, 3, 48, W], RGB scaled to -1..1, W a multiple of 8 → features [B, W / 8, 120]."""

    def __init__(self, config: LineVisionConfig) -> None:
        super().__init__()
        self.config = config
        self.stem = Stem()
        blocks, channels = [], STEM_CHANNELS[-1]
        for out_channels, stride, gated in BLOCKS:
            blocks.append(MixingBlock(channels, out_channels, stride, gated))
            channels = out_channels
        self.blocks = nn.ModuleList(blocks)
        self.neck = Neck(channels, config)
        self.head = nn.Linear(config.features, config.classes)

    def columns(self, pixels: Tensor) -> Tensor:
        """What the neck mixes: [B, 384, 1, W / 8]."""
        x = self.stem(pixels)
        for block in self.blocks:
            x = block(x)
        return F.avg_pool2d(x, POOLING)

    def forward(self, pixels: Tensor) -> Tensor:
        features: Tensor = self.neck(self.columns(pixels))
        return features
