"""Drafted lines to padded batches (torch): shuffled, lines of like length together. Knows no model and no optimiser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bayou.inputs.characters import BOS_ID, EOS_ID, PAD_ID, SPECIAL_IDS
from bayou.training.line_features import DraftedLine

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


def make_batch(lines: Sequence[DraftedLine], noise: float, rng: np.random.Generator, vocabulary: int) -> LineBatch:
    """Pads ``lines`` to one batch; ``noise`` is the share of drafted characters replaced by others at random."""
    slots = max(len(line.draft_ids) for line in lines)
    length = max(len(line.text_ids) for line in lines) + 1
    statistics = np.zeros((len(lines), slots, lines[0].statistics.shape[1]), dtype=np.float32)
    draft_ids = np.full((len(lines), slots), PAD_ID, dtype=np.int64)
    text_ids = np.full((len(lines), length), PAD_ID, dtype=np.int64)
    labels = np.full((len(lines), length), IGNORED, dtype=np.int64)
    for i, line in enumerate(lines):
        drafted, written = len(line.draft_ids), len(line.text_ids)
        statistics[i, :drafted] = line.statistics
        draft_ids[i, :drafted] = line.draft_ids
        text_ids[i, 0] = BOS_ID
        text_ids[i, 1 : written + 1] = line.text_ids
        labels[i, :written] = line.text_ids
        labels[i, written] = EOS_ID
    if noise:
        wrong = (rng.random(draft_ids.shape) < noise) & (draft_ids >= SPECIAL_IDS)
        draft_ids[wrong] = rng.integers(SPECIAL_IDS - 1, vocabulary, size=int(wrong.sum()))
    drafted_lengths = np.array([len(line.draft_ids) for line in lines])
    return LineBatch(*(torch.from_numpy(a) for a in (statistics, draft_ids, drafted_lengths, text_ids, labels)))


def epoch_of_batches(lengths: Sequence[int], size: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """Indices of all lines once, in batches of ``size`` of like length, in an order drawn from ``rng``."""
    order = rng.permutation(len(lengths))
    batches: list[list[int]] = []
    for first in range(0, len(order), size * _SORTED_TOGETHER):
        group = sorted(order[first : first + size * _SORTED_TOGETHER].tolist(), key=lambda i: lengths[i])
        batches += [group[k : k + size] for k in range(0, len(group), size)]
    for k in rng.permutation(len(batches)):
        yield batches[k]
