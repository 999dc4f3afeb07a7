"""The stage in which the neck learns from kept columns: the same loss as from pixels, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.config import LanguageConfig, LineVisionConfig, VLMConfig
from bayou.model.line_vlm import LineVLM
from bayou.training.line_columns import ColumnFeed, ColumnLine, RememberedBackbone
from bayou.training.line_features import Drafter
from bayou.training.line_pixels import LearningTower, PixelBatch, PixelFeed
from bayou.training.line_pool import LineLabels, LinePool
from bayou.training.line_trainer import Judgement, LineTrainer, learning_parts
from bayou.training.parallel import Ranks
from bayou.training.settings import LineRun, LineStage, LineTrainingConfig
from bayou.training.shards import read_shard, write_shard

ALPHABET = tuple("abcЖ")  # the last one is a character that the decoder does not write
TOKENIZER = CharacterTokenizer(["a", "b", "c", " "])
UNWRITTEN = 4
SOURCES = ("test",)
COLUMN_LOSS_TOLERANCE = 2e-4


def tiny_model() -> LineVLM:
    torch.manual_seed(0)
    vision = LineVisionConfig(features=8, classes=6, num_attention_heads=2, num_mixing_blocks=1)
    model = LineVLM(VLMConfig(vision=vision, language=LanguageConfig(16, 1, 2, 1, 32, vocab_size=TOKENIZER.vocab_size)))
    with torch.no_grad():  # so that leaving the class out of the softmax changes nothing
        model.vision_model.head.bias[UNWRITTEN] = -1e4
    return model


def drafter(model: LineVLM) -> Drafter:
    return Drafter(LearningTower(model.vision_model), ALPHABET, TOKENIZER)


def sample(number: int) -> LineSample:
    image: NDArray[np.uint8] = np.random.default_rng(number).integers(0, 255, (20, 40 + number, 3)).astype(np.uint8)
    return LineSample(image, "ab c"[: 1 + number % 4].strip(), "test")


def column_line(model: LineVLM, number: int) -> ColumnLine:
    drawn = sample(number)
    with torch.inference_mode():
        columns = model.vision_model.columns(torch.from_numpy(prepare_line(drawn.image)[None]))[0, :, 0].T
    return ColumnLine(columns.half().numpy(), np.array(TOKENIZER.encode(drawn.text), np.int16), 0)


def settings(folder: Path, noise: float = 0.0) -> LineRun:
    stage = LineStage("neck", "neck", 10, lines_a_batch=2, tower_share=0.1)
    return LineRun(LineTrainingConfig(output=folder, draft_noise=noise), stage)


def test_the_loss_is_that_of_the_same_lines_from_pixels(tmp_path: Path) -> None:
    model = tiny_model()
    run = settings(tmp_path)
    lines = [column_line(model, number) for number in range(4)]
    columns = ColumnFeed(run, lines, drafter(model), SOURCES)
    batch = next(columns.batches(0))
    numbers = [next(n for n in range(4) if np.array_equal(lines[n].text_ids, text)) for text in batch.texts]
    pool = LinePool(lambda number: sample(numbers[number]), LineLabels(ALPHABET, TOKENIZER), SOURCES, 1, len(numbers))
    slow = PixelBatch(pool(0)[0], 0)
    difference = columns.loss(model, batch).total - PixelFeed(run, pool).loss(model, slow).total
    # Columns are kept in float16: the loss of the slow twin is that of exact ones.
    assert abs(difference.item()) < COLUMN_LOSS_TOLERANCE


def test_only_what_reads_these_scripts_learns(tmp_path: Path) -> None:
    model = tiny_model()
    run = settings(tmp_path)
    feed = ColumnFeed(run, [column_line(model, n) for n in range(4)], drafter(model), SOURCES)
    trainer = LineTrainer(run, model, learning_parts(model, run.stage), feed, Ranks(), lambda _: Judgement({}))
    feed.loss(model, next(feed.batches(0))).total.backward()
    assert all(p.grad is None for p in (*model.vision_model.stem.parameters(), *model.vision_model.blocks.parameters()))
    trained = [*model.vision_model.neck.parameters(), *model.projector.parameters(), *model.language_model.parameters()]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in trained)
    gradient = model.vision_model.head.weight.grad
    assert gradient is not None
    assert gradient[UNWRITTEN].abs().sum() == 0
    assert (gradient[[0, 1, 2, 3, 5]].abs().sum(1) > 0).all()
    assert len(trainer.parameters) == len(trained) + 2


def test_an_epoch_holds_every_line_once_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    model = tiny_model()
    wide = [column_line(model, number) for number in (0, 1, 2, 90, 91)]
    lines = [*wide, ColumnLine(np.zeros((56, 384), np.float16), np.array(TOKENIZER.encode("cab"), np.int16), 0)]
    feed = ColumnFeed(settings(tmp_path), lines, drafter(model), SOURCES)
    whole = feed.batches(0)
    batches = [next(whole) for _ in range(12)]
    an_epoch = sum(-(-len(group) // 2) for group in feed.by_width.values())
    assert sum(len(batch.texts) for batch in batches[:an_epoch]) == len(lines)
    later = ColumnFeed(settings(tmp_path), lines, drafter(model), SOURCES).batches(5)
    for expected in batches[5:]:
        found = next(later)
        assert torch.equal(found.columns, expected.columns)
        assert found.seed == expected.seed


def test_noise_shows_other_characters(tmp_path: Path) -> None:
    model = tiny_model()
    with torch.no_grad():  # so that there is a draft
        model.vision_model.head.bias[0] = -1e4
    lines = [column_line(model, number) for number in range(4)]
    plain, noisy = (ColumnFeed(settings(tmp_path, n), lines, drafter(model), SOURCES) for n in (0.0, 1.0))
    batch = next(plain.batches(0))
    batches = [replace(batch, seed=(0, 0, step)) for step in range(4)]
    assert len({plain.loss(model, each).total.item() for each in batches}) == 1
    assert len({noisy.loss(model, each).total.item() for each in batches}) > 1


def test_a_shard_gives_back_its_columns(tmp_path: Path) -> None:
    lines = [column_line(tiny_model(), number) for number in (0, 1, 90)]
    write_shard(tmp_path / "a.safetensors", lines)
    for line, other in zip(lines, read_shard(tmp_path / "a.safetensors", ColumnLine), strict=True):
        np.testing.assert_array_equal(line.columns, other.columns)
        assert (line.text_ids.tolist(), line.source) == (other.text_ids.tolist(), other.source)


def test_a_remembered_backbone_is_asked_once_for_the_same_pictures() -> None:
    class Counting:
        asked = 0

        def columns(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
            self.asked += 1
            return pixels.sum((1, 2))[..., None], np.zeros((len(pixels), 1), np.int64)

    counting = Counting()
    remembering = RememberedBackbone(counting)
    one, other = (np.full((1, 3, 48, 8), value, np.float32) for value in (1, 2))
    first = remembering.columns(one)
    assert remembering.columns(other)[0].sum() == 2 * first[0].sum()
    assert remembering.columns(one.copy()) is first
    assert counting.asked == 2
