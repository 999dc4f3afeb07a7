"""Where a member's weights begin, and the folder a run leaves behind."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from bayou.errors import ModelError, UsageError
from bayou.model.family import FAMILY, member
from bayou.model.released import parse_config, read_config
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import load_model
from bayou.training.member_folder import released_values, starting_weights, write_member
from bayou.training.member_shape import member_config, read_tokenizer, tokenizer_folder
from bayou.training.vlm_settings import VLMTrainingConfig
from tests.golden_set import COMMITTED
from tests.internvl_folder import write_internvl

TINY = COMMITTED / "tiny-800m"
CONFIG = VLMTrainingConfig(Path("unused"), (), member="tiny-800m", tokenizer=TINY)


@pytest.mark.parametrize("name", FAMILY)
def test_the_written_configuration_reads_back_equal(name: str) -> None:
    assert parse_config(json.loads(json.dumps(released_values(member(name))))) == member(name)


def test_a_run_from_nothing_writes_what_others_load(tmp_path: Path) -> None:
    weights = starting_weights(CONFIG, member_config(CONFIG))
    write_member(tmp_path / "model", weights, member("tiny-800m"), CONFIG)
    again = load_model(tmp_path / "model").state_dict()
    assert all(torch.equal(again[name], weight.bfloat16().float()) for name, weight in weights.items())
    assert read_config(tmp_path / "model") == member("tiny-800m")
    assert read_tokenizer(replace(CONFIG, tokenizer=tmp_path / "model")).vocab_size == 32010
    write_member(tmp_path / "model", weights, member("tiny-800m"), CONFIG)  # in place of the one before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_random_weights_are_the_seeds() -> None:
    shape = member_config(CONFIG)
    first, same, other = (starting_weights(replace(CONFIG, seed=seed), shape) for seed in (3, 3, 4))
    name = "language_model.model.layers.0.mlp.up_proj.weight"
    assert torch.equal(first[name], same[name])
    assert not torch.equal(first[name], other[name])


def test_a_released_folder_is_gone_on_from_with_its_own_configuration(tmp_path: Path) -> None:
    config = replace(CONFIG, member="800m", start=TINY, tokenizer=None)
    shape = member_config(config)
    assert shape == read_config(TINY)
    weights = starting_weights(config, shape)
    assert torch.equal(weights["mlp1.1.weight"], load_model(TINY).state_dict()["mlp1.1.weight"])
    write_member(tmp_path / "model", weights, shape, config)
    for name in ("config.json", "generation_config.json", "tokenizer.model", "added_tokens.json"):
        assert (tmp_path / "model" / name).read_bytes() == (TINY / name).read_bytes()


def test_tower_and_decoder_from_checkpoints_of_their_own(tmp_path: Path) -> None:
    """A tower out of an InternVL folder, a decoder in Llama's layout, in two files and without the added tokens."""
    (tmp_path / "internvl").mkdir()
    tower = load_model(write_internvl(tmp_path / "internvl")).state_dict()
    decoder = {
        name.removeprefix("language_model."): value.clone()
        for name, value in MississippiVLM(member("tiny-800m")).state_dict().items()
        if name.startswith("language_model.")
    }
    for name in ("model.embed_tokens.weight", "lm_head.weight"):
        decoder[name] = decoder[name][:32000].clone()
    folder = tmp_path / "danube"
    folder.mkdir()
    files = {name: f"part-{number % 2}.safetensors" for number, name in enumerate(decoder)}
    for file in set(files.values()):
        save_file({name: value for name, value in decoder.items() if files[name] == file}, folder / file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": files}), encoding="utf-8")
    config = replace(CONFIG, vision_start=tmp_path / "internvl", language_start=folder)
    found = starting_weights(config, member_config(config))
    for name in ("vision_model.encoder.layers.1.attn.qkv.weight", "vision_model.embeddings.position_embedding"):
        assert torch.equal(found[name], tower[name])
    rows = found["language_model.lm_head.weight"]
    assert torch.equal(rows[:32000], decoder["lm_head.weight"])
    assert torch.equal(rows[32005], decoder["lm_head.weight"].mean(0))


def test_what_can_not_be_begun_from_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds neither model\.safetensors nor"):
        starting_weights(replace(CONFIG, vision_start=tmp_path), member("tiny-800m"))
    with pytest.raises(ModelError, match="missing: vision_model"):
        starting_weights(replace(CONFIG, vision_start=_only_decoder(tmp_path)), member("tiny-800m"))
    with pytest.raises(UsageError, match="say tokenizer=DIR"):
        tokenizer_folder(replace(CONFIG, tokenizer=None))
    with pytest.raises(ModelError, match="only Mississippi's"):
        (tmp_path / "internvl").mkdir()
        member_config(replace(CONFIG, start=write_internvl(tmp_path / "internvl")))


def _only_decoder(folder: Path) -> Path:
    save_file({"model.norm.weight": torch.ones(64)}, folder / "model.safetensors")
    return folder
