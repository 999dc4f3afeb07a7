"""The family's members as named configurations. Knows sizes; no weights, files or torch."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from bayou.errors import UsageError
from bayou.model.config import LanguageConfig, LineVisionConfig, LineVitConfig, VisionConfig, VLMConfig
from bayou.model.released import LINE_TEMPLATE

# H2O-Danube3-500m-chat behind InternViT-300M-448px: h2oai/h2ovl-mississippi-800m.
MISSISSIPPI_800M = VLMConfig(
    vision=VisionConfig(),
    language=LanguageConfig(
        hidden_size=1536,
        num_hidden_layers=16,
        num_attention_heads=16,
        num_key_value_heads=8,
        intermediate_size=4096,
        rope_theta=100000.0,
    ),
    name="800m",
)

# H2O-Danube2-1.8b-chat behind the same tower: h2oai/h2ovl-mississippi-2b.
MISSISSIPPI_2B = VLMConfig(
    vision=VisionConfig(),
    language=LanguageConfig(
        hidden_size=2560,
        num_hidden_layers=24,
        num_attention_heads=32,
        num_key_value_heads=8,
        intermediate_size=6912,
        model_type="mistral",
    ),
    name="2b",
    use_msac=True,
)

# For tests: the released format and vocabulary, everything else small.
_TINY_VISION = VisionConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128)
TINY_800M = VLMConfig(
    vision=_TINY_VISION,
    language=LanguageConfig(
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=128,
        rope_theta=100000.0,
    ),
    name="tiny-800m",
)
TINY_2B = VLMConfig(
    vision=_TINY_VISION,
    language=LanguageConfig(
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=128,
        model_type="mistral",
    ),
    name="tiny-2b",
    use_msac=True,
)


def nano_config(vocab_size: int) -> VLMConfig:
    """nano: PP-OCRv6-small's tower and a decoder of characters.

    Args:
        vocab_size: Ids of its character vocabulary, the four specials included.
    """
    language = LanguageConfig(
        hidden_size=256,
        num_hidden_layers=3,
        num_attention_heads=8,
        num_key_value_heads=4,
        intermediate_size=704,
        vocab_size=vocab_size,
        max_position_embeddings=512,
    )
    return VLMConfig(vision=LineVisionConfig(), language=language, name="nano", max_tiles=1, template=LINE_TEMPLATE)


def nano_vit_config(vocab_size: int, classes: int) -> VLMConfig:
    """nano-vit, trained for comparison alone: nano's decoder behind a small InternViT that begins from nothing.

    Args:
        classes: Of its character head, the blank included.
    """
    return replace(nano_config(vocab_size), vision=LineVitConfig(classes=classes), name="nano-vit")


FAMILY = MappingProxyType({config.name: config for config in (MISSISSIPPI_800M, MISSISSIPPI_2B, TINY_800M, TINY_2B)})


def member(name: str) -> VLMConfig:
    """A member of the family by name (nano's size depends on its vocabulary: ``nano_config``).

    Raises:
        UsageError: there is no member of this name.
    """
    if name not in FAMILY:
        raise UsageError(f"no member of the family is called {name!r}; there are {', '.join(FAMILY)} and nano")
    return FAMILY[name]
