"""Mississippi: visual tokens into the sequence, one forward for training and inference (needs torch). Knows no text.

Tower, projector and decoder under the released names ``vision_model``, ``mlp1`` and ``language_model``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from bayou.errors import InputError, ModelError
from bayou.model.config import VisionConfig, VLMConfig
from bayou.model.language import KeyValueCache, LanguageModel, Mask
from bayou.model.projector import Projector, pixel_shuffle
from bayou.model.vision import VisionModel

IGNORED_LABEL = -100


@dataclass(frozen=True, eq=False, slots=True)
class VLMOutput:
    """Logits [B, T, vocab], and where labels were given the mean loss over them, a scalar."""

    logits: Tensor
    loss: Tensor | None = None


class PackedTensors(NamedTuple):
    """Several samples as one sequence of T tokens, with n tiles and A tokens to learn.

    Attributes:
        ids: int64 [T].
        positions: int64 [T], from 0 on in each sample.
        pixels: [n, 3, 448, 448], at least one; tiles without places stand last.
        image_places: int64, where the visual tokens go, in order.
        answer_places: int64 [A], the places whose next token is learnt.
        targets: int64 [A], those tokens.
    """

    ids: Tensor
    positions: Tensor
    pixels: Tensor
    image_places: Tensor
    answer_places: Tensor
    targets: Tensor


class MississippiVLM(nn.Module):
    """A member with square tiles: 0.8B, 2B, or one of their shape.

    Raises:
        ModelError: The config's tower does not read square tiles.
    """

    def __init__(self, config: VLMConfig) -> None:
        super().__init__()
        if not isinstance(config.vision, VisionConfig):
            raise ModelError(f"{config.name or 'this model'} has no tower for square tiles")
        self.config = config
        fold = round(1 / config.downsample_ratio)
        self.vision_model = VisionModel(config.vision, config.select_layer)
        self.mlp1 = Projector(config.vision.hidden_size * fold * fold, config.language.hidden_size)
        self.language_model = LanguageModel(config.language)

    def encode(self, pixels: Tensor) -> Tensor:
        """Visual tokens [tiles, 256, hidden] of normalised tiles [tiles, 3, 448, 448]."""
        features = self.vision_model(pixels)
        tokens: Tensor = self.mlp1(pixel_shuffle(features, self.config.downsample_ratio, self.config.ps_version))
        return tokens

    def merge(self, ids: Tensor, visual: Tensor) -> Tensor:
        """Embeddings [B, T, hidden] of ids [B, T], the rows of ``visual`` in order at every image position.

        Args:
            visual: [..., hidden], all tiles of all rows of the batch, one after another.

        Raises:
            InputError: not as many visual tokens as image positions.
        """
        embeds = self.language_model.embed(ids)
        rows = visual.reshape(-1, visual.shape[-1]).to(embeds.dtype)
        places = ids == self.config.image_token_id
        count = int(places.sum())
        if count != len(rows):
            raise InputError(f"{len(rows)} visual tokens for {count} image positions")
        # rows take part even where there are none, so that a tile left out has a gradient: zero
        return embeds.masked_scatter(places[..., None], rows)

    def forward(
        self,
        ids: Tensor,
        pixels: Tensor | None = None,
        labels: Tensor | None = None,
        tile_flags: Tensor | None = None,
        mask: Tensor | None = None,
        cache: KeyValueCache | None = None,
    ) -> VLMOutput:
        """One pass over a batch of sequences.

        Args:
            ids: [B, T], image positions holding ``config.image_token_id``.
            pixels: [tiles, 3, 448, 448], all tiles of the batch in order; None: text alone.
            labels: [B, T], ids to learn at their own place (the shift by one happens here), -100 where none is.
            tile_flags: [tiles], 1 for a real tile and 0 for one to leave out.
            mask: As for the decoder; None: causal. Padding at the end needs none, its labels being -100.
            cache: What went before; positions go on after it.

        Raises:
            InputError: visual tokens and image positions differ in number.
        """
        visual = ids.new_zeros((0, self.config.language.hidden_size)) if pixels is None else self.encode(pixels)
        if tile_flags is not None:
            visual = visual[tile_flags.bool()]
        embeds = self.merge(ids, visual)
        past = 0 if cache is None else cache.length
        positions = torch.arange(past, past + ids.shape[1], device=ids.device).expand(ids.shape)
        logits = self.language_model(embeds, positions, mask, cache)
        return VLMOutput(logits, None if labels is None else next_token_loss(logits, labels))

    def answer_losses(self, packed: PackedTensors, mask: Mask, rows_at_once: int) -> Tensor:
        """Cross-entropy [A], float32, of each token to learn of a packed sequence: the forward pass of training.

        No logits but those before a token to learn are computed, ``rows_at_once`` at a time, and again where gradients
        need them: logits [T, vocab] never exist whole.

        Args:
            packed: One sequence, as ``PackedTensors`` says.
            mask: ``Documents`` on CUDA, else ``documents_mask`` of the same bounds.
        """
        visual = self.encode(packed.pixels).flatten(0, 1)
        embeds = self.language_model.embed(packed.ids[None])
        # Tiles of padding have no place; they take part with nothing, so that their gradient is zero and not absent.
        rows = visual[: len(packed.image_places)].to(embeds.dtype)
        embeds = embeds.index_copy(1, packed.image_places, rows[None]) + 0 * visual[-1:].sum().to(embeds.dtype)
        stream = self.language_model.hidden_states(embeds, packed.positions[None], mask)[0, packed.answer_places]
        losses = [
            checkpoint(self._losses_of_rows, rows, targets, use_reentrant=False)
            for rows, targets in zip(stream.split(rows_at_once), packed.targets.split(rows_at_once), strict=True)
        ]
        return torch.cat(losses)

    def _losses_of_rows(self, rows: Tensor, targets: Tensor) -> Tensor:
        logits = self.language_model.logits(rows).float()
        return functional.cross_entropy(logits, targets, reduction="none")


def next_token_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of each label [B, T] under the logits [B, T, vocab] one place before it; -100 is ignored."""
    targets = labels[:, 1:].reshape(-1).long()
    return functional.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]).float(), targets, ignore_index=IGNORED_LABEL
    )
