"""The neck stage's data (torch): the frozen backbone's columns of lines, kept, to the text's loss and the neck's own.

The backbone is most of the tower's work. Where it stays as it is, each line passes it once; neck, character head,
projector and decoder then learn from its columns, ten lines in the time that one takes from pixels.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bayou.data.sample import LineSample
from bayou.model.columns import BLANK, best_path
from bayou.model.line_vision import LineVision
from bayou.model.line_vlm import LineVLM
from bayou.training.line_batches import LineLoss, device_of
from bayou.training.line_features import Drafter, label_ids, of_one_width
from bayou.training.line_pixels import TowerLabels, text_and_tower_loss
from bayou.training.settings import LineRun

_NOISE_STREAM = 2  # keeps the draws of noise apart from those of the order


class Backbone(Protocol):
    """Whatever makes columns and likeliest classes of lines."""

    def columns(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """RGB pixels [B, 3, 48, W] to what the neck is given, [B, W / 8, 384], and classes [B, W / 8]."""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A sample after the backbone: columns [T, 384], text ids [N] (no bos, no eos)."""

    columns: NDArray[np.float16]
    text_ids: NDArray[np.int16]
    source: int


def column_lines(
    samples: Iterable[LineSample],
    tower: Backbone,
    drafter: Drafter,
    rng: np.random.Generator,
    sources: Sequence[str],
) -> Iterator[ColumnLine]:
    """Samples through the backbone; those whose label can't be trusted, by the frozen tower's draft, are left out."""
    for pixels, group in of_one_width(samples, rng):
        for sample, columns, classes in zip(group, *tower.columns(pixels), strict=True):
            text_ids = label_ids(sample, drafter.spell(best_path(classes)[0]), drafter.tokenizer)
            if text_ids is not None:
                yield ColumnLine(columns.astype(np.float16), text_ids, sources.index(sample.source))


@dataclass(frozen=True, slots=True)
class ColumnBatch:
    """Columns of lines of one width, [B, 384, 1, T], their texts' ids, their sources, and the seed of their noise."""

    columns: Tensor
    texts: list[NDArray[np.int16]]
    sources: list[int]
    seed: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.texts)


class ColumnFeed:
    """Epochs over lines' columns.

    The head's other classes, scripts that nano does not write, take no part: their weights stay.

    Args:
        lines: This rank's share of them.
        drafter: Spells the head's classes; its tower isn't asked.
        sources: Names that ``ColumnLine.source`` numbers.
    """

    def __init__(
        self, run: LineRun, lines: Sequence[ColumnLine], drafter: Drafter, sources: Sequence[str], rank: int = 0
    ) -> None:
        self.run, self.sources, self.rank = run, sources, rank
        spelt = list(enumerate(drafter.spellings))
        # Full-width forms are read as the plain ones, but nobody prints them in these scripts.
        written = {int(drafter.ids[row]): row for row, s in spelt if drafter.tokenizer.decode([drafter.ids[row]]) == s}
        kept = [BLANK, *(row for row in written.values() if row != BLANK)]
        self.rows = torch.tensor(kept)
        self.ids = torch.from_numpy(drafter.ids[kept].astype(np.int64))
        self.class_of = {int(text_id): place for place, text_id in enumerate(self.ids.tolist()) if place}
        self.by_width: dict[int, list[ColumnLine]] = defaultdict(list)
        for line in lines:
            if all(int(i) in self.class_of for i in line.text_ids):
                self.by_width[len(line.columns)].append(line)

    def batches(self, step: int) -> Generator[ColumnBatch, None, None]:
        """Batches from ``step`` on; each epoch holds every line once, in batches of one width."""
        size, seed = self.run.stage.lines_a_batch, self.run.config.seed
        an_epoch = sum(-(-len(lines) // size) for lines in self.by_width.values())
        epoch, skipped = divmod(step, an_epoch)
        while True:
            rng = np.random.default_rng([seed, self.rank, epoch])
            batches: list[list[ColumnLine]] = []
            for width in sorted(self.by_width):
                lines = self.by_width[width]
                order = rng.permutation(len(lines))
                batches += [[lines[i] for i in order[k : k + size]] for k in range(0, len(lines), size)]
            for k in rng.permutation(an_epoch)[skipped:]:
                columns = np.stack([line.columns for line in batches[k]]).astype(np.float32)
                shown = torch.from_numpy(columns).transpose(1, 2).unsqueeze(2)
                texts, sources = [line.text_ids for line in batches[k]], [line.source for line in batches[k]]
                yield ColumnBatch(shown, texts, sources, (seed, self.rank, step))
                step += 1
            epoch, skipped = epoch + 1, 0

    def loss(self, model: LineVLM, batch: ColumnBatch) -> LineLoss:
        """``text_and_tower_loss`` with the head's classes that nano writes."""
        device = device_of(model)
        features = model.vision_model.neck(batch.columns.to(device))
        head, rows = model.vision_model.head, self.rows.to(device)
        logits = functional.linear(features, head.weight[rows], head.bias[rows])
        classes = torch.tensor([self.class_of[int(i)] for text in batch.texts for i in text])
        labels = TowerLabels(batch.texts, classes, self.ids, batch.sources)
        rng = np.random.default_rng([*batch.seed, _NOISE_STREAM])
        return text_and_tower_loss(model, features, logits, labels, self.run, rng)


class RememberedBackbone:
    """A backbone that remembers what it made of pictures, for the few that are judged by again and again."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self._found: dict[bytes, tuple[NDArray[np.float32], NDArray[Any]]] = {}

    def columns(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """As the backbone's own."""
        key = hashlib.blake2b(pixels.tobytes() + str(pixels.shape).encode()).digest()
        if key not in self._found:
            columns, classes = self.backbone.columns(pixels)
            self._found[key] = (columns.copy(), classes.copy())
        return self._found[key]


class LearningNeck:
    """The frozen backbone with the neck as it now is, in the place of ``FrozenTower``."""

    def __init__(self, frozen: Backbone, tower: LineVision) -> None:
        self.frozen, self.tower = frozen, tower

    @torch.inference_mode()
    def __call__(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """RGB pixels [B, 3, 48, W] to features [B, W / 8, 120] and classes [B, W / 8]."""
        columns = torch.from_numpy(self.frozen.columns(pixels)[0]).to(device_of(self.tower))
        features = self.tower.neck(columns.transpose(1, 2).unsqueeze(2))
        return features.cpu().numpy(), self.tower.head(features).argmax(-1).cpu().numpy()
