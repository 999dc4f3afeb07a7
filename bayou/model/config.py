"""What a member of the family is made of, as frozen values. Knows no torch, no files but ``config.json``'s dictionary.

Field names follow the released ``config.json`` where it has them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """InternViT: square tiles to patch features."""

    hidden_size: int = 1024
    num_hidden_layers: int = 24
    num_attention_heads: int = 16
    intermediate_size: int = 4096
    image_size: int = 448
    patch_size: int = 14
    num_channels: int = 3
    layer_norm_eps: float = 1e-6
    qkv_bias: bool = True


@dataclass(frozen=True, slots=True)
class LineVisionConfig:
    """nano's tower: a text line, 48 pixels high, to one feature for every 8 pixels of width (PP-OCRv6-small)."""

    height: int = 48
    stride: int = 8
    features: int = 120
    classes: int = 18710
    num_attention_heads: int = 8
    num_mixing_blocks: int = 2


@dataclass(frozen=True, slots=True)
class LineVitConfig(LineVisionConfig):
    """nano-vit's tower: InternViT's layers on upright windows of a line, one every ``stride`` pixels.

    ``num_mixing_blocks`` says nothing here.
    """

    classes: int = 439
    num_attention_heads: int = 4
    hidden_size: int = 128
    num_hidden_layers: int = 4
    intermediate_size: int = 512
    patch_height: int = 48
    """A column has ``height / patch_height`` patches, which are folded together after the layers."""
    patch_width: int = 24
    """Wider than the stride: a patch sees a character whole, and neighbours overlap."""
    layer_norm_eps: float = 1e-6


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """A decoder of Danube's shape: Llama's, Mistral's without a window, or Qwen2's, whose q, k and v have biases."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    intermediate_size: int
    vocab_size: int = 32010
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-5
    max_position_embeddings: int = 8192
    model_type: str = "llama"
    tie_word_embeddings: bool = False
    attention_bias: bool = False
    """Whether q, k and v have biases; the output projection has none."""

    @property
    def head_dim(self) -> int:
        return self.hidden_size // self.num_attention_heads


@dataclass(frozen=True, slots=True)
class VLMConfig:
    """A tower, a projector and a decoder, and how images become tiles."""

    vision: VisionConfig | LineVisionConfig | LineVitConfig
    language: LanguageConfig
    name: str = ""
    downsample_ratio: float = 0.5
    ps_version: str = "v2"
    select_layer: int = -1
    min_tiles: int = 1
    max_tiles: int = 6
    use_thumbnail: bool = True
    use_msac: bool = False
    template: str = "h2ogpt2"
    image_token_id: int = 32002
    """``<IMG_CONTEXT>``, the id at every place that a visual token takes. nano has no such id in its vocabulary."""
    end_token_id: int = 32009
    """``<|end|>``, after which the released ``chat()`` stops."""
