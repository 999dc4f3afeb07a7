"""``config.json`` of a checkpoint, Mississippi's, InternVL's or nano's, to a ``VLMConfig``. Knows names; no tensors.

A setting that the network here does not have is refused by name, so that no checkpoint is run as something it is not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from bayou.config import SettingsError, from_dict
from bayou.errors import ModelError
from bayou.model.config import LanguageConfig, LineVisionConfig, LineVitConfig, VisionConfig, VLMConfig

RELEASED_TYPE = "h2ovl_chat"
INTERNVL_TYPE = "internvl_chat"
"""InternVL 2, 2.5 and 3 of 1B, and 3 of 2B: the same tower and projector. Not the folders named -hf, laid out anew."""
NANO_TYPE = "bayou_nano"
TOKENIZER_FILE = "tokenizer_config.json"
IMAGE_TOKEN = "<IMG_CONTEXT>"
RELEASED_TEMPLATE = "h2ogpt2"
LINE_TEMPLATE = "line"
"""nano's template: one picture of a line and no text."""

_T = TypeVar("_T")
_REQUIRED: Any = object()

# What the network is built for; the value beside it is what a missing field means in the released code.
_TOP_LEVEL = {
    "downsample_ratio": (0.5, 0.5),
    "dynamic_image_size": (True, False),
    "pad2square": (False, False),
}
_VISION = {
    "model_type": ("intern_vit_6b", "intern_vit_6b"),
    "hidden_act": ("gelu", "gelu"),
    "norm_type": ("layer_norm", "rms_norm"),
    "qk_normalization": (False, True),
}
_TEMPLATES = {
    RELEASED_TYPE: {RELEASED_TEMPLATE: "<|end|>"},
    INTERNVL_TYPE: dict.fromkeys(("Hermes-2", "internlm2-chat", "internvl2_5"), "<|im_end|>"),
}
"""Chat templates of a kind of checkpoint, and the token that ends an answer."""
_ACTIVATION = {"hidden_act": ("silu", "silu")}
_NO_SCALING = {"rope_scaling": (None, None)}
_DECODERS: Mapping[str, Mapping[str, tuple[Any, Any]]] = {
    "llama": {**_ACTIVATION, **_NO_SCALING, "attention_bias": (False, False), "mlp_bias": (False, False)},
    "mistral": {**_ACTIVATION, **_NO_SCALING, "attention_bias": (False, False), "mlp_bias": (False, False)},
    "qwen2": {**_ACTIVATION, "use_sliding_window": (False, False)},
}
_PACKED = "internlm2"  # InternVL 2 and 2.5 of 2B
_KINDS = {RELEASED_TYPE: ("llama", "mistral"), INTERNVL_TYPE: ("llama", "mistral", "qwen2")}
_LARGEST_SIZE, _MOST_LAYERS = 10_000_000, 1000  # far above any model's; a damaged file must not keep us counting
_MISTRAL_WINDOW = 4096  # what transformers takes where a Mistral config does not say


def read_config(folder: str | Path) -> VLMConfig:
    """The configuration of a checkpoint folder, released or nano's.

    Raises:
        ModelError: no ``config.json``, not JSON, another family, or a setting that is not supported; it says which.
    """
    path = Path(folder) / "config.json"
    values = _table(path)
    added = added_tokens(folder) if values.get("model_type") == INTERNVL_TYPE else {}
    try:
        return parse_config(values, added)
    except ModelError as error:
        raise ModelError(str(error), str(path)) from error


def added_tokens(folder: str | Path) -> dict[str, int]:
    """The added tokens that a folder's ``tokenizer_config.json`` lists, and their ids.

    Raises:
        ModelError: The file is missing or damaged.
    """
    path = Path(folder) / TOKENIZER_FILE
    try:
        return {token["content"]: int(number) for number, token in _table(path)["added_tokens_decoder"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError("has no table added_tokens_decoder of ids and tokens", str(path)) from error


def _table(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"can't read it: {error.strerror}", str(path)) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"not JSON: {error}", str(path)) from error
    if not isinstance(values, dict):
        raise ModelError("not a table of settings", str(path))
    return values


def parse_config(values: Mapping[str, Any], added: Mapping[str, int] = MappingProxyType({})) -> VLMConfig:
    """The configuration that the dictionary of a ``config.json`` says.

    Args:
        added: Added tokens and their ids; only an InternVL checkpoint needs them, whose ids differ from one to another.

    Raises:
        ModelError: as for ``read_config``.
    """
    kind = values.get("model_type")
    if kind == NANO_TYPE:
        return _nano(values)
    if not isinstance(kind, str) or kind not in _KINDS:
        known = ", ".join(map(repr, (*_KINDS, NANO_TYPE)))
        raise ModelError(f"a model of type {kind!r}; this family's are {known}")
    _check(values, _TOP_LEVEL, "")
    template = values.get("template")
    if not isinstance(template, str) or template not in _TEMPLATES[kind]:
        raise ModelError(f"template {template!r} is not supported, only {', '.join(_TEMPLATES[kind])}")
    ends = _TEMPLATES[kind][template]
    vision = _vision(_section(values, "vision_config"))
    size = _value(values, "force_image_size", vision.image_size, int)
    if size != vision.image_size:
        raise ModelError(f"force_image_size {size} is not the vision tower's image_size {vision.image_size}")
    version = _value(values, "ps_version", "v1", str)
    if version not in ("v1", "v2"):
        raise ModelError(f"ps_version {version!r} is neither v1 nor v2")
    return VLMConfig(
        vision=vision,
        language=_language(_section(values, "llm_config"), _KINDS[kind]),
        name=_value(values, "name", "", str),
        ps_version=version,
        select_layer=_select_layer(values, vision.num_hidden_layers),
        min_tiles=_size(values, "min_dynamic_patch", 1),
        max_tiles=_size(values, "max_dynamic_patch", 6),
        use_thumbnail=_value(values, "use_thumbnail", False, bool),
        use_msac=_value(values, "use_msac", False, bool),
        template=template,
        **({} if kind == RELEASED_TYPE else _token_ids(added, ends)),
    )


def _select_layer(values: Mapping[str, Any], layers: int) -> int:
    """Which of the tower's layers + 1 hidden states is taken; the first is the embeddings'."""
    chosen = _value(values, "select_layer", _REQUIRED, int)
    if not -layers - 1 <= chosen <= layers:
        raise ModelError(f"select_layer {chosen}: the vision tower has {layers} layers")
    return chosen


def _token_ids(added: Mapping[str, int], ends: str) -> dict[str, int]:
    missing = {IMAGE_TOKEN, ends} - added.keys()
    if missing:
        raise ModelError(f"{TOKENIZER_FILE} beside it has no added token {', '.join(sorted(missing))}")
    return {"image_token_id": added[IMAGE_TOKEN], "end_token_id": added[ends]}


def _nano(values: Mapping[str, Any]) -> VLMConfig:
    try:
        return VLMConfig(
            vision=_line_tower(_section(values, "vision")),
            language=from_dict(LanguageConfig, _section(values, "language")),
            name=_value(values, "name", "nano", str),
            max_tiles=1,
            template=LINE_TEMPLATE,
        )
    except SettingsError as error:
        raise ModelError(str(error)) from error


def _line_tower(values: Mapping[str, Any]) -> LineVisionConfig:
    """The imported tower, or nano-vit's, which alone has patches."""
    return from_dict(LineVitConfig if "patch_height" in values else LineVisionConfig, values)


def _vision(values: Mapping[str, Any]) -> VisionConfig:
    _check(values, _VISION, "vision_config.")
    config = VisionConfig(
        hidden_size=_size(values, "hidden_size"),
        num_hidden_layers=_size(values, "num_hidden_layers", largest=_MOST_LAYERS),
        num_attention_heads=_size(values, "num_attention_heads"),
        intermediate_size=_size(values, "intermediate_size"),
        image_size=_size(values, "image_size"),
        patch_size=_size(values, "patch_size"),
        num_channels=_size(values, "num_channels", 3),
        layer_norm_eps=_positive(values, "layer_norm_eps", 1e-6),
        qkv_bias=_value(values, "qkv_bias", False, bool),
    )
    if config.hidden_size % config.num_attention_heads:
        raise ModelError("vision_config: num_attention_heads must divide hidden_size")
    if config.image_size % config.patch_size:
        raise ModelError("vision_config: patch_size must divide image_size")
    return config


def _language(values: Mapping[str, Any], kinds: tuple[str, ...]) -> LanguageConfig:
    kind = values.get("model_type")
    if kind == _PACKED:
        message = "query, key and value are one matrix there, and its tokenizer needs the checkpoint's own code"
        raise ModelError(f"llm_config.model_type {kind!r} is not supported: {message}")
    if not isinstance(kind, str) or kind not in kinds:
        raise ModelError(f"llm_config.model_type {kind!r}: the decoder must be {', '.join(kinds[:-1])} or {kinds[-1]}")
    _check(values, _DECODERS[kind], "llm_config.")
    positions = _size(values, "max_position_embeddings", 8192)
    _check_positions(values, kind, positions)
    config = LanguageConfig(
        hidden_size=_size(values, "hidden_size"),
        num_hidden_layers=_size(values, "num_hidden_layers", largest=_MOST_LAYERS),
        num_attention_heads=_size(values, "num_attention_heads"),
        num_key_value_heads=_size(values, "num_key_value_heads"),
        intermediate_size=_size(values, "intermediate_size"),
        vocab_size=_size(values, "vocab_size"),
        rope_theta=_positive(values, "rope_theta", 10000.0),
        rms_norm_eps=_positive(values, "rms_norm_eps", 1e-6),
        max_position_embeddings=positions,
        model_type=kind,
        tie_word_embeddings=_value(values, "tie_word_embeddings", False, bool),
        attention_bias=kind == "qwen2",
    )
    head_dim = values.get("head_dim")
    if head_dim is not None and head_dim != config.head_dim:
        raise ModelError(f"llm_config.head_dim {head_dim} is not hidden_size / num_attention_heads")
    if config.hidden_size % config.num_attention_heads or config.num_attention_heads % config.num_key_value_heads:
        raise ModelError("llm_config: heads must divide hidden_size, and key-value heads the heads")
    if config.head_dim % 2:
        raise ModelError(f"llm_config: heads of {config.head_dim} can't be turned in pairs, as rotary positions do")
    return config


def _check_positions(values: Mapping[str, Any], kind: str, positions: int) -> None:
    """Refuse a window, and rotary scaling that acts within ``positions``; dynamic scaling acts only beyond them."""
    window = values.get("sliding_window", _MISTRAL_WINDOW if kind == "mistral" else None)
    if window is not None and not _is_whole(window):
        raise ModelError(f"llm_config.sliding_window must be a whole number, not {window!r}")
    if kind in ("llama", "mistral") and window is not None and window < positions:
        raise ModelError(f"llm_config.sliding_window {window}: attention over a window is not supported")
    scaling = values.get("rope_scaling")
    if scaling is not None and (
        not isinstance(scaling, dict) or scaling.get("rope_type", scaling.get("type")) != "dynamic"
    ):
        raise ModelError(f"llm_config.rope_scaling {scaling!r} is not supported, only dynamic or none")


def _section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = values.get(name)
    if not isinstance(section, dict):
        raise ModelError(f"{name} is missing")
    return section


def _check(values: Mapping[str, Any], supported: Mapping[str, tuple[Any, Any]], prefix: str) -> None:
    for name, (wanted, default) in supported.items():
        if values.get(name, default) != wanted:
            raise ModelError(f"{prefix}{name} {values.get(name, default)!r} is not supported, only {wanted!r}")


def _value(values: Mapping[str, Any], name: str, default: _T, kind: type[_T]) -> _T:
    value = values.get(name, default)
    if value is _REQUIRED:
        raise ModelError(f"{name} is missing")
    if kind is float and type(value) is int and abs(value) <= sys.maxsize:
        value = float(value)
    if type(value) is not kind:
        raise ModelError(f"{name} must be {kind.__name__}, not {value!r}")
    return value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _size(values: Mapping[str, Any], name: str, default: int = _REQUIRED, largest: int = _LARGEST_SIZE) -> int:
    size = _value(values, name, default, int)
    if not 1 <= size <= largest:
        raise ModelError(f"{name} must be from 1 to {largest}, not {size}")
    return size


def _positive(values: Mapping[str, Any], name: str, default: float) -> float:
    number = _value(values, name, default, float)
    if not 0 < number < float("inf"):
        raise ModelError(f"{name} must be a positive number, not {number}")
    return number
