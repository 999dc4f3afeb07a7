"""A member in the format of transformers' own InternVL classes. Knows their names and settings; needs no transformers.

Weights keep their numbers and number format. Remote code is not needed to load the result.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bayou.errors import ModelError
from bayou.export.chat_templates import JINJA_PARTS
from bayou.export.member import StoredMember
from bayou.export.output_folder import whole_folder
from bayou.export.safetensors_shards import LARGEST_SHARD, Piece, write_shards
from bayou.export.tokenizer_json import TAKEN_AS_IT_IS, tokenizer_json
from bayou.export.vocabulary import Vocabulary, read_vocabulary
from bayou.inputs.images import CHANNEL_MEAN, CHANNEL_STD
from bayou.inputs.template import END, IMAGE_CONTEXT, IMAGE_END, IMAGE_START, TOKENS_PER_TILE
from bayou.inputs.tiling import MAX_TILES, TILE_SIZE
from bayou.model.config import VisionConfig, VLMConfig
from bayou.model.square_layout import DECODER, OUTPUT, PROJECTOR, TOWER

_THEIR_TOWER = "model.vision_tower."
_NAMES = {
    TOWER + "embeddings.class_embedding": _THEIR_TOWER + "embeddings.cls_token",
    TOWER + "embeddings.position_embedding": _THEIR_TOWER + "embeddings.position_embeddings",
    TOWER + "embeddings.patch_embedding.": _THEIR_TOWER + "embeddings.patch_embeddings.projection.",
    PROJECTOR + "0.": "model.multi_modal_projector.layer_norm.",
    PROJECTOR + "1.": "model.multi_modal_projector.linear_1.",
    PROJECTOR + "3.": "model.multi_modal_projector.linear_2.",
    OUTPUT: "lm_head.weight",
    DECODER + "model.": "model.language_model.",
}
"""Beginnings of names, ours and theirs."""
_LAYERS = TOWER + "encoder.layers."
_LAYER_NAMES = {
    "ls1": "lambda_1",
    "ls2": "lambda_2",
    "norm1.": "layernorm_before.",
    "norm2.": "layernorm_after.",
    "attn.proj.": "attention.projection_layer.",
    "mlp.": "mlp.",
}
_NUMBER_FORMATS = {"BF16": "bfloat16", "F16": "float16", "F32": "float32"}
_VIDEO_TOKEN = "<unk>"  # their processor wants one; this text stands in no prompt, and no id is added to the vocabulary


def export_transformers(
    member: StoredMember, output: str | Path, replace: bool = False, largest_shard: int = LARGEST_SHARD
) -> None:
    """Write configuration, weights, tokenizer and processor to a folder.

    Raises:
        UsageError: nano, or an InternVL checkpoint (those are published in this format as they are).
        ModelError: The network has a setting that these classes lack.
        OutputError: The folder is not free, or can't be written.
    """
    member.refuse_lines("transformers", "it has no class of its kind")
    member.refuse_other_templates("transformers")
    config, vocabulary = member.config, read_vocabulary(member.folder)
    pieces = {name: piece for ours in member.weights for name, piece in their_pieces(member, ours)}
    number_format = next(iter(pieces.values())).number_format
    files = {
        "config.json": their_config(config) | {"torch_dtype": _NUMBER_FORMATS.get(number_format, "float32")},
        "generation_config.json": {
            "do_sample": False,
            "bos_token_id": vocabulary.id_of("<s>"),
            "eos_token_id": config.end_token_id,
            "pad_token_id": vocabulary.id_of("<unk>"),
        },
        "tokenizer.json": tokenizer_json(vocabulary),
        "tokenizer_config.json": _tokenizer_config(vocabulary, config),
        "preprocessor_config.json": _image_processor(),
        "processor_config.json": {"processor_class": "InternVLProcessor", "image_seq_length": TOKENS_PER_TILE},
    }
    with whole_folder(output, f"{member.name} to transformers", replace) as folder:
        for name, values in files.items():
            (folder / name).write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        (folder / "chat_template.jinja").write_text(JINJA_PARTS, encoding="utf-8")
        write_shards(pieces, folder, largest_shard)


def their_pieces(member: StoredMember, name: str) -> Iterator[tuple[str, Piece]]:
    """A tensor under transformers' name; the tower's query, key and value are three there."""
    weight = member.weights[name]
    layer, _, rest = name.removeprefix(_LAYERS).partition(".")
    if not name.startswith(_LAYERS):
        ours = next(beginning for beginning in _NAMES if name.startswith(beginning))
        yield _NAMES[ours] + name.removeprefix(ours), Piece(weight)
    elif rest.startswith("attn.qkv."):
        size = weight.shape[0] // 3
        for place, part in enumerate("qkv"):
            theirs = f"{_THEIR_TOWER}encoder.layer.{layer}.attention.{part}_proj.{rest.removeprefix('attn.qkv.')}"
            yield theirs, Piece(weight, slice(place * size, (place + 1) * size))
    else:
        ours = next(beginning for beginning in _LAYER_NAMES if rest.startswith(beginning))
        theirs = _LAYER_NAMES[ours] + rest.removeprefix(ours)
        yield f"{_THEIR_TOWER}encoder.layer.{layer}.{theirs}", Piece(weight)


def their_config(config: VLMConfig) -> dict[str, Any]:
    """``config.json`` of InternVLForConditionalGeneration.

    Raises:
        ModelError: Visual tokens are listed column by column (ps_version v1), or the tower is one for lines.
    """
    vision, language = config.vision, config.language
    if not isinstance(vision, VisionConfig) or config.ps_version != "v2":
        raise ModelError("transformers has no class for this tower or its order of visual tokens")
    return {
        "architectures": ["InternVLForConditionalGeneration"],
        "model_type": "internvl",
        "image_token_id": config.image_token_id,
        "image_seq_length": TOKENS_PER_TILE,
        "downsample_ratio": config.downsample_ratio,
        "projector_hidden_act": "gelu",
        "vision_feature_layer": config.select_layer,
        "vision_feature_select_strategy": "default",
        "tie_word_embeddings": language.tie_word_embeddings,
        "text_config": {
            "model_type": language.model_type,
            "hidden_size": language.hidden_size,
            "intermediate_size": language.intermediate_size,
            "num_hidden_layers": language.num_hidden_layers,
            "num_attention_heads": language.num_attention_heads,
            "num_key_value_heads": language.num_key_value_heads,
            "vocab_size": language.vocab_size,
            "max_position_embeddings": language.max_position_embeddings,
            "rope_theta": language.rope_theta,
            "rms_norm_eps": language.rms_norm_eps,
            "hidden_act": "silu",
            "sliding_window": None,
            "tie_word_embeddings": language.tie_word_embeddings,
        },
        "vision_config": {
            "model_type": "internvl_vision",
            "hidden_size": vision.hidden_size,
            "intermediate_size": vision.intermediate_size,
            "num_hidden_layers": vision.num_hidden_layers,
            "num_attention_heads": vision.num_attention_heads,
            "num_channels": vision.num_channels,
            "image_size": [vision.image_size] * 2,
            "patch_size": [vision.patch_size] * 2,
            "layer_norm_eps": vision.layer_norm_eps,
            "attention_bias": vision.qkv_bias,
            "hidden_act": "gelu",
            "norm_type": "layer_norm",
            "use_qk_norm": False,
        },
    }


def _tokenizer_config(vocabulary: Vocabulary, config: VLMConfig) -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "processor_class": "InternVLProcessor",
        "bos_token": "<s>",
        "eos_token": END,
        "unk_token": "<unk>",
        "pad_token": "<unk>",
        "padding_side": "left",
        "clean_up_tokenization_spaces": False,
        "model_max_length": config.language.max_position_embeddings,
        "model_input_names": ["input_ids", "attention_mask"],
        "extra_special_tokens": {
            "start_image_token": IMAGE_START,
            "end_image_token": IMAGE_END,
            "context_image_token": IMAGE_CONTEXT,
            "video_token": _VIDEO_TOKEN,
        },
        "added_tokens_decoder": {
            str(i): {"content": text, **TAKEN_AS_IT_IS} for i, text in vocabulary.specials.items()
        },
    }


def _image_processor() -> dict[str, Any]:
    return {
        "image_processor_type": "GotOcr2ImageProcessor",
        "processor_class": "InternVLProcessor",
        "crop_to_patches": True,
        "min_patches": 1,
        "max_patches": MAX_TILES,
        "size": {"height": TILE_SIZE, "width": TILE_SIZE},
        "do_convert_rgb": True,
        "do_resize": True,
        "resample": 3,  # bicubic
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [round(float(value), 6) for value in CHANNEL_MEAN],
        "image_std": [round(float(value), 6) for value in CHANNEL_STD],
    }
