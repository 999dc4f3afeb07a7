"""nano's training: shards, batches, and a run that was stopped equals one that wasn't."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from bayou.errors import BayouError, InputError
from bayou.inputs.characters import BOS_ID, EOS_ID
from bayou.model.columns import statistics_size
from bayou.model.config import LanguageConfig, LineVisionConfig, VLMConfig
from bayou.model.line_vlm import LineVLM
from bayou.training.line_batches import IGNORED, DraftedFeed, LineLoss, epoch_of_batches, make_batch, text_loss
from bayou.training.line_features import DraftedLine
from bayou.training.line_meter import operations
from bayou.training.line_trainer import Judgement, LineTrainer, learning_parts
from bayou.training.parallel import Ranks
from bayou.training.schedule import cosine_rate
from bayou.training.settings import LineRun, LineStage, LineTrainingConfig
from bayou.training.shards import read_shard, write_shard

VOCABULARY = 20
FEATURES = 8
PADDING_TOLERANCE = 1e-6


def tiny_model(seed: int = 0) -> LineVLM:
    torch.manual_seed(seed)
    vision = LineVisionConfig(features=FEATURES, classes=12, num_attention_heads=2, num_mixing_blocks=1)
    language = LanguageConfig(16, 1, 2, 1, 32, vocab_size=VOCABULARY)
    return LineVLM(VLMConfig(vision=vision, language=language))


def some_lines(count: int, seed: int = 0) -> list[DraftedLine]:
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(count):
        drafted = int(rng.integers(0, 7))
        text = rng.integers(4, VOCABULARY, size=int(rng.integers(1, 7)))
        statistics = rng.normal(size=(drafted + 1, statistics_size(FEATURES))).astype(np.float16)
        draft = np.concatenate(([BOS_ID], rng.integers(3, VOCABULARY, size=drafted))).astype(np.int16)
        lines.append(DraftedLine(statistics, draft, text.astype(np.int16), int(rng.integers(2))))
    return lines


def settings(folder: Path, steps: int = 12, learning_rate: float = 1.5e-3, minutes: float = 0) -> LineRun:
    stage = LineStage("decoder", "decoder", steps, lines_a_batch=4, learning_rate=learning_rate, warmup_steps=2)
    base = LineTrainingConfig(output=folder, device="cpu", minutes=minutes)
    return LineRun(replace(base, checkpoint_every=5, validate_every=100, log_every=1), stage)


def no_judge(model: LineVLM) -> Judgement:
    return Judgement({"validation/exact": 0.0}, np.zeros((4, 5, 3), np.uint8))


def trainer_of(
    run: LineRun, model: LineVLM, lines: list[DraftedLine], kind: type[LineTrainer] = LineTrainer
) -> LineTrainer:
    feed = DraftedFeed(run, lines, VOCABULARY, ("one", "other"))
    return kind(run, model, learning_parts(model, run.stage), feed, Ranks(), no_judge)


def test_a_shard_gives_back_its_lines(tmp_path: Path) -> None:
    lines = some_lines(9)
    write_shard(tmp_path / "a.safetensors", lines)
    again = read_shard(tmp_path / "a.safetensors", DraftedLine)
    assert [p.name for p in tmp_path.iterdir()] == ["a.safetensors"]
    for line, other in zip(lines, again, strict=True):
        np.testing.assert_array_equal(line.statistics, other.statistics)
        assert line.draft_ids.tolist() == other.draft_ids.tolist()
        assert line.text_ids.tolist() == other.text_ids.tolist()


def test_an_epoch_holds_every_line_once_and_differs_from_the_next() -> None:
    lengths = list(range(50))
    first, second = (list(epoch_of_batches(lengths, 8, np.random.default_rng(epoch))) for epoch in (0, 1))
    assert sorted(i for batch in first for i in batch) == lengths
    assert first != second


def test_labels_are_the_text_then_its_end() -> None:
    lines = some_lines(5)
    batch = make_batch(lines, 0.0, np.random.default_rng(0), VOCABULARY)
    for row, line in zip(batch.labels, lines, strict=True):
        assert row[row != IGNORED].tolist() == [*line.text_ids.tolist(), EOS_ID]
    assert (batch.text_ids[:, 0] == BOS_ID).all()


def test_noise_changes_drafted_characters_only() -> None:
    lines = some_lines(40)
    plain = make_batch(lines, 0.0, np.random.default_rng(0), VOCABULARY)
    noisy = make_batch(lines, 0.5, np.random.default_rng(0), VOCABULARY)
    changed = plain.draft_ids != noisy.draft_ids
    assert changed.any()
    assert (plain.draft_ids[changed] >= 4).all()
    assert torch.equal(plain.text_ids, noisy.text_ids)


def test_padding_changes_no_loss() -> None:
    lines, model = some_lines(6), tiny_model()
    rng = np.random.default_rng(0)
    together = make_batch(lines, 0.0, rng, VOCABULARY)
    total = sum(len(line.text_ids) + 1 for line in lines)
    apart = sum(
        text_loss(model, make_batch([line], 0.0, rng, VOCABULARY)).total.item() * (len(line.text_ids) + 1)
        for line in lines
    )
    found = text_loss(model, together)
    assert abs(found.total.item() - apart / total) < PADDING_TOLERANCE
    alone = text_loss(model, make_batch([lines[2]], 0.0, rng, VOCABULARY))
    assert abs(found.lines[2].item() - alone.total.item()) < PADDING_TOLERANCE
    assert found.sources == [line.source for line in lines]


def test_a_resumed_run_equals_the_run_that_never_stopped(tmp_path: Path) -> None:
    lines = some_lines(23)
    whole = trainer_of(settings(tmp_path / "whole"), tiny_model(), lines)
    whole.run()

    class Stopped(Exception):
        pass

    class Fragile(LineTrainer):
        def _learn(self, batch: object) -> tuple[LineLoss, float]:
            if self.step == 7:
                raise Stopped
            return super()._learn(batch)

    with pytest.raises(Stopped):
        trainer_of(settings(tmp_path / "cut"), tiny_model(), lines, Fragile).run()
    resumed = trainer_of(settings(tmp_path / "cut"), tiny_model(seed=1), lines)
    resumed.model.vision_model.load_state_dict(whole.model.vision_model.state_dict())
    assert resumed.resume()
    assert resumed.step == 5
    resumed.run()
    for (name, value), other in zip(whole.model.state_dict().items(), resumed.model.state_dict().values(), strict=True):
        assert torch.equal(value, other), name
    rows = [json.loads(row) for row in (tmp_path / "cut/decoder/logs/rank0/log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows if "loss" in row] == [*range(1, 8), *range(6, 13)]


def test_learning_lowers_the_loss(tmp_path: Path) -> None:
    lines = some_lines(8)
    trainer = trainer_of(settings(tmp_path, steps=150, learning_rate=1e-2), tiny_model(), lines)
    batch = make_batch(lines, 0.0, np.random.default_rng(0), VOCABULARY)
    before = text_loss(trainer.model, batch).total.item()
    trainer.run()
    assert text_loss(trainer.model, batch).total.item() < before / 2


def test_the_log_says_loss_by_source_speed_waiting_and_shows_readings(tmp_path: Path) -> None:
    trainer_of(settings(tmp_path), tiny_model(), some_lines(23)).run()
    logs = tmp_path / "decoder/logs/rank0"
    rows = [json.loads(row) for row in (logs / "log.jsonl").read_text().splitlines()]
    learned = [row for row in rows if "loss" in row]
    assert {"gradient_norm", "lines_per_second", "data_wait", "learning_rate/1"} <= learned[0].keys()
    assert {name for row in learned for name in row if name.startswith("text_loss/")} == {
        "text_loss/one",
        "text_loss/other",
    }
    assert all(0 <= row["data_wait"] <= 1 for row in learned)
    assert [path.name for path in (logs / "pictures").iterdir()] == ["readings-0000012.png"]


def test_a_run_out_of_minutes_keeps_its_state_and_goes_on(tmp_path: Path) -> None:
    lines = some_lines(23)
    short = trainer_of(settings(tmp_path, minutes=1e-9), tiny_model(), lines)
    assert not short.run()
    assert short.step == 1
    again = trainer_of(settings(tmp_path), tiny_model(seed=1), lines)
    assert again.resume()
    assert again.step == 1
    assert again.run()


def test_operations_are_counted_and_leave_nothing_behind(tmp_path: Path) -> None:
    trainer = trainer_of(settings(tmp_path), tiny_model(), some_lines(8))
    few, many = (make_batch(some_lines(n), 0.0, np.random.default_rng(0), VOCABULARY) for n in (4, 8))
    counted = [operations(partial(trainer._loss, batch), trainer.parameters) for batch in (few, many)]
    assert 0 < counted[0] < counted[1]
    assert all(p.grad is None for p in trainer.parameters)


def test_half_precision_learns_too(tmp_path: Path) -> None:
    run = settings(tmp_path)
    trainer = trainer_of(LineRun(replace(run.config, precision="bf16"), run.stage), tiny_model(), some_lines(8))
    assert trainer.run()
    assert all(p.dtype == torch.float32 for p in trainer.parameters)


def test_a_gradient_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    lines = some_lines(4)
    lines[0].statistics[:] = np.nan
    with pytest.raises(BayouError, match="gradient is nan at step 0"):
        trainer_of(settings(tmp_path), tiny_model(), lines).run()


def test_a_torn_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "decoder").mkdir()
    (tmp_path / "decoder/checkpoint.pt").write_bytes(b"torn")
    trainer = trainer_of(settings(tmp_path), tiny_model(), some_lines(4))
    with pytest.raises(InputError, match=r"checkpoint\.pt"):
        trainer.resume()


def test_the_rate_rises_then_falls_to_the_last() -> None:
    rates = [cosine_rate(step, 100, 10, 1.0, 0.1) for step in range(101)]
    assert rates[9] == 1.0
    assert rates == [*rates[:10], *sorted(rates[10:], reverse=True)]
    assert rates[100] == pytest.approx(0.1)
