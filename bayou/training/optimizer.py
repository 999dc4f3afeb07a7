"""Parameters to an optimiser, and an average of the weights over time (torch). Knows no data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


def adamw(
    shares: Mapping[nn.Module, float], rate: float, betas: tuple[float, float], decay: float
) -> torch.optim.AdamW:
    """AdamW over several parts, each with its share of the learning rate; norms, biases, embeddings are not decayed.

    Args:
        shares: 0 leaves a part as it is, and parameters that take no gradient stay as they are. Each group of the
            optimiser remembers its ``share``.
    """
    groups = []
    for module, share in shares.items():
        embeddings = {id(m.weight) for m in module.modules() if isinstance(m, nn.Embedding)}
        trained = [p for p in module.parameters() if share > 0 and p.requires_grad]
        decayed = [p for p in trained if p.ndim >= 2 and id(p) not in embeddings]
        plain = [p for p in trained if p.ndim < 2 or id(p) in embeddings]
        for parameters, strength in ((decayed, decay), (plain, 0.0)):
            if parameters:
                groups.append({"params": parameters, "weight_decay": strength, "share": share})
    return torch.optim.AdamW(groups, lr=rate, betas=betas, fused=True)


class WeightAverage:
    """An exponential moving average of ``parameters``; early on, a plain mean, so that the start is soon forgotten."""

    def __init__(self, parameters: Iterable[Tensor], decay: float) -> None:
        self.parameters = list(parameters)
        self.decay = decay
        self.updates = 0
        self.values = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def update(self) -> None:
        """Take the parameters as they now are into the average."""
        self.updates += 1
        weight = max(1.0 - self.decay, 1.0 / self.updates)
        torch._foreach_lerp_(self.values, [p.detach() for p in self.parameters], weight)

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange parameters and average; a second call exchanges them back."""
        for parameter, value in zip(self.parameters, self.values, strict=True):
            kept = parameter.detach().clone()
            parameter.copy_(value)
            value.copy_(kept)
