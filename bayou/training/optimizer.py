"""Parameters to an optimiser, and an average of the weights over time (torch). Knows no data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

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


def step_sizes(weight: Tensor) -> Tensor:
    """How large each number of ``weight`` [out, in, ...] is expected to be: its row's size times its column's.

    Numbers of a vector are as large as they are, or a tenth of their root mean square where they are smaller. The
    factors of a matrix are those of Shazeer and Stern 2018, "Adafactor" (arXiv:1804.04235, section 3), of the weight
    itself.
    """
    squares = weight.detach().float() ** 2
    if weight.ndim < 2:
        return torch.maximum(squares, 0.01 * squares.mean()).sqrt()
    beyond = list(range(2, weight.ndim))
    squares = squares.mean(beyond) if beyond else squares
    sizes = torch.outer(squares.mean(1), squares.mean(0)).div(squares.mean().clamp(min=1e-20)).sqrt()
    return sizes.view(*sizes.shape, *(1 for _ in beyond)).expand_as(weight)


class RelativeSteps:
    """Steps in proportion to the weights as they were at first, for networks whose normalisation is folded into them.

    There one channel's weights are a thousand times another's, and Adam's equal steps are too large for the small ones.
    """

    def __init__(self, parameters: Iterable[Tensor]) -> None:
        self.parameters = [p for p in parameters if p.requires_grad]
        self._sizes = [step_sizes(p) for p in self.parameters]

    @torch.no_grad()
    def take(self, step: Callable[[], object]) -> None:
        """Let an optimiser's ``step`` change the parameters, each by its size's share of that."""
        before = [p.detach().clone() for p in self.parameters]
        step()
        for parameter, old, size in zip(self.parameters, before, self._sizes, strict=True):
            parameter.copy_(old + size * (parameter - old))


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
