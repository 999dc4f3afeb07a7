"""The stage in which the tower learns (torch): pixels to the text's loss and the tower's own (CTC). Knows no optimiser.

Here each line passes the tower anew, and the visual tokens carry the gradient back into it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from bayou.inputs.characters import BOS_ID, PAD_ID
from bayou.inputs.line_images import LINE_HEIGHT
from bayou.model.columns import BLANK
from bayou.model.line_vision import LineVision
from bayou.model.line_vit import LineVit
from bayou.model.line_vlm import LineVLM
from bayou.training.line_batches import LineBatch, LineLoss, device_of, padded_texts, with_noise
from bayou.training.line_batches import text_loss as decoder_loss
from bayou.training.line_pool import LinePool, PixelLines
from bayou.training.made_ahead import made_ahead
from bayou.training.settings import LineRun

_NOISE_STREAM, _LOOKS_STREAM = 3, 4
_GAIN, _SHIFT, _GRAIN = (0.6, 1.15), 0.15, 0.08
"""What another view of a line changes at most, of a range of 2: contrast, brightness, noise."""


_CHARACTERS_OF_SILENCE = 10
"""Of how many characters the loss of a crop without text is the mean: all its columns shall be blank."""


@dataclass(frozen=True, slots=True)
class PixelBatch:
    """Lines, and the number of their step, which draws their noise."""

    lines: PixelLines
    step: int

    def __len__(self) -> int:
        return len(self.lines)


class PixelFeed:
    """Endless lines by number, each rank its own.

    Args:
        pool: Makes this rank's pools; picklable where there are workers.
    """

    def __init__(self, run: LineRun, pool: LinePool) -> None:
        self.run, self.pool, self.sources = run, pool, pool.sources
        self._ids = torch.from_numpy(pool.labels.ids)

    def batches(self, step: int) -> Generator[PixelBatch, None, None]:
        """Batches from ``step`` on; a window that was begun before is made again and its first batches dropped."""
        data, seed = self.run.config.data, self.run.config.seed
        in_window = data.window_pools * data.pool_batches
        window, skipped = divmod(step, in_window * data.views)
        with closing(made_ahead(self.pool, window * data.window_pools, data.workers, data.ahead)) as pools:
            while True:
                batches = [batch for _ in range(data.window_pools) for batch in next(pools)]
                rng = np.random.default_rng([seed, self.pool.rank, window])
                order = np.concatenate([rng.permutation(in_window) for _ in range(data.views)])
                for k in order[skipped:]:
                    yield PixelBatch(batches[k], step)
                    step += 1
                window, skipped = window + 1, 0

    def loss(self, model: LineVLM, batch: PixelBatch) -> LineLoss:
        """``text_and_tower_loss``."""
        lines, config = batch.lines, self.run.config
        key = [config.seed, self.pool.rank, batch.step]
        pixels = to_pixels(lines, device_of(model))
        if config.data.views > 1:
            pixels = another_view(pixels, lines.widths, np.random.default_rng([*key, _LOOKS_STREAM]))
        features = model.vision_model(pixels)
        labels = TowerLabels(lines.texts, torch.from_numpy(lines.classes), self._ids, lines.sources)
        logits = model.vision_model.head(features)
        rng = np.random.default_rng([*key, _NOISE_STREAM])
        return text_and_tower_loss(model, features, logits, labels, self.run, rng)


def to_pixels(lines: PixelLines, device: torch.device) -> Tensor:
    """What ``prepare_line`` makes of each, in a batch as wide as the widest: float32 [B, 3, 48, W]."""
    raw = torch.from_numpy(lines.pixels)
    if device.type == "cuda":
        raw = raw.pin_memory()
    raw = raw.to(device, non_blocking=True)
    count, _, width, _ = raw.shape
    scaled = (raw.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5
    pixels = torch.zeros(count, 3, LINE_HEIGHT, lines.padded_width, device=device)
    pixels[..., :width] = scaled * _inside(lines.widths, width, device)
    return pixels


def _inside(widths: NDArray[np.int32], width: int, device: torch.device) -> Tensor:
    """1 where a line is, 0 where it is padded: [B, 1, 1, width]."""
    ends = torch.from_numpy(widths).to(device)[:, None]
    return (torch.arange(width, device=device) < ends).float()[:, None, None]


def another_view(pixels: Tensor, widths: NDArray[np.int32], rng: np.random.Generator) -> Tensor:
    """The lines with other contrast, brightness and noise; padding stays as it is."""
    count, device = len(pixels), pixels.device
    shape = (count, 1, 1, 1)
    gain, shift, grain = (
        torch.from_numpy(values.astype(np.float32)).to(device).view(shape)
        for values in (rng.uniform(*_GAIN, count), rng.uniform(-_SHIFT, _SHIFT, count), rng.uniform(0, _GRAIN, count))
    )
    source = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
    noise = torch.randn(pixels.shape, generator=source, device=device)
    return (pixels * gain + shift + noise * grain).clamp(-1, 1) * _inside(widths, pixels.shape[3], device)


@dataclass(frozen=True, slots=True)
class TowerLabels:
    """What a batch is to be read as.

    Attributes:
        texts: Ids of each text.
        classes: Their classes in the head's logits, one line after another.
        ids: The decoder's id of each class.
        sources: The number of each line's source.
    """

    texts: Sequence[NDArray[np.int16]]
    classes: Tensor
    ids: Tensor
    sources: Sequence[int]


def text_and_tower_loss(
    model: LineVLM, features: Tensor, logits: Tensor, labels: TowerLabels, run: LineRun, rng: np.random.Generator
) -> LineLoss:
    """The text's cross-entropy plus the tower's CTC loss a character, weighted by ``ctc_weight``.

    A crop without text counts as one of ``_CHARACTERS_OF_SILENCE``.

    Args:
        features: The tower's, [B, T, F].
        logits: Its head's, [B, T, classes].
        rng: Draws which drafted characters are shown wrongly (``draft_noise``).
    """
    config = run.config
    by_column = functional.log_softmax(logits.float(), -1).transpose(0, 1)
    columns = torch.full((len(labels.texts),), features.shape[1])
    lengths = torch.tensor([len(text) for text in labels.texts])
    classes = labels.classes.to(logits.device)
    losses = functional.ctc_loss(by_column, classes, columns, lengths, BLANK, reduction="none", zero_infinity=True)
    counts = torch.where(lengths > 0, lengths, _CHARACTERS_OF_SILENCE)
    ctc = (losses / counts.to(losses.device)).mean()
    with torch.autocast(features.device.type, enabled=False):  # means of columns as exact as in reading
        statistics, draft_ids, drafted = tokens_of_columns(features.float(), logits.detach().argmax(-1), labels.ids)
    draft_ids = with_noise(draft_ids, config.draft_noise, rng, model.config.language.vocab_size)
    text_ids, wanted = padded_texts(labels.texts)
    text = decoder_loss(model, LineBatch(statistics, draft_ids, drafted, text_ids, wanted, labels.sources))
    return LineLoss(text.total + config.ctc_weight * ctc, text.lines, text.sources)


def tokens_of_columns(features: Tensor, classes: Tensor, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """``best_path`` and ``column_statistics`` of a batch, with a gradient, on any device.

    Args:
        features: [B, T, F].
        classes: The likeliest class of each column, [B, T].
        ids: The decoder's id of each class.

    Returns:
        Statistics [B, K + 1, 2 F + 2], draft ids [B, K + 1], their lengths [B].
    """
    drawn = classes != BLANK
    before = functional.pad(classes[:, :-1], (1, 0), value=-1)
    starts = drawn & (classes != before)
    place = starts.cumsum(1)  # the slot of each column: 0 before the first character
    lengths = place[:, -1] + 1
    slots = torch.arange(int(lengths.max()), device=classes.device)
    there = place[:, None] == slots[:, None]  # [B, K + 1, T]
    parts, widths = [], []
    for members in (there & drawn[:, None], there & ~drawn[:, None]):
        count = members.sum(-1, keepdim=True)
        parts.append((members.to(features.dtype) / count.clamp(min=1)) @ features)
        widths.append(count.to(features.dtype).log1p())
    draft_ids = torch.where(slots < lengths[:, None], BOS_ID, PAD_ID)
    rows, columns = starts.nonzero(as_tuple=True)
    draft_ids[rows, place[rows, columns]] = ids.to(classes.device)[classes[rows, columns]]
    return torch.cat((*parts, *widths), dim=-1), draft_ids, lengths


class LearningTower:
    """The tower as it now is, in the place of ``FrozenTower``."""

    def __init__(self, tower: LineVision | LineVit) -> None:
        self.tower = tower

    @torch.inference_mode()
    def __call__(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """RGB pixels [B, 3, 48, W] to features [B, W / 8, 120] and classes [B, W / 8]."""
        features = self.tower(torch.from_numpy(pixels).to(device_of(self.tower)))
        return features.cpu().numpy(), self.tower.head(features).argmax(-1).cpu().numpy()
