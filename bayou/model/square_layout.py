"""Names and shapes of every tensor of a member with square tiles. Knows configurations; no files, numbers or torch.

The names are the released checkpoints' own. A test holds this list equal to the network's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bayou.errors import ModelError
from bayou.model.config import LanguageConfig, VisionConfig, VLMConfig

Shape = tuple[int, ...]
TOWER, PROJECTOR, DECODER = "vision_model.", "mlp1.", "language_model."
EMBEDDINGS, OUTPUT = DECODER + "model.embed_tokens.weight", DECODER + "lm_head.weight"
_NAMES_SHOWN = 5


def tensor_shapes(config: VLMConfig) -> dict[str, Shape]:
    """What a checkpoint of this configuration holds, by name: tower, projector, decoder.

    Raises:
        ModelError: The configuration's tower is not one for square tiles.
    """
    vision = config.vision
    if not isinstance(vision, VisionConfig):
        raise ModelError(f"{config.name or 'this model'} has no tower for square tiles")
    shapes = {TOWER + name: shape for name, shape in _tower(vision)}
    fold = round(1 / config.downsample_ratio)
    wide, hidden = vision.hidden_size * fold * fold, config.language.hidden_size
    for place, shape in (("0", (wide,)), ("1", (hidden, wide)), ("3", (hidden, hidden))):
        shapes |= {f"{PROJECTOR}{place}.weight": shape, f"{PROJECTOR}{place}.bias": shape[:1]}
    return shapes | {DECODER + name: shape for name, shape in _decoder(config.language)}


def _tower(vision: VisionConfig) -> Iterator[tuple[str, Shape]]:
    hidden, inner, patch = vision.hidden_size, vision.intermediate_size, vision.patch_size
    patches = (vision.image_size // patch) ** 2
    yield "embeddings.class_embedding", (1, 1, hidden)
    yield "embeddings.position_embedding", (1, 1 + patches, hidden)
    yield "embeddings.patch_embedding.weight", (hidden, vision.num_channels, patch, patch)
    yield "embeddings.patch_embedding.bias", (hidden,)
    for layer in range(vision.num_hidden_layers):
        name = f"encoder.layers.{layer}"
        yield from ((f"{name}.{part}", (hidden,)) for part in ("ls1", "ls2"))
        yield from ((f"{name}.{norm}.{part}", (hidden,)) for norm in ("norm1", "norm2") for part in ("weight", "bias"))
        sizes = {"attn.qkv": (3 * hidden, hidden), "attn.proj": (hidden, hidden)}
        for part, shape in (sizes | {"mlp.fc1": (inner, hidden), "mlp.fc2": (hidden, inner)}).items():
            yield f"{name}.{part}.weight", shape
            if part != "attn.qkv" or vision.qkv_bias:
                yield f"{name}.{part}.bias", shape[:1]


def _decoder(language: LanguageConfig) -> Iterator[tuple[str, Shape]]:
    hidden, inner = language.hidden_size, language.intermediate_size
    wide = language.num_attention_heads * language.head_dim
    narrow = language.num_key_value_heads * language.head_dim
    yield "model.embed_tokens.weight", (language.vocab_size, hidden)
    for layer in range(language.num_hidden_layers):
        name = f"model.layers.{layer}"
        yield from ((f"{name}.{part}.weight", (hidden,)) for part in ("input_layernorm", "post_attention_layernorm"))
        yield from ((f"{name}.self_attn.{part}_proj.weight", (narrow, hidden)) for part in "kv")
        yield f"{name}.self_attn.q_proj.weight", (wide, hidden)
        if language.attention_bias:
            yield from ((f"{name}.self_attn.{part}_proj.bias", (narrow,)) for part in "kv")
            yield f"{name}.self_attn.q_proj.bias", (wide,)
        yield f"{name}.self_attn.o_proj.weight", (hidden, wide)
        yield from ((f"{name}.mlp.{part}_proj.weight", (inner, hidden)) for part in ("gate", "up"))
        yield f"{name}.mlp.down_proj.weight", (hidden, inner)
    yield "model.norm.weight", (hidden,)
    if not language.tie_word_embeddings:
        yield "lm_head.weight", (language.vocab_size, hidden)


def check_shapes(expected: Mapping[str, Shape], found: Mapping[str, Shape], source: str | None = None) -> None:
    """Compare names and shapes.

    Raises:
        ModelError: They are not the same; the first few names of each kind of difference are in the message.
    """
    wrong = [
        f"{name} {list(found[name])} instead of {list(shape)}"
        for name, shape in expected.items()
        if name in found and found[name] != shape
    ]
    kinds = {
        "missing": sorted(set(expected) - set(found)),
        "unexpected": sorted(set(found) - set(expected)),
        "misshaped": sorted(wrong),
    }
    problems = [f"{len(names)} {kind}: {_shown(names)}" for kind, names in kinds.items() if names]
    if problems:
        raise ModelError("the weights are not this model's: " + "; ".join(problems), source)


def _shown(names: list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
