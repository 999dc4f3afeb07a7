"""An InternVL 3 checkpoint of 1B, small and random: torch and OpenVINO beside transformers' own classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import bayou.engine.runtimes  # noqa: F401  before OpenVINO: it switches its telemetry off
from bayou.errors import ModelError, UsageError
from bayou.export.member import StoredMember, open_member
from bayou.export.to_gguf import export_gguf
from bayou.export.to_openvino import export_openvino
from bayou.export.to_transformers import export_transformers, their_config, their_pieces
from bayou.model.weights import load_model
from tests.internvl_folder import IMAGE_ID, VOCABULARY, write_internvl

TRANSFORMERS_LOGIT_TOLERANCE = 5e-5
TEXT = 12


@pytest.fixture(scope="module")
def member(tmp_path_factory: pytest.TempPathFactory) -> StoredMember:
    return open_member(write_internvl(tmp_path_factory.mktemp("internvl")))


@pytest.fixture(scope="module")
def given() -> tuple[torch.Tensor, torch.Tensor]:
    """Ids with two tiles among them, and the tiles."""
    generator = torch.Generator().manual_seed(2)
    text = torch.randint(0, 250, (2, TEXT), generator=generator)
    ids = torch.cat((text[0], torch.full((512,), IMAGE_ID), text[1]))[None]
    return ids, torch.randn(2, 3, 448, 448, generator=generator)


@pytest.fixture(scope="module")
def expected(member: StoredMember, given: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Logits [1, T, vocabulary] of transformers' classes, its rotary scaling as in the released config."""
    transformers: Any = pytest.importorskip("transformers")
    values = their_config(member.config)
    rotary = {"rope_type": "dynamic", "factor": 2.0, "rope_theta": values["text_config"].pop("rope_theta")}
    config = transformers.InternVLConfig(**values)
    assert type(config.text_config).__name__ == "Qwen2Config"
    config.text_config.rope_parameters = rotary
    theirs = transformers.InternVLForConditionalGeneration(config).eval()
    pieces = {name: piece for ours in member.weights for name, piece in their_pieces(member, ours)}
    state = {}
    for name, piece in pieces.items():
        stored = piece.weight.stored if piece.rows is None else piece.weight.stored[piece.rows]
        state[name] = torch.from_numpy(np.array(stored))
    theirs.load_state_dict(state, strict=True)
    with torch.inference_mode():
        logits: torch.Tensor = theirs(input_ids=given[0], pixel_values=given[1]).logits
    return logits


@torch.inference_mode()
def test_torch(member: StoredMember, given: tuple[torch.Tensor, torch.Tensor], expected: torch.Tensor) -> None:
    assert expected.std() > 0.5
    found = load_model(member.folder)(*given).logits
    assert found.shape == (1, 2 * TEXT + 512, VOCABULARY)
    torch.testing.assert_close(found, expected, rtol=0, atol=TRANSFORMERS_LOGIT_TOLERANCE)


def test_openvino(
    member: StoredMember, given: tuple[torch.Tensor, torch.Tensor], expected: torch.Tensor, tmp_path: Path
) -> None:
    import openvino as ov

    export_openvino(member, tmp_path / "out", "float32")
    core, exact = ov.Core(), {"INFERENCE_PRECISION_HINT": "f32"}
    tower, embeddings, decoder = (
        core.compile_model(tmp_path / f"out/{name}.xml", "CPU", exact) for name in ("tower", "embeddings", "decoder")
    )
    ids, length = given[0].numpy().astype(np.int32), given[0].shape[1]
    embeds = np.array(embeddings(ids)[0])
    embeds[ids == IMAGE_ID] = tower(given[1].numpy())[0].reshape(-1, embeds.shape[-1])
    inputs = {
        "inputs_embeds": embeds,
        "positions": np.arange(length, dtype=np.int32)[None],
        "mask": np.triu(np.full((1, 1, length, length), -1e30, np.float32), 1),
        "beam_idx": np.zeros(1, np.int32),
        "wanted": np.arange(length, dtype=np.int32)[None],
    }
    logits = decoder.create_infer_request().infer(inputs)["logits"]
    np.testing.assert_allclose(logits, expected, rtol=0, atol=TRANSFORMERS_LOGIT_TOLERANCE)


def test_what_needs_its_tokenizer_is_refused(member: StoredMember, tmp_path: Path) -> None:
    from bayou.engine.model import load

    with pytest.raises(UsageError, match="only Mississippi's tokenizer"):
        export_gguf(member, tmp_path / "out", "f16")
    with pytest.raises(UsageError, match="only Mississippi's tokenizer"):
        export_transformers(member, tmp_path / "out")
    with pytest.raises(ModelError, match="its tokenizer and template are not bayou's"):
        load(member.folder)
