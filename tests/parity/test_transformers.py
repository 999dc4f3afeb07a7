"""Decoder and tower against transformers' own classes on random weights; skipped where it is not installed."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from bayou.model.config import LanguageConfig, VisionConfig
from bayou.model.language import LanguageModel
from bayou.model.vision import VisionModel

transformers = pytest.importorskip("transformers")

TRANSFORMERS_TOLERANCE = 2e-5
ROWS = 40

DECODER = {
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "intermediate_size": 80,
    "vocab_size": 120,
}

# Ours beside theirs, within a layer of the tower; the joint matrix of query, key and value is split.
TOWER_LAYER = {
    "ls1": "lambda_1",
    "ls2": "lambda_2",
    "norm1.": "layernorm_before.",
    "norm2.": "layernorm_after.",
    "attn.proj.": "attention.projection_layer.",
    "mlp.": "mlp.",
}


def randomise(module: torch.nn.Module) -> None:
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator) * 0.15
            parameter.copy_(noise + (1.0 if "norm" in name and name.endswith("weight") else 0.0))


def theirs(kind: str, theta: float, **more: Any) -> Any:
    common = {
        **DECODER,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": False,
        "max_position_embeddings": 8192,
        "rope_parameters": {"rope_type": "default", "rope_theta": theta},
        "attn_implementation": "eager",
        **more,
    }
    if kind == "llama":
        return transformers.LlamaForCausalLM(transformers.LlamaConfig(**common)).eval()
    if kind == "qwen2":
        return transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**common)).eval()
    return transformers.MistralForCausalLM(transformers.MistralConfig(**common, sliding_window=None)).eval()


@pytest.mark.parametrize(
    ("kind", "theta", "more"),
    [
        ("llama", 100000.0, {}),
        ("mistral", 10000.0, {}),
        # InternVL's: the scaling acts only beyond the most positions that the model is made for.
        ("qwen2", 1e6, {"rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e6, "factor": 2.0}}),
    ],
)
@torch.inference_mode()
def test_decoder(kind: str, theta: float, more: dict[str, Any]) -> None:
    config = LanguageConfig(**DECODER, rope_theta=theta, model_type=kind, attention_bias=kind == "qwen2")
    ours = LanguageModel(config).eval()
    randomise(ours)
    reference = theirs(kind, theta, **more)
    reference.load_state_dict(ours.state_dict())
    ids = torch.randint(0, DECODER["vocab_size"], (2, ROWS), generator=torch.Generator().manual_seed(1))
    positions = torch.arange(ROWS).expand(2, -1) + torch.tensor([[0], [900]])
    expected = reference(inputs_embeds=ours.embed(ids), position_ids=positions, use_cache=False).logits
    assert expected.std() > 0.1
    torch.testing.assert_close(ours(ours.embed(ids), positions), expected, rtol=0, atol=TRANSFORMERS_TOLERANCE)


def their_names(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tower's tensors under transformers' names."""
    renamed = {
        "embeddings.cls_token": state["embeddings.class_embedding"],
        "embeddings.position_embeddings": state["embeddings.position_embedding"],
        "embeddings.patch_embeddings.projection.weight": state["embeddings.patch_embedding.weight"],
        "embeddings.patch_embeddings.projection.bias": state["embeddings.patch_embedding.bias"],
    }
    for name, tensor in state.items():
        if not name.startswith("encoder.layers."):
            continue
        number, _, rest = name.removeprefix("encoder.layers.").partition(".")
        if rest.startswith("attn.qkv."):
            for part, piece in zip("qkv", tensor.chunk(3), strict=True):
                renamed[f"encoder.layer.{number}.attention.{part}_proj.{rest.rpartition('.')[2]}"] = piece
            continue
        ours = next(prefix for prefix in TOWER_LAYER if rest.startswith(prefix))
        renamed[f"encoder.layer.{number}.{TOWER_LAYER[ours]}{rest.removeprefix(ours)}"] = tensor
    return renamed


@torch.inference_mode()
def test_tower() -> None:
    ours = VisionModel(VisionConfig(32, 3, 4, 64, image_size=56, patch_size=14)).eval()
    randomise(ours)
    config = transformers.InternVLVisionConfig(
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=64,
        image_size=[56, 56],
        patch_size=[14, 14],
        attention_bias=True,
        attn_implementation="eager",
    )
    reference = transformers.InternVLVisionModel(config).eval()
    reference.load_state_dict(their_names(ours.state_dict()))
    pixels = torch.randn(2, 3, 56, 56, generator=torch.Generator().manual_seed(1))
    expected = reference(pixels).last_hidden_state
    assert expected.std() > 0.1
    torch.testing.assert_close(ours(pixels), expected[:, 1:], rtol=0, atol=TRANSFORMERS_TOLERANCE)
