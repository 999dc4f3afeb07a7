"""InternVL's config.json: which checkpoints are read as what, and which are refused with which reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bayou.errors import ModelError
from bayou.model.released import parse_config, read_config
from bayou.model.square_layout import tensor_shapes
from tests.internvl_folder import END_ID, IMAGE_ID, config_values, write_internvl

ADDED = {"<IMG_CONTEXT>": IMAGE_ID, "<|im_end|>": END_ID}


def test_what_is_read(tmp_path: Path) -> None:
    config = read_config(write_internvl(tmp_path))
    assert (config.template, config.image_token_id, config.end_token_id) == ("internvl2_5", IMAGE_ID, END_ID)
    assert (config.max_tiles, config.use_msac, config.ps_version) == (12, False, "v2")
    assert (config.language.model_type, config.language.attention_bias) == ("qwen2", True)
    shapes = tensor_shapes(config)
    assert shapes["language_model.model.layers.1.self_attn.q_proj.bias"] == (56,)
    assert shapes["language_model.model.layers.1.self_attn.v_proj.bias"] == (8,)
    assert "language_model.model.layers.1.self_attn.o_proj.bias" not in shapes


def test_the_first_one_has_no_scaling() -> None:
    values = config_values() | {"template": "Hermes-2"}
    del values["llm_config"]["rope_scaling"]
    assert parse_config(values, ADDED).template == "Hermes-2"


@pytest.mark.parametrize(
    ("section", "name", "value", "said"),
    [
        ("llm_config", "model_type", "internlm2", "query, key and value are one matrix"),
        ("llm_config", "model_type", "qwen3", "qwen3"),
        ("llm_config", "use_sliding_window", True, "use_sliding_window"),
        ("llm_config", "rope_scaling", {"type": "yarn", "factor": 2.0}, "rope_scaling"),
        ("llm_config", "hidden_act", "gelu", "hidden_act"),
        # InternViT-6B, of the checkpoints of 26B and more
        ("vision_config", "qk_normalization", True, "qk_normalization"),
        ("vision_config", "norm_type", "rms_norm", "norm_type"),
        (None, "template", "phi3-chat", "phi3-chat"),
        (None, "ps_version", "v3", "ps_version"),
    ],
)
def test_what_is_refused(section: str | None, name: str, value: Any, said: str) -> None:
    values = config_values()
    (values[section] if section else values)[name] = value
    with pytest.raises(ModelError, match=said):
        parse_config(values, ADDED)


@pytest.mark.parametrize("content", ["{}", "[]", '{"added_tokens_decoder": {"1": {"content": "<img>"}}}', None])
def test_ids_that_the_tokenizer_does_not_name(content: str | None, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config_values()), encoding="utf-8")
    if content is not None:
        (tmp_path / "tokenizer_config.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokenizer_config\.json"):
        read_config(tmp_path)
