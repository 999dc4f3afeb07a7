"""GPUs by name, with the figures their makers publish. Knows no model, no torch; nothing here is measured."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from bayou.errors import UsageError


@dataclass(frozen=True, slots=True)
class GPU:
    """A kind of GPU.

    Attributes:
        flops: Floating-point operations a second in dense bfloat16 products, as published.
        memory: Bytes.
    """

    name: str
    flops: float
    memory: float


_LISTED = (
    GPU("H200", 989e12, 141e9),
    GPU("H100", 989e12, 80e9),
    GPU("A100", 312e12, 80e9),
    GPU("L40S", 362e12, 48e9),
    GPU("A10", 125e12, 24e9),
    GPU("RTX4090", 165e12, 24e9),
)
GPUS = MappingProxyType({gpu.name: gpu for gpu in _LISTED})


def gpu_named(name: str) -> GPU:
    """The GPU of this name.

    Raises:
        UsageError: It is not listed.
    """
    if name not in GPUS:
        raise UsageError(f"no GPU is called {name!r}; there are {', '.join(GPUS)}")
    return GPUS[name]


def peak_of(device: str) -> float | None:
    """The published peak of the device that a driver names so, such as "NVIDIA H100 80GB HBM3"; None where unknown."""
    found = [gpu for gpu in _LISTED if gpu.name in device.replace(" ", "")]
    return found[0].flops if found else None
