"""What the transformers export writes, looked at without transformers; tests/parity runs its classes on it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bayou.engine.weight_files import read_tensors
from bayou.errors import ModelError, UsageError
from bayou.export.member import open_member
from bayou.export.safetensors_shards import INDEX_FILE, SINGLE_FILE, Piece
from bayou.export.to_transformers import export_transformers
from tests.golden_set import CHECKPOINTS, golden

SHARD_BYTES = 3_000_000


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_the_numbers_are_the_checkpoints_own(checkpoint: str, tmp_path: Path) -> None:
    member = open_member(golden(checkpoint))
    export_transformers(member, tmp_path / "out")
    written = read_tensors(tmp_path / "out" / SINGLE_FILE)
    assert all(weight.is_bfloat16 for weight in written.values())
    layer = "encoder.layer.1.attention"
    parts = [written[f"model.vision_tower.{layer}.{part}_proj.weight"].stored for part in "qkv"]
    ours = member.weights["vision_model.encoder.layers.1.attn.qkv.weight"].stored
    np.testing.assert_array_equal(np.concatenate(parts), ours)
    np.testing.assert_array_equal(
        written["lm_head.weight"].stored, member.weights["language_model.lm_head.weight"].stored
    )
    # query, key and value of both layers are three tensors each instead of one
    assert len(written) == len(member.weights) + 2 * 2 * 2


def test_shards_hold_what_one_file_would(tmp_path: Path) -> None:
    export_transformers(open_member(golden("tiny-2b")), tmp_path / "one")
    export_transformers(open_member(golden("tiny-2b")), tmp_path / "many", largest_shard=SHARD_BYTES)
    index = json.loads((tmp_path / "many" / INDEX_FILE).read_text())
    one = read_tensors(tmp_path / "one" / SINGLE_FILE)
    assert not (tmp_path / "many" / SINGLE_FILE).exists()
    assert index["weight_map"].keys() == one.keys()
    assert index["metadata"]["total_size"] == sum(weight.stored.nbytes for weight in one.values())
    files = sorted(set(index["weight_map"].values()))
    assert files == [f"model-{number:05}-of-{len(files):05}.safetensors" for number in range(1, len(files) + 1)]
    for file in files:
        held = read_tensors(tmp_path / "many" / file)
        assert len(held) == 1 or sum(weight.stored.nbytes for weight in held.values()) <= SHARD_BYTES
        for name, weight in held.items():
            np.testing.assert_array_equal(weight.stored, one[name].stored)


def test_the_end_of_an_answer_stops(tmp_path: Path) -> None:
    export_transformers(open_member(golden("tiny-800m")), tmp_path / "out")
    generation = json.loads((tmp_path / "out/generation_config.json").read_text())
    assert generation == {"do_sample": False, "bos_token_id": 1, "eos_token_id": 32009, "pad_token_id": 0}
    config = json.loads((tmp_path / "out/config.json").read_text())
    assert (config["model_type"], config["torch_dtype"]) == ("internvl", "bfloat16")
    assert (config["image_token_id"], config["tie_word_embeddings"]) == (32002, False)


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nano can't be exported to transformers"):
        export_transformers(open_member("nano"), tmp_path / "out")
    quantised = next(weight for weight in open_member("nano").weights.values() if weight.scale is not None)
    with pytest.raises(ModelError, match="quantised"):
        _ = Piece(quantised).number_format
