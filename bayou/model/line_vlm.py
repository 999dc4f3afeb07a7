"""nano: tower, projector and decoder as one network (torch). Knows tensors; not characters, drafts' spelling or files.

One visual token stands for one drafted character (``bayou.model.columns``): its columns' statistics through a small
projector, plus the decoder's own embedding of the character. Visual token k and character k of the text share rotary
position k, so that the decoder finds its place at once.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from bayou.errors import ModelError
from bayou.model.columns import statistics_size
from bayou.model.config import LineVisionConfig, LineVitConfig, VLMConfig
from bayou.model.language import LanguageModel
from bayou.model.line_vision import LineVision
from bayou.model.line_vision_layout import PROJECTOR_EPS
from bayou.model.line_vit import LineVit


class LineProjector(nn.Module):
    """Column statistics [..., 2 F + 2] → visual tokens [..., hidden]."""

    def __init__(self, statistics: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(statistics, eps=PROJECTOR_EPS)
        self.fc1 = nn.Linear(statistics, hidden)
        self.fc2 = nn.Linear(hidden, hidden)

    def forward(self, statistics: Tensor) -> Tensor:
        projected: Tensor = self.fc2(functional.gelu(self.fc1(self.norm(statistics))))
        return projected


class LineVLM(nn.Module):
    """The family's smallest member.

    Raises:
        ModelError: The config's tower is not a line tower.
    """

    def __init__(self, config: VLMConfig) -> None:
        super().__init__()
        if not isinstance(config.vision, LineVisionConfig):
            raise ModelError(f"{config.name or 'this model'} has no line tower")
        self.config = config
        self.vision_model: LineVision | LineVit
        if isinstance(config.vision, LineVitConfig):
            self.vision_model = LineVit(config.vision)
        else:
            self.vision_model = LineVision(config.vision)
        self.projector = LineProjector(statistics_size(config.vision.features), config.language.hidden_size)
        self.language_model = LanguageModel(config.language)

    def visual_tokens(self, statistics: Tensor, draft_ids: Tensor) -> Tensor:
        """Visual tokens [B, K + 1, hidden].

        Args:
            statistics: [B, K + 1, 2 F + 2], from ``column_statistics``.
            draft_ids: [B, K + 1]: the begin-of-text id, then the drafted characters' ids.
        """
        return self.projector(statistics) + self.language_model.embed(draft_ids)

    def forward(self, statistics: Tensor, draft_ids: Tensor, draft_lengths: Tensor, text_ids: Tensor) -> Tensor:
        """Logits [B, T, vocab] after each of ``text_ids`` [B, T] (begin-of-text first), all known beforehand.

        Args:
            statistics, draft_ids: As for ``visual_tokens``, padded at the end to the longest draft.
            draft_lengths: Visual tokens of each line that are not padding, [B].
        """
        visual = self.visual_tokens(statistics, draft_ids)
        (batch, slots), length = draft_ids.shape, text_ids.shape[1]
        sequence = torch.cat((visual, self.language_model.embed(text_ids)), dim=1)
        steps = torch.arange(max(slots, length), device=text_ids.device)
        positions = torch.cat((steps[:slots], steps[:length])).expand(batch, -1)
        keep = torch.ones(slots + length, slots + length, dtype=torch.bool, device=text_ids.device).tril()
        real = torch.ones(batch, slots + length, dtype=torch.bool, device=text_ids.device)
        real[:, :slots] = steps[:slots] < draft_lengths[:, None]
        mask = keep & real[:, None, None, :]
        hidden = self.language_model.hidden_states(sequence, positions, mask)
        logits: Tensor = self.language_model.lm_head(hidden[:, slots:])
        return logits
