"""Mississippi: visual tokens into the sequence, one forward for training and inference (needs torch). Knows no text.

Tower, projector and decoder under the released names ``vision_model``, ``mlp1`` and ``language_model``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from bayou.errors import InputError, ModelError
from bayou.model.config import VisionConfig, VLMConfig
from bayou.model.language import KeyValueCache, LanguageModel
from bayou.model.projector import Projector, pixel_shuffle
from bayou.model.vision import VisionModel

IGNORED_LABEL = -100


@dataclass(frozen=True, eq=False, slots=True)
class VLMOutput:
    """Logits [B, T, vocab], and where labels were given the mean loss over them, a scalar."""

    logits: Tensor
    loss: Tensor | None = None


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


def next_token_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy of each label [B, T] under the logits [B, T, vocab] one place before it; -100 is ignored."""
    targets = labels[:, 1:].reshape(-1).long()
    return functional.cross_entropy(
        logits[:, :-1].reshape(-1, logits.shape[-1]).float(), targets, ignore_index=IGNORED_LABEL
    )
