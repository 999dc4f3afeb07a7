"""The stage in which the tower learns: the same visual tokens as in reading, and a gradient into the tower."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.inputs.characters import BOS_ID, CharacterTokenizer
from bayou.model.columns import best_path, column_statistics
from bayou.model.config import LanguageConfig, LineVisionConfig, VLMConfig
from bayou.model.line_vlm import LineVLM
from bayou.training.line_pixels import PixelFeed, tokens_of_columns
from bayou.training.settings import LineTrainingConfig

ALPHABET = tuple("abc")
TOKENS_TOLERANCE = 1e-5


def test_tokens_with_a_gradient_equal_those_of_reading() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3, 12, 4)).astype(np.float32)
    classes = rng.integers(0, 3, size=(3, 12))
    ids = np.array([0, 7, 8])
    statistics, draft_ids, lengths = tokens_of_columns(torch.from_numpy(features), classes, ids)
    for i in range(3):
        drafted, spans = best_path(classes[i])
        expected = column_statistics(features[i], spans)
        np.testing.assert_allclose(statistics[i, : lengths[i]].numpy(), expected, atol=TOKENS_TOLERANCE)
        assert draft_ids[i, : lengths[i]].tolist() == [BOS_ID, *ids[drafted]]


def drawn(number: int) -> LineSample | None:
    if number % 5 == 4:
        return None  # a label that is not to be trusted
    image: NDArray[np.uint8] = np.random.default_rng(number).integers(0, 255, (20, 40 + number, 3)).astype(np.uint8)
    return LineSample(image, "ab c"[: 1 + number % 4].strip(), "test")


def feed(folder: Path) -> PixelFeed:
    config = LineTrainingConfig(output=folder, lines_a_batch=2, tower_share=0.1)
    return PixelFeed(config, drawn, ALPHABET, CharacterTokenizer([*ALPHABET, " "]))


def test_the_gradient_reaches_the_tower_by_both_losses(tmp_path: Path) -> None:
    torch.manual_seed(0)
    vision = LineVisionConfig(features=8, classes=5, num_attention_heads=2, num_mixing_blocks=1)
    model = LineVLM(VLMConfig(vision=vision, language=LanguageConfig(16, 1, 2, 1, 32, vocab_size=8)))
    source = feed(tmp_path)
    source.loss(model, next(source.batches(0))).backward()
    for part in (model.vision_model.stem.conv1, model.vision_model.head, model.projector.fc1, model.language_model):
        assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in part.parameters())


def test_batches_go_on_where_they_stopped(tmp_path: Path) -> None:
    whole = feed(tmp_path).batches(0)
    batches = [next(whole) for _ in range(20)]
    later = feed(tmp_path).batches(18)
    for expected in batches[18:]:
        found = next(later)
        assert torch.equal(found.pixels, expected.pixels)
        assert torch.equal(found.classes, expected.classes)
