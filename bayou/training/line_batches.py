"""The first stage's data (torch): drafted lines to batches, lines of like length together. Knows no optimiser."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bayou.inputs.characters import BOS_ID, EOS_ID, PAD_ID, SPECIAL_IDS
from bayou.model.line_vlm import LineVLM
from bayou.training.line_features import DraftedLine
from bayou.training.settings import LineTrainingConfig

_SORTED_TOGETHER = 32
"""Batches drawn at a time and sorted by length: little padding, and still every epoch mixes differently."""


@dataclass(frozen=True, slots=True)
class LineBatch:
    """What ``LineVLM.forward`` takes, and the ids to predict (padding: -100)."""

    statistics: Tensor
    draft_ids: Tensor
    draft_lengths: Tensor
    text_ids: Tensor
    labels: Tensor


IGNORED = -100
_NOISE_STREAM = 1  # keeps the draws of noise apart from those of the order


def make_batch(lines: Sequence[DraftedLine], noise: float, rng: np.random.Generator, vocabulary: int) -> LineBatch:
    """Pads ``lines`` to one batch; ``noise`` is the share of drafted characters replaced by others at random."""
    slots = max(len(line.draft_ids) for line in lines)
    statistics = np.zeros((len(lines), slots, lines[0].statistics.shape[1]), dtype=np.float32)
    draft_ids = np.full((len(lines), slots), PAD_ID, dtype=np.int64)
    for i, line in enumerate(lines):
        statistics[i, : len(line.draft_ids)] = line.statistics
        draft_ids[i, : len(line.draft_ids)] = line.draft_ids
    add_noise(draft_ids, noise, rng, vocabulary)
    drafted_lengths = np.array([len(line.draft_ids) for line in lines])
    text_ids, labels = padded_texts([line.text_ids for line in lines])
    shown = torch.from_numpy(statistics), torch.from_numpy(draft_ids), torch.from_numpy(drafted_lengths)
    return LineBatch(*shown, text_ids, labels)


def add_noise(draft_ids: NDArray[np.int64], noise: float, rng: np.random.Generator, vocabulary: int) -> None:
    """Replace a share of the drafted characters by others at random, in place."""
    wrong = (rng.random(draft_ids.shape) < noise) & (draft_ids >= SPECIAL_IDS)
    draft_ids[wrong] = rng.integers(SPECIAL_IDS - 1, vocabulary, size=int(wrong.sum()))


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


def text_loss(model: LineVLM, batch: LineBatch) -> Tensor:
    """Mean cross-entropy over the characters of the text, its end included."""
    logits = model(batch.statistics, batch.draft_ids, batch.draft_lengths, batch.text_ids)
    return functional.cross_entropy(logits.flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORED)


class DraftedFeed:
    """Epochs over drafted lines, for a tower that is frozen.

    Args:
        lines: This rank's share of them.
        vocabulary: Ids of the decoder.
    """

    def __init__(self, config: LineTrainingConfig, lines: Sequence[DraftedLine], vocabulary: int, rank: int) -> None:
        self.config, self.lines, self.vocabulary, self.rank = config, lines, vocabulary, rank

    def batches(self, step: int) -> Iterator[LineBatch]:
        """Batches from ``step`` on."""
        config, rank = self.config, self.rank
        lengths = [len(line.draft_ids) + len(line.text_ids) for line in self.lines]
        epoch, skipped = divmod(step, math.ceil(len(self.lines) / config.lines_a_batch))
        while True:
            order = epoch_of_batches(lengths, config.lines_a_batch, np.random.default_rng([config.seed, rank, epoch]))
            for indices in list(order)[skipped:]:
                rng = np.random.default_rng([config.seed, rank, step, _NOISE_STREAM])
                yield make_batch([self.lines[i] for i in indices], config.draft_noise, rng, self.vocabulary)
                step += 1
            epoch, skipped = epoch + 1, 0

    def loss(self, model: LineVLM, batch: LineBatch) -> Tensor:
        """``text_loss``."""
        return text_loss(model, batch)

    def size(self, batch: LineBatch) -> int:
        """Lines in a batch."""
        return len(batch.labels)
