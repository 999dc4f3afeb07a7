"""Training samples of unequal length to files and back (safetensors). Knows arrays; not what they mean.

A shard is one file, written atomically, so a run that was stopped goes on with the shards that are missing.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

Sample = TypeVar("Sample")
_LENGTHS = "_lengths"


def write_shard(path: Path, samples: Sequence[Any]) -> None:
    """Write ``samples`` to ``path``, all or nothing.

    Args:
        samples: At least one, all of one dataclass, whose fields are arrays (joined along their first axis, with
            their lengths beside them) or whole numbers.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for field in dataclasses.fields(samples[0]):
        values = list(map(attrgetter(field.name), samples))
        if isinstance(values[0], np.ndarray):
            # safetensors writes the memory as it lies.
            arrays[field.name] = np.ascontiguousarray(np.concatenate(values))
            arrays[field.name + _LENGTHS] = np.array([len(value) for value in values], dtype=np.int32)
        else:
            arrays[field.name] = np.array(values, dtype=np.int32)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    save_file(arrays, unfinished)
    os.replace(unfinished, path)


def read_shard(path: Path, kind: type[Sample]) -> list[Sample]:
    """The samples of a shard, each a ``kind``; they share its memory."""
    arrays = load_file(path)
    columns: list[list[Any]] = []
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # a dataclass, which type[] can't say
        values, lengths = arrays[field.name], arrays.get(field.name + _LENGTHS)
        columns.append(values.tolist() if lengths is None else np.split(values, np.cumsum(lengths)[:-1]))
    return [kind(*parts) for parts in zip(*columns, strict=True)]
