"""Both tiny checkpoints against the reference: visual tokens, logits, greedy tokens, losses, gradients, in float32."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from bayou.inputs.images import round_to_bfloat16
from bayou.inputs.messages import chat_messages
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import load_model
from tests.golden_set import CHECKPOINTS, COMMITTED, Case, cases, golden, processor, read_json

VISUAL_TOLERANCE = 2e-6
LOGIT_TOLERANCE = 5e-5
LOSS_TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-4  # of the norm
END = 32009
MOST_TOKENS = 24


@cache
def model(checkpoint: str) -> MississippiVLM:
    return load_model(golden(checkpoint))


def close(found: Tensor, expected: np.ndarray, tolerance: float) -> None:
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=tolerance)


_prompts: dict[tuple[str, str, bool], tuple[Tensor, Tensor]] = {}


def prompt(case: Case, rounded: bool = False) -> tuple[Tensor, Tensor]:
    """Ids [1, T] and visual tokens [tiles, 256, hidden], made once for all tests."""
    key = case.checkpoint, case.name, rounded
    if key not in _prompts:
        inputs = case.process()
        pixels = torch.from_numpy(round_to_bfloat16(inputs.pixels) if rounded else inputs.pixels)
        _prompts[key] = torch.from_numpy(inputs.ids)[None].long(), model(case.checkpoint).encode(pixels)
    return _prompts[key]


def greedy(network: MississippiVLM, ids: Tensor, visual: Tensor) -> tuple[Tensor, list[int]]:
    """Logits after the prompt, and the tokens of the plain loop."""
    decoder = network.language_model
    kept = decoder.new_cache()
    hidden = decoder.hidden_states(network.merge(ids, visual), torch.arange(ids.shape[1])[None], None, kept)
    first = logits = decoder.logits(hidden[0, -1])
    tokens: list[int] = []
    while END not in tokens and len(tokens) < MOST_TOKENS:
        tokens.append(int(logits.argmax()))
        logits = network(torch.tensor([[tokens[-1]]]), cache=kept).logits[0, -1]
    return first, tokens


@pytest.mark.parametrize("case", cases(pictures=True))
@torch.inference_mode()
def test_visual_tokens(case: Case) -> None:
    arrays = case.arrays()
    _, visual = prompt(case)
    assert list(visual.shape) == case.values["vit_shape"]
    close(visual.flatten()[arrays["vit_index"]], arrays["vit_value"], VISUAL_TOLERANCE)
    close(visual.mean(dim=1), arrays["vit_tile_mean"], VISUAL_TOLERANCE)
    close(visual[:, 0], arrays["vit_first_rows"], VISUAL_TOLERANCE)
    close(visual[:, -1], arrays["vit_last_rows"], VISUAL_TOLERANCE)


@pytest.mark.parametrize("case", cases())
@torch.inference_mode()
def test_logits_and_greedy_tokens(case: Case) -> None:
    arrays = case.arrays()
    logits, tokens = greedy(model(case.checkpoint), *prompt(case))
    close(logits, arrays["logits"], LOGIT_TOLERANCE)
    assert tokens == arrays["generated"].tolist()


@pytest.mark.parametrize("case", cases(pictures=True))
@torch.inference_mode()
def test_with_pixels_rounded_to_bfloat16(case: Case) -> None:
    arrays = case.arrays()
    logits, tokens = greedy(model(case.checkpoint), *prompt(case, rounded=True))
    close(logits[arrays["bf16px_logits_index"]], arrays["bf16px_logits"], LOGIT_TOLERANCE)
    assert tokens == arrays["bf16px_generated"].tolist()


@pytest.mark.parametrize("case", [case for case in cases() if "text_stop" in str(case.id)])
@torch.inference_mode()
def test_one_pass_over_the_text_says_the_same_as_the_loop(case: Case) -> None:
    """Known tokens after the prompt in a single pass: what training does, and what checks a draft."""
    arrays = case.arrays()
    ids = torch.from_numpy(np.r_[arrays["input_ids"], arrays["generated"][:-1]])[None].long()
    start = len(arrays["input_ids"]) - 1
    logits = model(case.checkpoint)(ids).logits[0, start:]
    assert logits.argmax(dim=-1).tolist() == arrays["generated"].tolist()
    top = logits.topk(2, dim=-1).values
    close(top[:, 0], arrays["step_top_logit"], LOGIT_TOLERANCE)
    close(top[:, 0] - top[:, 1], arrays["step_gap"], 2 * LOGIT_TOLERANCE)


def loss_cases() -> list[Any]:
    return [
        pytest.param(checkpoint, place, id=f"{checkpoint}-{place}") for checkpoint in CHECKPOINTS for place in range(3)
    ]


@pytest.mark.parametrize(("checkpoint", "place"), loss_cases())
def test_losses_and_gradients(checkpoint: str, place: int) -> None:
    assert (COMMITTED / "expected" / checkpoint / "loss.json").exists()
    case = read_json(f"expected/{checkpoint}/loss.json")["cases"][place]
    given = [case["images"]] if isinstance(case["images"], str) else case["images"] or []
    if given:
        messages = chat_messages(case["question"], [golden(f"images/{name}") for name in given])
        pixels, flags = torch.from_numpy(processor(checkpoint)(messages).pixels), None
    else:
        pixels, flags = torch.full((1, 3, 448, 448), 0.25), torch.tensor([0])
    network = load_model(golden(checkpoint))
    loss = network(torch.tensor([case["input_ids"]]), pixels, torch.tensor([case["labels"]]), flags).loss
    assert loss is not None
    loss.backward()
    assert abs(loss.item() - case["loss"]) <= LOSS_TOLERANCE
    expected = case["grad_l2_and_sum"]
    assert expected.keys() == {name for name, _ in network.named_parameters()}
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None
        length, total = expected[name]
        gradient = parameter.grad.double()
        assert abs(gradient.norm().item() - length) <= GRADIENT_TOLERANCE * length, name
        # a sum of many terms is only as near as their lengths allow
        assert abs(gradient.sum().item() - total) <= GRADIENT_TOLERANCE * length * gradient.numel() ** 0.5, name
