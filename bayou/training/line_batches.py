"""The first stage's data (torch): drafted lines to batches, lines of like length together. Knows no optimiser."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bayou.inputs.characters import BOS_ID, EOS_ID, PAD_ID, SPECIAL_IDS
from bayou.model.line_vlm import LineVLM
from bayou.training.line_features import DraftedLine
from bayou.training.settings import LineRun

_SORTED_TOGETHER = 32
"""Batches drawn at a time and sorted by length: little padding, and still every epoch mixes differently."""


@dataclass(frozen=True, slots=True)
class LineBatch:
    """What ``LineVLM.forward`` takes, the ids to predict (padding: -100), and the number of each line's source."""

    statistics: Tensor
    draft_ids: Tensor
    draft_lengths: Tensor
    text_ids: Tensor
    labels: Tensor
    sources: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class LineLoss:
    """What a batch costs.

    Attributes:
        total: The scalar to lower.
        lines: Each line's mean cross-entropy a character, [B], without a gradient.
        sources: The number of each line's source.
    """

    total: Tensor
    lines: Tensor
    sources: Sequence[int]


IGNORED = -100
_NOISE_STREAM = 1  # keeps the draws of noise apart from those of the order


def device_of(model: torch.nn.Module) -> torch.device:
    """Where a model's weights are."""
    return next(model.parameters()).device


def make_batch(lines: Sequence[DraftedLine], noise: float, rng: np.random.Generator, vocabulary: int) -> LineBatch:
    """Pads ``lines`` to one batch; ``noise`` is the share of drafted characters replaced by others at random."""
    slots = max(len(line.draft_ids) for line in lines)
    statistics = np.zeros((len(lines), slots, lines[0].statistics.shape[1]), dtype=np.float32)
    draft_ids = np.full((len(lines), slots), PAD_ID, dtype=np.int64)
    for i, line in enumerate(lines):
        statistics[i, : len(line.draft_ids)] = line.statistics
        draft_ids[i, : len(line.draft_ids)] = line.draft_ids
    drafted_lengths = np.array([len(line.draft_ids) for line in lines])
    text_ids, labels = padded_texts([line.text_ids for line in lines])
    shown = with_noise(torch.from_numpy(draft_ids), noise, rng, vocabulary)
    features, lengths = torch.from_numpy(statistics), torch.from_numpy(drafted_lengths)
    return LineBatch(features, shown, lengths, text_ids, labels, [line.source for line in lines])


def with_noise(draft_ids: Tensor, noise: float, rng: np.random.Generator, vocabulary: int) -> Tensor:
    """The same ids with a share of the drafted characters replaced by others at random."""
    shape = tuple(draft_ids.shape)
    drawn = torch.from_numpy(rng.random(shape) < noise).to(draft_ids.device)
    others = torch.from_numpy(rng.integers(SPECIAL_IDS - 1, vocabulary, size=shape)).to(draft_ids.device)
    return torch.where(drawn & (draft_ids >= SPECIAL_IDS), others, draft_ids)


def padded_texts(texts: Sequence[NDArray[np.int16]]) -> tuple[Tensor, Tensor]:
    """What the decoder reads (begin-of-text, then the text) and what it is to write (the text, then its end)."""
    length = max(len(text) for text in texts) + 1
    read = np.full((len(texts), length), PAD_ID, dtype=np.int64)
    written = np.full((len(texts), length), IGNORED, dtype=np.int64)
    for i, text in enumerate(texts):
        read[i, : len(text) + 1] = [BOS_ID, *text]
        written[i, : len(text) + 1] = [*text, EOS_ID]
    return torch.from_numpy(read), torch.from_numpy(written)


def epoch_of_batches(lengths: Sequence[int], size: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Indices of all lines once, in batches of ``size`` of like length, in an order drawn from ``rng``."""
    order = rng.permutation(len(lengths))
    batches: list[list[int]] = []
    for first in range(0, len(order), size * _SORTED_TOGETHER):
        group = sorted(order[first : first + size * _SORTED_TOGETHER].tolist(), key=lambda i: lengths[i])
        batches += [group[k : k + size] for k in range(0, len(group), size)]
    for k in rng.permutation(len(batches)):
        yield batches[k]


def text_loss(model: LineVLM, batch: LineBatch) -> LineLoss:
    """Mean cross-entropy over the characters of the text, its end included."""
    device = device_of(model)
    shown = (batch.statistics, batch.draft_ids, batch.draft_lengths, batch.text_ids)
    logits = model(*(part.to(device) for part in shown))
    labels = batch.labels.to(device)
    losses = functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="none"
    ).view_as(labels)
    written = labels != IGNORED
    total = losses.sum() / written.sum()
    return LineLoss(total, (losses.detach().sum(1) / written.sum(1)), batch.sources)


class DraftedFeed:
    """Epochs over drafted lines, for a tower that is frozen.

    Args:
        lines: This rank's share of them.
        vocabulary: Ids of the decoder.
        sources: Names that ``DraftedLine.source`` numbers.
    """

    def __init__(
        self, run: LineRun, lines: Sequence[DraftedLine], vocabulary: int, sources: Sequence[str], rank: int = 0
    ) -> None:
        self.run, self.lines, self.vocabulary, self.sources, self.rank = run, lines, vocabulary, sources, rank

    def batches(self, step: int) -> Generator[LineBatch, None, None]:
        """Batches from ``step`` on."""
        config, size, rank = self.run.config, self.run.stage.lines_a_batch, self.rank
        lengths = [len(line.draft_ids) + len(line.text_ids) for line in self.lines]
        epoch, skipped = divmod(step, math.ceil(len(self.lines) / size))
        while True:
            order = epoch_of_batches(lengths, size, np.random.default_rng([config.seed, rank, epoch]))
            for indices in list(order)[skipped:]:
                rng = np.random.default_rng([config.seed, rank, step, _NOISE_STREAM])
                yield make_batch([self.lines[i] for i in indices], config.draft_noise, rng, self.vocabulary)
                step += 1
            epoch, skipped = epoch + 1, 0

    def loss(self, model: LineVLM, batch: LineBatch) -> LineLoss:
        """``text_loss``."""
        return text_loss(model, batch)
