"""Several processes that learn as one (torch, gloo). Knows gradients; no model, no data.

One single-threaded process a core is faster on a CPU than one process with several threads, and does not collapse when
something else runs beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True, slots=True)
class Ranks:
    """This process among all of the run."""

    rank: int = 0
    world: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    def barrier(self) -> None:
        """Wait for all."""
        if self.world > 1:
            distributed.barrier()

    def average_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace each gradient by its mean over the ranks, in one message."""
        if self.world == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([g.reshape(-1) for g in gradients])
        distributed.all_reduce(flat)
        flat /= self.world
        for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def mean(self, value: float) -> float:
        """The mean of a number over the ranks."""
        if self.world == 1:
            return value
        total = torch.tensor(value, dtype=torch.float64)
        distributed.all_reduce(total)
        return float(total) / self.world


def join_ranks(rank: int, world: int, rendezvous: str) -> Ranks:
    """Enter the group of ``world`` processes that meet at ``rendezvous`` (an address for torch.distributed)."""
    torch.set_num_threads(1)
    if world > 1:
        distributed.init_process_group("gloo", init_method=rendezvous, rank=rank, world_size=world)
    return Ranks(rank, world)
