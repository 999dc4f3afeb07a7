"""Several processes that learn as one (torch, gloo or nccl). Knows gradients; no model, no data.

One single-threaded process a core is faster on a CPU than one process with several threads, and does not collapse when
something else runs beside it.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from bayou.errors import UsageError

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class Ranks:
    """This process among all of the run."""

    rank: int = 0
    world: int = 1
    device: torch.device = CPU

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

    def any(self, here: bool) -> bool:
        """Whether something is so in any of the ranks."""
        if self.world == 1:
            return here
        flag = torch.tensor(int(here), device=self.device)
        distributed.all_reduce(flag, distributed.ReduceOp.MAX)
        return bool(flag.item())


def join_ranks(rank: int, world: int, rendezvous: str, device: str = "cpu") -> Ranks:
    """Enter the group of ``world`` processes that meet at ``rendezvous`` (an address for torch.distributed).

    Args:
        device: ``cpu``, ``cuda`` (each rank of a computer takes the next GPU) or ``auto``.

    Raises:
        UsageError: There is no such device here.
    """
    chosen = find_device(device, rank)
    if chosen.type == "cpu":
        torch.set_num_threads(1)
    if world > 1:
        backend = "nccl" if chosen.type == "cuda" else "gloo"
        distributed.init_process_group(backend, init_method=rendezvous, rank=rank, world_size=world)
    return Ranks(rank, world, chosen)


def end_with_parent() -> None:
    """Make a process that ``torch.multiprocessing.spawn`` started end when the one that started it is killed.

    torch has SIGINT sent to it then, which a job in the background of a script ignores, and its ranks would learn on.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def find_device(device: str, rank: int = 0) -> torch.device:
    """``cpu``, ``cuda`` or ``auto`` (a GPU where there is one) as torch has it.

    Raises:
        UsageError: There is no such device here.
    """
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise UsageError("torch finds no GPU here: device=cpu, or a build of torch for this computer's GPU")
    if device == "cpu" or not there:
        return CPU
    found = torch.device("cuda", rank % torch.cuda.device_count())
    torch.cuda.set_device(found)
    return found
