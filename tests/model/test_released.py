"""config.json of a checkpoint: what is read and what is refused."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from bayou.errors import ModelError
from bayou.model.config import LineVisionConfig, VLMConfig
from bayou.model.family import TINY_2B, TINY_800M, nano_config
from bayou.model.released import parse_config, read_config
from tests.golden_set import golden, read_json


@pytest.mark.parametrize("config", [TINY_800M, TINY_2B])
def test_the_golden_checkpoints(config: VLMConfig) -> None:
    assert dataclasses.replace(read_config(golden(config.name)), name=config.name) == config


def changed(path: str, value: Any = None, remove: bool = False) -> dict[str, Any]:
    values = copy.deepcopy(read_json("tiny-2b/config.json"))
    *sections, last = path.split(".")
    section = values
    for name in sections:
        section = section[name]
    if remove:
        del section[last]
    else:
        section[last] = value
    return values


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("model_type", "internvl_chat", "template 'h2ogpt2'"),
        ("model_type", None, "family"),
        ("model_type", [], "family"),
        ("template", {}, "template"),
        ("template", "internlm2-chat", "template"),
        ("downsample_ratio", 0.25, "downsample_ratio"),
        ("pad2square", True, "pad2square"),
        ("dynamic_image_size", False, "dynamic_image_size"),
        ("ps_version", "v3", "ps_version"),
        ("select_layer", "last", "select_layer"),
        ("force_image_size", 224, "force_image_size"),
        ("use_msac", "yes", "use_msac"),
        ("llm_config", None, "llm_config"),
        ("llm_config.model_type", "qwen2", "qwen2"),
        ("llm_config.hidden_act", "gelu", "hidden_act"),
        ("llm_config.rope_scaling", {"type": "linear", "factor": 2.0}, "rope_scaling"),
        ("llm_config.sliding_window", 4096, "sliding_window"),
        ("llm_config.attention_bias", True, "attention_bias"),
        ("llm_config.num_key_value_heads", 3, "heads"),
        ("llm_config.num_key_value_heads", 0, "num_key_value_heads must be from 1"),
        ("llm_config.num_attention_heads", 64, "turned in pairs"),
        ("llm_config.num_hidden_layers", 10**18, "num_hidden_layers must be from 1 to 1000"),
        ("llm_config.rms_norm_eps", 0, "rms_norm_eps must be a positive"),
        ("llm_config.rms_norm_eps", 10**400, "rms_norm_eps"),
        ("llm_config.rope_theta", float("inf"), "rope_theta must be a positive"),
        ("llm_config.sliding_window", "wide", "sliding_window"),
        ("llm_config.model_type", [], "decoder"),
        ("select_layer", 3, "select_layer 3: the vision tower has 2 layers"),
        ("max_dynamic_patch", 0, "max_dynamic_patch"),
        ("vision_config.num_attention_heads", 5, "must divide"),
        ("vision_config.patch_size", 0, "patch_size"),
        ("vision_config.patch_size", 15, "must divide"),
        ("vision_config.layer_norm_eps", float("nan"), "layer_norm_eps"),
        ("llm_config.head_dim", 32, "head_dim"),
        ("llm_config.hidden_size", 64.5, "hidden_size"),
        ("vision_config", [], "vision_config"),
        ("vision_config.model_type", "clip_vision_model", "clip_vision_model"),
        ("vision_config.qk_normalization", True, "qk_normalization"),
        ("vision_config.norm_type", "rms_norm", "norm_type"),
        ("vision_config.hidden_act", "quick_gelu", "hidden_act"),
    ],
)
def test_settings_that_the_network_has_not_are_refused(path: str, value: Any, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        parse_config(changed(path, value))


@pytest.mark.parametrize(
    "path",
    [
        "select_layer",
        "template",
        "dynamic_image_size",
        "llm_config.hidden_size",
        "vision_config.patch_size",
        "vision_config.norm_type",
    ],
)
def test_settings_without_a_usable_default_must_be_there(path: str) -> None:
    with pytest.raises(ModelError, match=path.rpartition(".")[2]):
        parse_config(changed(path, remove=True))


def test_a_mistral_without_a_window_named_has_one() -> None:
    with pytest.raises(ModelError, match="sliding_window 4096"):
        parse_config(changed("llm_config.sliding_window", remove=True))


def test_defaults_are_the_released_codes() -> None:
    values = changed("use_msac", remove=True)
    for name in ("ps_version", "use_thumbnail", "max_dynamic_patch"):
        del values[name]
    config = parse_config(values)
    assert (config.use_msac, config.ps_version, config.use_thumbnail, config.max_tiles) == (False, "v1", False, 6)


def test_whole_numbers_may_stand_for_floats() -> None:
    assert parse_config(changed("llm_config.rope_theta", 100000)).language.rope_theta == 100000.0


def nano_values() -> dict[str, Any]:
    config = nano_config(300)
    assert isinstance(config.vision, LineVisionConfig)
    return {
        "model_type": "bayou_nano",
        "name": "nano",
        "vision": dataclasses.asdict(config.vision),
        "language": dataclasses.asdict(config.language),
        "threshold": 0.9,
    }


def test_nanos_folder() -> None:
    assert parse_config(json.loads(json.dumps(nano_values()))) == nano_config(300)


@pytest.mark.parametrize(("section", "name", "value"), [("vision", "depth", 3), ("language", "hidden_size", "256")])
def test_nanos_wrong_settings_are_refused(section: str, name: str, value: Any) -> None:
    values = nano_values()
    values[section][name] = value
    with pytest.raises(ModelError, match=name):
        parse_config(values)


@pytest.mark.parametrize("content", [None, b"", b"[1]", b"\xff", b"[" * 100000, b'{"model_type": "llava"}'])
def test_a_damaged_file_is_named(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"config\.json"):
        read_config(tmp_path)
