"""Runs that must come out the same: stopped or not, on one process or two, sharded or plain, recomputed, compiled."""

from __future__ import annotations

import json
import math
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from bayou.data.packing import Stream
from bayou.data.sample import Sample
from bayou.errors import BayouError, UsageError
from bayou.inputs.processor import Processor
from bayou.model.weights import load_model
from bayou.training.member_shape import member_config, read_tokenizer
from bayou.training.optimizer import adamw
from bayou.training.packed_feed import PackedFeed, StepData
from bayou.training.packed_tensors import mask_of, tensors_of
from bayou.training.schedule import cosine_rate
from bayou.training.step_meter import StepMeter
from bayou.training.vlm_settings import Stage, VLMTrainingConfig
from bayou.training.vlm_trainer import VLMTrainer
from tests.training.vlm_case import Pages, kept_weights, settings, train, train_ranks, with_engine

RANKS_TOLERANCE = 2e-5
TWIN_TOLERANCE = 2e-5
COMPILED_TOLERANCE = 2e-5
NOISE = 0.05


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> VLMTrainingConfig:
    """The run that never stopped, on one process."""
    config = settings(tmp_path_factory.mktemp("whole"))
    train(config)
    return config


def assert_weights(found: dict[str, Tensor], expected: dict[str, Tensor], tolerance: float) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert (found[name] - value).abs().max() <= tolerance, name


def rows(config: VLMTrainingConfig) -> list[dict[str, float]]:
    path = config.output / "logs" / "rank0" / "log.jsonl"
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]


def test_what_a_run_leaves_behind(whole: VLMTrainingConfig) -> None:
    assert sorted(path.name for path in whole.output.iterdir()) == [
        "checkpoints",
        "logs",
        "model",
        "settings.json",
        "stages",
    ]
    kept = sorted(path.name for path in (whole.output / "checkpoints").iterdir())
    assert kept == ["step-00000004", "step-00000005"]
    logged = rows(whole)
    assert [row["step"] for row in logged] == list(range(1, 6))
    assert {"loss", "gradient_norm", "tokens_per_second", "tiles_per_second", "data_wait"} <= logged[-1].keys()
    assert any(row.keys() >= {"loss/page", "loss/talk"} for row in logged)
    assert "rate/language" not in logged[0] and logged[-1]["rate/language"] > 0
    assert all(0 < row["filled/tokens"] <= 1 for row in logged)


def test_a_stage_changes_what_it_is_told_to(whole: VLMTrainingConfig) -> None:
    first: dict[str, Tensor] = torch.load(whole.output / "stages" / "projector" / "weights.pt")
    begun = load_model(whole.start or "").state_dict()
    last = kept_weights(whole)
    for name in ("vision_model.encoder.layers.1.attn.qkv.weight", "language_model.model.layers.0.mlp.up_proj.weight"):
        assert torch.equal(first[name], begun[name])
        assert not torch.equal(last[name], begun[name])
    assert not torch.equal(first["mlp1.1.weight"], begun["mlp1.1.weight"])


@pytest.mark.slow
def test_a_killed_run_ends_as_the_one_that_never_stopped(whole: VLMTrainingConfig, tmp_path: Path) -> None:
    config = settings(tmp_path)
    assert train_ranks(config, 1, killed_at=(0, 4)) == [-signal.SIGKILL]
    assert not (tmp_path / "model").exists()
    said: list[str] = []
    train(config, said)
    assert any("going on from" in line for line in said)
    assert_weights(kept_weights(config), kept_weights(whole), 0.0)
    assert [row["loss"] for row in rows(config)][-2:] == [row["loss"] for row in rows(whole)][-2:]


@pytest.mark.slow
def test_random_numbers_come_again_after_a_stop(tmp_path: Path) -> None:
    """With noise in the network: a run that drew other random numbers after it would end elsewhere."""

    class Stopped(VLMTrainer):
        def _learn(self, data: StepData, meter: StepMeter) -> None:
            if self.progress.step == 1:
                self.checkpoints.wait()
                raise KeyboardInterrupt
            super()._learn(data, meter)

    config = replace(settings(tmp_path / "cut"), stages=settings(tmp_path).stages[:1], checkpoint_every=1)
    with pytest.raises(KeyboardInterrupt):
        train(config, noise=NOISE, kind=Stopped)
    torch.manual_seed(99)  # as another process would begin
    said: list[str] = []
    train(config, said, noise=NOISE)
    assert any("going on from" in line for line in said)
    other, plain = replace(config, output=tmp_path / "whole"), replace(config, output=tmp_path / "plain")
    train(other, noise=NOISE)
    train(plain)
    assert_weights(kept_weights(config), kept_weights(other), 0.0)
    assert not torch.equal(kept_weights(plain)["mlp1.1.weight"], kept_weights(other)["mlp1.1.weight"])


@pytest.mark.slow
def test_two_ranks_equal_one(whole: VLMTrainingConfig, tmp_path: Path) -> None:
    config = settings(tmp_path)
    assert train_ranks(config, 2) == [0, 0]
    assert_weights(kept_weights(config), kept_weights(whole), RANKS_TOLERANCE)
    assert [row["loss"] for row in rows(config)] == pytest.approx(
        [row["loss"] for row in rows(whole)], abs=TWIN_TOLERANCE
    )


@pytest.mark.slow
def test_a_lost_rank_is_named_and_one_rank_alone_goes_on(whole: VLMTrainingConfig, tmp_path: Path) -> None:
    config = settings(tmp_path)
    codes = train_ranks(config, 2, killed_at=(1, 4))
    assert codes[1] == -signal.SIGKILL
    assert codes[0] == BayouError.exit_code
    assert "another process of the run was lost" in (tmp_path / "error-0.txt").read_text(encoding="utf-8")
    train(config)
    assert_weights(kept_weights(config), kept_weights(whole), RANKS_TOLERANCE)


@pytest.mark.slow
def test_recomputing_changes_no_bit(whole: VLMTrainingConfig, tmp_path: Path) -> None:
    recomputed = with_engine(settings(tmp_path), recompute=("vision", "language"))
    train(recomputed)
    assert_weights(kept_weights(recomputed), kept_weights(whole), 0.0)


@pytest.mark.slow
# dynamo looks at every input's .grad, and a layer's input is no leaf.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
def test_compiling_changes_next_to_nothing(whole: VLMTrainingConfig, tmp_path: Path) -> None:
    compiled = with_engine(settings(tmp_path / "compiled"), compile="aot_eager")
    train(compiled)
    assert_weights(kept_weights(compiled), kept_weights(whole), COMPILED_TOLERANCE)


def plain_run(config: VLMTrainingConfig) -> dict[str, Tensor]:
    """The last lines of a trainer that knows no shares, checkpoints or threads: the slow twin of the whole run."""
    model = load_model(config.start or "").train()
    parts = {"vision": model.vision_model, "projector": model.mlp1, "language": model.language_model}
    processor = Processor(member_config(config), read_tokenizer(config))
    for number, stage in enumerate(config.stages):
        for part, rate in stage.rates.items():
            parts[part].requires_grad_(rate > 0)
        shares = {parts[part]: rate for part, rate in stage.rates.items()}
        optimizer = adamw(shares, 1.0, config.betas, config.weight_decay)
        with PackedFeed(config, number, processor, lambda stage, number: Pages(number), (0, 1), print) as feed:
            steps = feed.steps({})
            for done in range(stage.steps):
                packs = next(steps).packs
                total = sum(pack.weights.sum() for pack in packs)
                optimizer.zero_grad()
                for pack in packs:
                    cpu = torch.device("cpu")
                    losses = model.answer_losses(tensors_of(pack, cpu), mask_of(pack, cpu, config.engine), 1024)
                    (losses @ torch.from_numpy(pack.weights / total)).backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), config.gradient_clip)
                for group in optimizer.param_groups:
                    group["lr"] = group["share"] * cosine_rate(done, stage.steps, 0, 1.0, stage.final)
                optimizer.step()
    return model.state_dict()


def test_the_engine_equals_a_plain_loop(whole: VLMTrainingConfig) -> None:
    assert_weights(kept_weights(whole), plain_run(whole), TWIN_TOLERANCE)


def test_a_loss_that_is_no_number_stops_the_run_and_names_the_samples(whole: VLMTrainingConfig, tmp_path: Path) -> None:
    class Spoilt(VLMTrainer):
        def _learn(self, data: StepData, meter: StepMeter) -> None:
            if self.progress.step == 3:
                data.packs[1].pixels[:] = math.nan
            super()._learn(data, meter)

    config = settings(tmp_path)
    with pytest.raises(BayouError, match=r"no number at step 4 \(stage all\), in a sequence of \w+/1-\d+"):
        train(config, kind=Spoilt)
    train(config)  # the samples are as they should be now
    assert_weights(kept_weights(config), kept_weights(whole), 0.0)


def test_a_finished_run_has_nothing_left_to_do(whole: VLMTrainingConfig) -> None:
    said: list[str] = []
    before = (whole.output / "model" / "weights.pt").stat().st_mtime_ns
    assert train(whole, said).progress.stage == 2
    assert (whole.output / "model" / "weights.pt").stat().st_mtime_ns == before


def test_a_run_goes_on_with_its_own_order_of_data_alone(whole: VLMTrainingConfig) -> None:
    with pytest.raises(UsageError, match="begun with seed=0"):
        train(replace(whole, seed=1))
    for wrong, said in (
        (replace(whole, lanes=3), "packs_a_step=2 must be a multiple of lanes=3"),
        (replace(whole, stages=()), "stages need names"),
        (replace(whole, answer_exponent=2.0), "not from 0 to 1"),
    ):
        with pytest.raises(UsageError, match=said):
            train(wrong)


def test_samples_that_can_not_be_used_are_left_out_and_listed(tmp_path: Path) -> None:
    class Damaged(Pages):
        def sample(self, number: int) -> Sample:
            sample = super().sample(number)
            if sample.source == "page":
                picture = sample.messages[0].images[0].source
                assert isinstance(picture, bytes)
                cut = picture[:60] if number % 2 else b"no picture"
                object.__setattr__(sample.messages[0].images[0], "source", cut)
            return sample

    def opened(stage: Stage, number: int) -> Stream:
        return Damaged(number)

    config = replace(settings(tmp_path), stages=settings(tmp_path).stages[:1])
    train(config, open_stream=opened)
    listed = (tmp_path / "logs" / "left-out-0.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(row)["source"] for row in listed} == {"page"}
    assert all("loss/page" not in row for row in rows(config))


def test_the_feed_goes_on_where_it_stood(whole: VLMTrainingConfig) -> None:
    processor = Processor(member_config(whole), read_tokenizer(whole))

    def steps(positions: dict) -> Iterator[StepData]:
        with PackedFeed(whole, 1, processor, lambda stage, number: Pages(number), (0, 1), print) as feed:
            yield from feed.steps(positions)

    first = steps({})
    found = [next(first) for _ in range(5)]
    again = steps(dict(found[1].positions))
    for data in found[2:]:
        other = next(again)
        for pack, same in zip(data.packs, other.packs, strict=True):
            np.testing.assert_array_equal(pack.ids, same.ids)
            assert pack.keys == same.keys
