"""Operations, parameters and plans against the facts known of the members."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from bayou.errors import UsageError
from bayou.model.family import member
from bayou.model.vlm import MississippiVLM
from bayou.training.costs import Load, forward, parameters, training
from bayou.training.gpus import gpu_named, peak_of
from bayou.training.packed_tensors import mask_of, tensors_of
from bayou.training.vlm_plan import plan_stage, plan_text, samples_a_pack
from bayou.training.vlm_settings import EngineSettings, ExpectedSample, PlanSettings, Stage, VLMTrainingConfig
from tests.training.test_packed_sequence import joined

COUNTED_TOLERANCE = 0.01
TILE_TERAFLOPS_TOLERANCE = 0.01

STAGE = Stage("all", 100, 1e-5, 1e-4, 1e-4, expect=ExpectedSample(tiles=4, text_tokens=176))
CONFIG = VLMTrainingConfig(Path("unused"), (STAGE,), plan=PlanSettings(gpus=8, mfu=0.5, fill=1.0))


def test_parameters_are_those_of_the_facts_sheet() -> None:
    assert parameters(member("800m")) == {"vision": 304_012_288, "projector": 8_662_016, "language": 513_621_504}
    assert sum(parameters(member("2b")).values()) == 2_152_317_440


def test_a_tile_takes_what_the_facts_sheet_says() -> None:
    weights, attention = forward(member("800m"), Load(0, 0, 1, 0))["vision"]
    assert (weights + attention) / 1e12 == pytest.approx(0.72, abs=TILE_TERAFLOPS_TOLERANCE)


@pytest.mark.parametrize("learns", [("projector",), ("projector", "language"), ("vision", "projector", "language")])
def test_operations_are_those_that_torch_counts(learns: tuple[str, ...]) -> None:
    """Attention is counted here as causal within documents, by torch as the whole square: the same for one document."""
    shape, pack = member("tiny-800m"), joined()
    model = MississippiVLM(shape)
    for part, module in (("vision", model.vision_model), ("language", model.language_model)):
        module.requires_grad_(part in learns)
    cpu, rates = torch.device("cpu"), {part: float(part in learns) for part in ("vision", "projector", "language")}
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        losses = model.answer_losses(tensors_of(pack, cpu), mask_of(pack, cpu, EngineSettings()), 1024)
        losses.sum().backward()
    tokens = len(pack.ids)
    load = Load(tokens, len(pack.targets), len(pack.pixels), 2 * tokens)  # the square, as torch counts it
    counted = sum(work.all for work in training(shape, load, rates).values())
    # Logits are computed again backward here, which is not counted as work.
    again = 2 * len(pack.targets) * shape.language.hidden_size * shape.language.vocab_size
    assert counter.get_total_flops() == pytest.approx(counted + again, rel=COUNTED_TOLERANCE)


def test_a_plan_follows_from_its_assumptions() -> None:
    assert samples_a_pack(STAGE, 1.0) == 26 / 4
    assert samples_a_pack(replace(STAGE, tiles_a_pack=100), 0.5) == 0.5 * 8192 / 1200
    made = plan_stage(CONFIG, member("800m"), STAGE)
    assert made.samples == 100 * 32 * 6.5
    assert made.tiles == 4 * made.samples
    assert made.tokens == 1200 * made.samples
    assert made.hours == pytest.approx(sum(made.operations.values()) / (8 * 989e12 * 0.5) / 3600)
    page = plan_text(CONFIG, member("800m"))
    assert "vision 304,012,288" in page and "nothing here is measured" in page and "fits" in page


def test_what_does_not_fit_is_said() -> None:
    crowded = replace(CONFIG, engine=EngineSettings(recompute=()), plan=replace(CONFIG.plan, gpu="RTX4090"))
    assert "does NOT fit" in plan_text(crowded, member("2b"))
    with pytest.raises(UsageError, match="no GPU is called 'H1000'"):
        gpu_named("H1000")


def test_gpus_are_known_by_their_drivers_names() -> None:
    assert peak_of("NVIDIA H100 80GB HBM3") == 989e12
    assert peak_of("NVIDIA GeForce RTX 4090") == 165e12
    assert peak_of("Quadro") is None
