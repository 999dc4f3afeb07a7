"""The stage in which the tower learns: pixels and visual tokens as in reading, and a gradient into the tower."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from bayou.data.sample import LineSample
from bayou.errors import InputError
from bayou.inputs.characters import BOS_ID, PAD_ID, CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.columns import best_path, column_statistics
from bayou.model.config import LanguageConfig, LineVisionConfig, LineVitConfig, VLMConfig
from bayou.model.line_vision import LineVision
from bayou.model.line_vlm import LineVLM
from bayou.training.line_pixels import (
    PixelFeed,
    TowerLabels,
    another_view,
    text_and_tower_loss,
    to_pixels,
    tokens_of_columns,
)
from bayou.training.line_pool import LineLabels, LinePool, equal_areas
from bayou.training.line_trainer import Judgement, LineTrainer, learning_parts
from bayou.training.parallel import Ranks
from bayou.training.settings import LineData, LineRun, LineStage, LineTrainingConfig

ALPHABET = tuple("abc")
LABELS = LineLabels(ALPHABET, CharacterTokenizer([*ALPHABET, " "]))
CPU = torch.device("cpu")
TOKENS_TOLERANCE = 1e-5


def test_tokens_with_a_gradient_equal_those_of_reading() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(4, 12, 4)).astype(np.float32)
    classes = rng.integers(0, 3, size=(4, 12))
    classes[3] = 0  # nothing drafted
    ids = np.array([0, 7, 8])
    found = tokens_of_columns(torch.from_numpy(features), torch.from_numpy(classes), torch.from_numpy(ids))
    statistics, draft_ids, lengths = found
    for i in range(4):
        drafted, spans = best_path(classes[i])
        expected = column_statistics(features[i], spans)
        np.testing.assert_allclose(statistics[i, : lengths[i]].numpy(), expected, atol=TOKENS_TOLERANCE)
        assert draft_ids[i, : lengths[i]].tolist() == [BOS_ID, *ids[drafted]]
        assert (draft_ids[i, lengths[i] :] == PAD_ID).all()


def drawn(number: int) -> LineSample | None:
    if number % 5 == 4:
        return None  # a label that is not to be trusted
    image: NDArray[np.uint8] = np.random.default_rng(number).integers(0, 255, (20, 40 + 9 * number, 3)).astype(np.uint8)
    return LineSample(image, "ab c"[: 1 + number % 4].strip(), "test")


def feed(folder: Path, workers: int = 0, views: int = 1, learning_rate: float = 1e-3) -> PixelFeed:
    data = LineData(workers=workers, views=views, pool_batches=4, window_pools=2)
    stage = LineStage("tower", "tower", 3, lines_a_batch=3, tower_share=0.1, learning_rate=learning_rate)
    config = LineTrainingConfig(output=folder, data=data, device="cpu", checkpoint_every=2)
    return PixelFeed(LineRun(config, stage), LinePool(drawn, LABELS, ("test",), 4, 3))


PUBLISHED = LineVisionConfig(features=8, classes=5, num_attention_heads=2, num_mixing_blocks=1)
VIT = LineVitConfig(
    features=8,
    classes=5,
    num_attention_heads=2,
    hidden_size=16,
    num_hidden_layers=2,
    intermediate_size=32,
    patch_height=16,
    patch_width=8,
)


def tiny_model(vision: LineVisionConfig = PUBLISHED) -> LineVLM:
    torch.manual_seed(0)
    return LineVLM(VLMConfig(vision=vision, language=LanguageConfig(16, 1, 2, 1, 32, vocab_size=8)))


@pytest.mark.parametrize("vision", [pytest.param(PUBLISHED, marks=pytest.mark.slow), VIT], ids=["published", "vit"])
def test_the_gradient_reaches_the_tower_by_both_losses(tmp_path: Path, vision: LineVisionConfig) -> None:
    model = tiny_model(vision)
    source = feed(tmp_path)
    source.loss(model, next(source.batches(0))).total.backward()
    tower = model.vision_model
    first = tower.stem.conv1 if isinstance(tower, LineVision) else tower.patch_embedding
    for part in (first, tower.head, model.projector.fc1, model.language_model):
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in part.parameters())


def test_a_crop_without_text_asks_for_blanks_and_counts_as_a_short_line(tmp_path: Path) -> None:
    run, columns = feed(tmp_path).run, 6
    model = tiny_model()
    features = torch.zeros(2, columns, 8)
    logits = torch.randn(2, columns, 5, generator=torch.Generator().manual_seed(1), requires_grad=True)
    texts = [np.array(LABELS.of(text)[0]) for text in ("", "ab")]  # type: ignore[index]

    def losses(ctc_weight: float) -> torch.Tensor:
        own = replace(run, config=replace(run.config, ctc_weight=ctc_weight))
        labels = TowerLabels(texts, torch.tensor([1, 2]), torch.from_numpy(LABELS.ids), [0, 0])
        return text_and_tower_loss(model, features, logits, labels, own, np.random.default_rng(0)).total

    tower = losses(1.0) - losses(0.0)
    by_column = logits.log_softmax(-1)
    silent = -by_column[0, :, 0].sum() / 10
    told = functional.ctc_loss(
        by_column[1:].transpose(0, 1), torch.tensor([1, 2]), torch.tensor([6]), torch.tensor([2])
    )
    torch.testing.assert_close(tower, (silent + told) / 2)
    (slope,) = torch.autograd.grad(tower, logits)
    assert torch.isfinite(slope).all() and (slope[0, :, 0] < 0).all()


def test_blocks_that_stay_still_get_no_gradient_and_the_others_the_same(tmp_path: Path) -> None:
    def gradients(still: int) -> dict[str, torch.Tensor | None]:
        model, source = tiny_model(), feed(tmp_path)
        parts = learning_parts(model, replace(source.run.stage, still_blocks=still))
        assert parts[model.vision_model.neck if still else model.vision_model] == 0.1
        source.loss(model, next(source.batches(0))).total.backward()
        return {name: p.grad for name, p in model.named_parameters()}

    whole, upper = gradients(0), gradients(9)
    still = {name for name, gradient in upper.items() if gradient is None}
    blocks = tuple(f"vision_model.blocks.{k}." for k in range(9))
    assert still == {name for name in whole if name.startswith(("vision_model.stem.", *blocks))}
    for name in whole.keys() - still:
        torch.testing.assert_close(upper[name], whole[name], rtol=0, atol=0)


def test_pixels_are_those_of_reading_to_the_bit(tmp_path: Path) -> None:
    for batch in LinePool(drawn, LABELS, ("test",), 2, 5)(0):
        pixels = to_pixels(batch, CPU)
        assert pixels.shape[3] == batch.padded_width
        lines = [sample for number in range(10) if (sample := drawn(number)) is not None]
        for row, width in zip(pixels, batch.widths, strict=True):
            expected = [prepare_line(line.image, batch.padded_width) for line in lines]
            assert any(torch.equal(row, torch.from_numpy(one)) for one in expected), width


def test_another_view_leaves_padding_alone(tmp_path: Path) -> None:
    batch = LinePool(drawn, LABELS, ("test",), 1, 10)(0)[0]
    pixels = to_pixels(batch, CPU)
    views = [another_view(pixels, batch.widths, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert torch.equal(views[0], views[1])
    assert not torch.equal(views[0], views[2])
    assert views[0].abs().max() <= 1
    assert not torch.equal(views[0], pixels)
    for view, width in zip(views[0], batch.widths, strict=True):
        assert (view[..., width:] == 0).all()


@pytest.mark.parametrize("views", [1, 3])
def test_batches_go_on_where_they_stopped(tmp_path: Path, views: int) -> None:
    whole = feed(tmp_path, views=views).batches(0)
    batches = [next(whole) for _ in range(26)]
    later = feed(tmp_path, views=views).batches(18)
    for expected in batches[18:]:
        found = next(later)
        assert found.step == expected.step
        np.testing.assert_array_equal(found.lines.pixels, expected.lines.pixels)
        np.testing.assert_array_equal(found.lines.classes, expected.lines.classes)
    shown = [batch.lines.pixels.tobytes() for batch in batches[: 8 * views]]
    assert all(shown.count(one) == views for one in shown[:8])


@pytest.mark.slow
def test_other_processes_make_the_same_batches(tmp_path: Path) -> None:
    with_workers, alone = feed(tmp_path, workers=2).batches(3), feed(tmp_path).batches(3)
    for _ in range(7):
        found, expected = next(with_workers), next(alone)
        np.testing.assert_array_equal(found.lines.pixels, expected.lines.pixels)
    with_workers.close()


@pytest.mark.parametrize("vision", [PUBLISHED, VIT], ids=["published", "vit"])
def test_a_resumed_run_from_pixels_equals_the_run_that_never_stopped(tmp_path: Path, vision: LineVisionConfig) -> None:
    def trainer(folder: Path, minutes: float = 0.0) -> LineTrainer:
        model, source = tiny_model(vision), feed(folder, views=2)
        config = replace(source.run.config, minutes=minutes, log_every=1)
        run = replace(source.run, config=config, stage=replace(source.run.stage, relative_steps=vision is PUBLISHED))
        return LineTrainer(run, model, learning_parts(model, run.stage), source, Ranks(), lambda _: Judgement({}))

    whole = trainer(tmp_path / "whole")
    assert whole.run()
    assert not trainer(tmp_path / "cut", minutes=1e-9).run()
    resumed = trainer(tmp_path / "cut")
    assert resumed.resume()
    assert resumed.run()
    for value, other in zip(whole.model.state_dict().values(), resumed.model.state_dict().values(), strict=True):
        assert torch.equal(value, other)


def test_every_rank_has_its_own_lines() -> None:
    seen: list[int] = []

    def noted(number: int) -> LineSample | None:
        seen.append(number)
        return drawn(0)

    for rank in (0, 1):
        LinePool(noted, LABELS, ("test",), 2, 2, rank, 2)(1)
    assert seen == [*range(8, 12), *range(12, 16)]


def test_batches_have_equal_areas_and_none_is_empty() -> None:
    widths = [320] * 30 + [3200]
    bounds = equal_areas(widths, 4)
    assert bounds[0] == 0
    assert bounds[-1] == len(widths)
    assert bounds == sorted(set(bounds))
    sums = [sum(widths[a:b]) for a, b in itertools.pairwise(bounds)]
    assert max(sums) <= 2 * min(sums)
    assert equal_areas([9000, 1, 1], 3) == [0, 1, 2, 3]


def test_lines_that_cannot_be_learned_from_are_named() -> None:
    with pytest.raises(InputError, match=r"lines 8 to 15 only 0 can be learned from"):
        LinePool(lambda number: None, LABELS, ("test",), 4, 2)(1)
