"""An InternVL 2.5 or 3 checkpoint of 1B in its released layout, all sizes small and the weights random."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from bayou.model.released import read_config
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import save_weights

IMAGE_ID, END_ID, VOCABULARY = 290, 280, 300


def config_values() -> dict[str, Any]:
    """``config.json`` with the fields that InternVL3-1B has."""
    return {
        "architectures": ["InternVLChatModel"],
        "downsample_ratio": 0.5,
        "dynamic_image_size": True,
        "force_image_size": 448,
        "llm_config": {
            "architectures": ["Qwen2ForCausalLM"],
            "attention_dropout": 0.0,
            "bos_token_id": 151643,
            "eos_token_id": 151643,
            "hidden_act": "silu",
            "hidden_size": 56,
            "intermediate_size": 96,
            "max_position_embeddings": 32768,
            "max_window_layers": 70,
            "model_type": "qwen2",
            "num_attention_heads": 14,
            "num_hidden_layers": 2,
            "num_key_value_heads": 2,
            "rms_norm_eps": 1e-06,
            "rope_scaling": {"factor": 2.0, "rope_type": "dynamic", "type": "dynamic"},
            "rope_theta": 1000000.0,
            "sliding_window": None,
            "use_sliding_window": False,
            "vocab_size": VOCABULARY,
        },
        "max_dynamic_patch": 12,
        "min_dynamic_patch": 1,
        "model_type": "internvl_chat",
        "pad2square": False,
        "ps_version": "v2",
        "select_layer": -1,
        "template": "internvl2_5",
        "tie_word_embeddings": False,
        "use_thumbnail": True,
        "vision_config": {
            "hidden_act": "gelu",
            "hidden_size": 64,
            "image_size": 448,
            "intermediate_size": 128,
            "layer_norm_eps": 1e-06,
            "model_type": "intern_vit_6b",
            "norm_type": "layer_norm",
            "num_attention_heads": 4,
            "num_channels": 3,
            "num_hidden_layers": 2,
            "patch_size": 14,
            "qk_normalization": False,
            "qkv_bias": True,
        },
    }


def write_internvl(folder: Path) -> Path:
    """The folder, filled."""
    (folder / "config.json").write_text(json.dumps(config_values()), encoding="utf-8")
    added = {"<|im_end|>": END_ID, "<IMG_CONTEXT>": IMAGE_ID}
    table = {str(number): {"content": text} for text, number in added.items()}
    (folder / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": table}), encoding="utf-8")
    torch.manual_seed(0)
    network = MississippiVLM(read_config(folder))
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("norm.weight") or "layernorm" in name or (".norm" in name and name.endswith("weight")):
                parameter.uniform_(0.5, 1.5)
            else:
                parameter.copy_(0.15 * torch.randn_like(parameter))
    save_weights(network, folder / "model.safetensors", torch.float32)
    return folder
