"""Processes that share a model out among them (torch, FSDP2). Knows devices, groups and shares; no data."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
from torch import Tensor, distributed
from torch.distributed import HashStore  # type: ignore[attr-defined]  # public, but not listed
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict, set_model_state_dict
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard, register_fsdp_forward_method

from bayou.errors import BayouError, UsageError
from bayou.model.packed_attention import check_varlen
from bayou.model.vlm import MississippiVLM
from bayou.training.vlm_settings import EngineSettings

T = TypeVar("T")
_LOST = ("gloo", "connection closed", "connection reset", "timed out", "nccl")


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """This process among all of the run.

    Attributes:
        rank: Its number.
        world: How many there are.
        device: Where it computes.
        mesh: Over which weights are shared out: copies by shares, or shares alone.
        files: The same processes for checkpoints, whose messages must not meet those of training.
        talk: And for what is on the CPU.
    """

    rank: int
    world: int
    device: torch.device
    mesh: DeviceMesh
    files: distributed.ProcessGroup
    talk: distributed.ProcessGroup

    @property
    def first(self) -> bool:
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """The sum over all processes, on the CPU; float64 so that it hardly depends on their number."""
        total = values.detach().to("cpu", torch.float64)
        distributed.all_reduce(total, group=self.talk)
        return total

    def gather(self, value: T) -> list[T]:
        """The values of all processes, by their number."""
        every: list[T] = [value] * self.world
        if self.world > 1:
            distributed.all_gather_object(every, value, group=self.talk)
        return every


@contextmanager
def joined_group(engine: EngineSettings) -> Iterator[Group]:
    """Enter the group that torchrun made (or whatever else sets ``RANK`` and ``WORLD_SIZE``), or be one alone.

    Raises:
        UsageError: There is no such device, or ``shard_over`` does not divide the number of processes.
        MissingExtraError: torch is too old for training on a GPU.
    """
    cuda = engine.device == "cuda" or (engine.device == "auto" and torch.cuda.is_available())
    if cuda and not torch.cuda.is_available():
        raise UsageError("engine.device=cuda, but torch finds no GPU here; engine.device=cpu computes without")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")
    if cuda:
        check_varlen()
        torch.cuda.set_device(device)
    else:
        torch.set_num_threads(1)  # one process a core is faster, and sums come out the same however many there are
    backend, timeout = "cpu:gloo,cuda:nccl" if cuda else "gloo", timedelta(seconds=engine.timeout)
    if {"RANK", "WORLD_SIZE"} <= os.environ.keys():
        distributed.init_process_group(backend, timeout=timeout)
    else:
        distributed.init_process_group(backend, store=HashStore(), rank=0, world_size=1, timeout=timeout)
    try:
        yield _group(engine, device, timeout)
    finally:
        distributed.destroy_process_group()


def _group(engine: EngineSettings, device: torch.device, timeout: timedelta) -> Group:
    world = distributed.get_world_size()
    shares = engine.shard_over or world
    if world % shares:
        raise UsageError(f"engine.shard_over={shares} does not divide the {world} processes")
    if shares == world:
        mesh = init_device_mesh(device.type, (world,), mesh_dim_names=("share",))
    else:
        mesh = init_device_mesh(device.type, (world // shares, shares), mesh_dim_names=("copy", "share"))
    files, talk = (distributed.new_group(backend="gloo", timeout=timeout) for _ in range(2))
    assert isinstance(files, distributed.ProcessGroup) and isinstance(talk, distributed.ProcessGroup)
    return Group(distributed.get_rank(), world, device, mesh, files, talk)


def share_out(model: MississippiVLM, group: Group, engine: EngineSettings) -> None:
    """Share a model out, layer by layer. One on the meta device has memory afterwards, but no numbers yet."""
    policy = MixedPrecisionPolicy(
        param_dtype=torch.bfloat16 if engine.precision == "bf16" else None, reduce_dtype=torch.float32
    )
    for layer in (*model.vision_model.encoder.layers, *model.language_model.model.layers):
        if engine.compile != "off":
            layer.compile(backend=engine.compile, dynamic=False)
        fully_shard(layer, mesh=group.mesh, mp_policy=policy)
    fully_shard(model, mesh=group.mesh, mp_policy=policy)
    register_fsdp_forward_method(model, "answer_losses")
    if any(parameter.is_meta for parameter in model.parameters()):
        model.to_empty(device=group.device)


def set_recomputing(model: MississippiVLM, parts: Collection[str], trained: Mapping[str, float]) -> None:
    """Choose whose layers are computed again for gradients; a tower that does not learn has none to compute."""
    model.vision_model.recompute = "vision" in parts and trained["vision"] > 0
    model.language_model.recompute = "language" in parts


def give_weights(model: MississippiVLM, whole: Mapping[str, Tensor], group: Group) -> None:
    """Fill a shared-out model with the weights that the first process holds; the others' ``whole`` is not looked at."""
    options = StateDictOptions(full_state_dict=True, broadcast_from_rank0=True)
    set_model_state_dict(model, dict(whole) if group.first else {}, options=options)


def whole_weights(model: MississippiVLM) -> dict[str, Tensor]:
    """All weights on the CPU of the first process; nothing on the others, which must call it too."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights = get_model_state_dict(model, options=options)
    return {name: value for name, value in weights.items() if torch.is_tensor(value)}


@contextmanager
def lost_ranks_named(where: str) -> Iterator[None]:
    """Say in plain words that another process is gone; what torch says of it goes along as the cause.

    Raises:
        BayouError: Another process has ended or does not answer.
    """
    try:
        yield
    except RuntimeError as error:  # gloo raises this and nothing narrower
        said = str(error).lower()
        if isinstance(error, distributed.DistError) or any(sign in said for sign in _LOST):
            message = f"another process of the run was lost {where}; the same command goes on from the last checkpoint"
            raise BayouError(f"{message} ({str(error).splitlines()[0]})") from error
        raise
