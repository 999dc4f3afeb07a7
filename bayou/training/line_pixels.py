"""The second stage's data (torch): pixels to the text's loss and the tower's own (CTC). Knows no optimiser.

Here the tower learns too, so each line passes it anew, and the visual tokens carry the gradient back into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bayou.data.sample import LineSample
from bayou.inputs.characters import BOS_ID, PAD_ID, CharacterTokenizer
from bayou.inputs.line_images import LINE_HEIGHT, prepare_line
from bayou.model.columns import BLANK, best_path
from bayou.model.line_vision import LineVision
from bayou.model.line_vlm import LineVLM
from bayou.training.line_batches import LineBatch, add_noise, padded_texts
from bayou.training.line_batches import text_loss as decoder_loss
from bayou.training.settings import LineTrainingConfig

_POOL = 16
"""Batches drawn at a time and sorted by width."""


@dataclass(frozen=True, slots=True)
class PixelBatch:
    """Pixels [B, 3, 48, W], the texts' ids, their classes of the tower's head, and the batch's number (for noise)."""

    pixels: Tensor
    texts: list[NDArray[np.int16]]
    classes: Tensor
    class_lengths: Tensor
    number: int


class PixelFeed:
    """Endless lines by number, each rank its own.

    Args:
        sample: The line of a number; None where its label is not to be trusted.
        alphabet: The head's characters; class i + 1 is entry i, the class after the last one a space.
        rank_of: This rank, and how many there are.
    """

    def __init__(
        self,
        config: LineTrainingConfig,
        sample: Callable[[int], LineSample | None],
        alphabet: Sequence[str],
        tokenizer: CharacterTokenizer,
        rank_of: tuple[int, int] = (0, 1),
    ) -> None:
        self.config, self.sample, self.tokenizer = config, sample, tokenizer
        self.rank, self.world = rank_of
        spellings = ["", *alphabet, " "]
        self.classes: Mapping[str, int] = {character: i for i, character in enumerate(spellings) if character}
        self.ids = np.array([tokenizer.id_of(c) if c else PAD_ID for c in spellings], dtype=np.int64)

    def batches(self, step: int) -> Iterator[PixelBatch]:
        """Batches from ``step`` on; a pool that was begun before is made again and its first batches dropped."""
        size = self.config.lines_a_batch
        pool, skipped = divmod(step, _POOL)
        while True:
            first = (pool * self.world + self.rank) * _POOL * size
            lines = [line for number in range(first, first + _POOL * size) if (line := self._line(number)) is not None]
            lines.sort(key=lambda line: line[0].shape[2])
            bounds = np.linspace(0, len(lines), _POOL + 1).astype(int)
            order = np.random.default_rng([self.config.seed, self.rank, pool]).permutation(_POOL)
            for k in order[skipped:]:
                yield self._batch(lines[bounds[k] : bounds[k + 1]], step)
                step += 1
            pool, skipped = pool + 1, 0

    def _line(self, number: int) -> tuple[NDArray[np.float32], str] | None:
        sample = self.sample(number)
        if sample is None or not all(self.tokenizer.writes(c) and c in self.classes for c in sample.text):
            return None
        return prepare_line(sample.image), sample.text

    def _batch(self, lines: Sequence[tuple[NDArray[np.float32], str]], number: int) -> PixelBatch:
        width = max(pixels.shape[2] for pixels, _ in lines)
        stacked = np.zeros((len(lines), 3, LINE_HEIGHT, width), dtype=np.float32)
        for i, (pixels, _) in enumerate(lines):
            stacked[i, :, :, : pixels.shape[2]] = pixels
        texts = [np.array(self.tokenizer.encode(text), dtype=np.int16) for _, text in lines]
        classes = [self.classes[c] for _, text in lines for c in text]
        return PixelBatch(
            torch.from_numpy(stacked), texts, torch.tensor(classes), torch.tensor([len(text) for text in texts]), number
        )

    def loss(self, model: LineVLM, batch: PixelBatch) -> Tensor:
        """``text_and_tower_loss``."""
        features = model.vision_model(batch.pixels)
        labels = TowerLabels(batch.texts, batch.classes, batch.class_lengths)
        rng = np.random.default_rng([self.config.seed, self.rank, batch.number])
        logits = model.vision_model.head(features)
        return text_and_tower_loss(model, features, logits, labels, self.ids, self.config, rng)

    def size(self, batch: PixelBatch) -> int:
        """Lines in a batch."""
        return len(batch.texts)


@dataclass(frozen=True, slots=True)
class TowerLabels:
    """The texts' ids, and their classes of the head's output, one line after another, with each line's number."""

    texts: list[NDArray[np.int16]]
    classes: Tensor
    lengths: Tensor


def text_and_tower_loss(
    model: LineVLM,
    features: Tensor,
    logits: Tensor,
    labels: TowerLabels,
    ids: NDArray[np.int64],
    config: LineTrainingConfig,
    rng: np.random.Generator,
) -> Tensor:
    """The text's cross-entropy plus the tower's CTC loss a character, weighted by ``ctc_weight``.

    Args:
        features: The tower's, [B, T, F].
        logits: Its head's, [B, T, classes].
        ids: The decoder's id of each class.
        rng: Draws which drafted characters are shown wrongly (``draft_noise``).
    """
    by_column = functional.log_softmax(logits, -1).transpose(0, 1)
    columns = torch.full((len(labels.texts),), features.shape[1])
    ctc = functional.ctc_loss(
        by_column, labels.classes, columns, labels.lengths, blank=BLANK, reduction="mean", zero_infinity=True
    )
    statistics, draft_ids, lengths = tokens_of_columns(features, logits.detach().argmax(-1).numpy(), ids)
    add_noise(draft_ids.numpy(), config.draft_noise, rng, model.config.language.vocab_size)
    text_ids, wanted = padded_texts(labels.texts)
    return decoder_loss(model, LineBatch(statistics, draft_ids, lengths, text_ids, wanted)) + config.ctc_weight * ctc


def tokens_of_columns(
    features: Tensor, classes: NDArray[np.integer], ids: NDArray[np.int64]
) -> tuple[Tensor, Tensor, Tensor]:
    """``column_statistics`` of a batch, with a gradient: statistics [B, K + 1, 2 F + 2], draft ids, their lengths.

    Args:
        features: [B, T, F].
        classes: The likeliest class of each column, [B, T].
        ids: The decoder's id of each class.
    """
    paths = [best_path(row) for row in classes]
    slots, columns = max(len(drafted) for drafted, _ in paths) + 1, classes.shape[1]
    draft_ids = np.full((len(paths), slots), PAD_ID, dtype=np.int64)
    own = np.zeros((len(paths), slots, columns), dtype=np.float32)
    blank = np.zeros_like(own)
    for i, (drafted, spans) in enumerate(paths):
        draft_ids[i, : len(drafted) + 1] = [BOS_ID, *ids[drafted]]
        starts, middles = [0, *spans[:, 0]], [0, *spans[:, 1]]
        for k, (start, middle, end) in enumerate(zip(starts, middles, [*starts[1:], columns], strict=True)):
            own[i, k, start:middle] = 1
            blank[i, k, middle:end] = 1
    parts, widths = [], []
    for members in (own, blank):
        count = members.sum(-1, keepdims=True)
        parts.append(torch.from_numpy(members / np.maximum(count, 1)) @ features)
        widths.append(torch.from_numpy(np.log1p(count)))
    lengths = torch.tensor([len(drafted) + 1 for drafted, _ in paths])
    return torch.cat((*parts, *widths), dim=-1), torch.from_numpy(draft_ids), lengths


class LearningTower:
    """The tower as it now is, in the place of ``FrozenTower``."""

    def __init__(self, tower: LineVision) -> None:
        self.tower = tower

    @torch.inference_mode()
    def __call__(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """RGB pixels [B, 3, 48, W] to features [B, W / 8, 120] and classes [B, W / 8]."""
        features = self.tower(torch.from_numpy(pixels))
        return features.numpy(), self.tower.head(features).argmax(-1).numpy()
