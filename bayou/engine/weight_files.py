"""Weights as they stand in a safetensors file, read without torch. Knows names, shapes and number formats; no network.

numpy has no bfloat16, in which the released checkpoints are written: such a tensor is read as float32's upper 16 bits.
The file is mapped, so a tensor costs memory only while it is used.
"""

from __future__ import annotations

import json
import math
import mmap
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bayou.engine.bfloat16 import from_bfloat16_bits
from bayou.engine.runtime import FloatArray
from bayou.errors import ModelError

_HEADER_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000
_FORMATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I8": "i1", "I32": "<i4", "I64": "<i8"}


@dataclass(frozen=True, eq=False, slots=True)
class Weight:
    """One tensor.

    Attributes:
        stored: The numbers of the file; for bfloat16 their 16 bits as uint16; for a quantised matrix int8, or uint8 of
            0 to 15.
        is_bfloat16: Whether ``stored`` holds such bits.
        scale: Of a quantised matrix: float16, one for each row (first axis); the weight is stored * scale. In 4 bits
            [rows, groups]: a row is cut into groups of equal length.
        zero: Only in 4 bits: uint8 [rows, groups], the step that stands for 0; the weight is (stored - zero) * scale.
    """

    stored: NDArray[Any]
    is_bfloat16: bool = False
    scale: NDArray[np.float16] | None = None
    zero: NDArray[np.uint8] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.stored.shape

    @property
    def row_scale(self) -> FloatArray:
        """The scale, float32, shaped to multiply ``stored``: [rows, 1, ...]."""
        assert self.scale is not None
        return self.scale.astype(np.float32).reshape(-1, *[1] * (self.stored.ndim - 1))

    def dense(self) -> FloatArray:
        """The weight itself in float32, for any format."""
        return self.rows(slice(None))

    def rows(self, index: slice | NDArray[np.integer]) -> FloatArray:
        """Some rows (of the first axis) in float32, without converting the others."""
        chosen = np.asarray(self.stored[index])
        if self.is_bfloat16:
            return from_bfloat16_bits(chosen)
        if self.scale is None:
            return chosen.astype(np.float32)
        scale = self.scale[index].astype(np.float32)
        if self.zero is not None:
            steps = chosen.reshape(*scale.shape, -1) - self.zero[index].astype(np.float32)[..., None]
            grouped: FloatArray = (steps * scale[..., None]).reshape(chosen.shape)
            return grouped
        product: FloatArray = chosen * scale.reshape(*scale.shape, *[1] * (chosen.ndim - scale.ndim))
        return product


class Weights(Mapping[str, Weight]):
    """Named tensors, a quantised matrix with its scale as one. Remembers what was used, so that leftovers show."""

    def __init__(self, weights: Mapping[str, Weight], source: str = "", mapping: mmap.mmap | None = None) -> None:
        self._weights = dict(weights)
        self._unused = set(self._weights)
        self.source = source
        self._mapping = mapping

    def __getitem__(self, name: str) -> Weight:
        if name not in self._weights:
            raise ModelError(f"the weights lack {name!r}", self.source or None)
        self._unused.discard(name)
        return self._weights[name]

    def __contains__(self, name: object) -> bool:
        return name in self._weights

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def shaped(self, name: str, *shape: int) -> Weight:
        """A weight whose shape must be this one.

        Raises:
            ModelError: It is missing or of another shape.
        """
        weight = self[name]
        if weight.shape != shape:
            raise ModelError(f"{name!r} has shape {list(weight.shape)}, not {list(shape)}", self.source or None)
        return weight

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Each tensor's shape, without reading or using it."""
        return {name: weight.shape for name, weight in self._weights.items()}

    def release(self) -> None:
        """Give back the memory of what was read of the file; what is used again is read again."""
        if self._mapping is not None:
            release_pages(self._mapping)

    def check_all_used(self) -> None:
        """Raises ModelError where a tensor of the file has no place in the network."""
        if self._unused:
            names = ", ".join(sorted(self._unused)[:5])
            raise ModelError(f"{len(self._unused)} tensors are not this model's: {names}", self.source or None)


def map_file(path: Path) -> mmap.mmap | None:
    """A file's bytes as memory; None for an empty file. Writing to it changes no file."""
    with path.open("rb") as file:
        empty = not file.read(1)
        return None if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)


def release_pages(mapping: mmap.mmap) -> None:
    """Give back the memory of what was read; elsewhere than on Linux the system does so by itself, later."""
    if sys.platform == "linux":
        mapping.madvise(mmap.MADV_DONTNEED)


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The file's table of tensors, and where their bytes begin."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_HEADER_LENGTH_BYTES), "little")
            if not 2 <= length <= _LONGEST_HEADER:
                raise ModelError("not a safetensors file", str(path))
            header = file.read(length)
            if len(header) < length:
                raise ModelError("not a safetensors file, or a truncated one", str(path))
            table = json.loads(header)
    except OSError as error:
        raise ModelError(f"can't read the weights: {error.strerror}", str(path)) from error
    except (ValueError, RecursionError) as error:  # JSON or UTF-8
        raise ModelError("not a safetensors file, or a truncated one", str(path)) from error
    if not isinstance(table, dict):
        raise ModelError("not a safetensors file", str(path))
    table.pop("__metadata__", None)
    return table, _HEADER_LENGTH_BYTES + length


def read_tensors(path: Path) -> dict[str, Weight]:
    """Every tensor of a file as it stands.

    Raises:
        ModelError: The file is missing, truncated, not safetensors, or holds an unknown number format.
    """
    return map_tensors(path)[0]


def map_tensors(path: Path) -> tuple[dict[str, Weight], mmap.mmap | None]:
    """Every tensor of a file as it stands, and the mapped file itself; errors as for ``read_tensors``."""
    table, start = _header(path)
    mapping = map_file(path)
    content = np.empty(0, dtype=np.uint8) if mapping is None else np.frombuffer(mapping, dtype=np.uint8)[start:]
    tensors = {}
    for name, entry in table.items():
        try:
            kind, shape, (first, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
            item = np.dtype(_FORMATS.get(kind, "u1"))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the entry of {name!r} is damaged", str(path)) from error
        if not all(type(number) is int and number >= 0 for number in (*shape, first, end)):
            raise ModelError(f"the entry of {name!r} is damaged", str(path))
        if kind not in _FORMATS:
            raise ModelError(f"{name!r} is of an unknown number format, {kind}", str(path))
        if not first <= end <= len(content) or end - first != item.itemsize * math.prod(shape):
            raise ModelError(f"{name!r} has not as many bytes as its shape needs: the file is truncated", str(path))
        # A copy only where the bytes are not aligned, which the format doesn't promise.
        raw = content[first:end]
        aligned = raw if (start + first) % item.itemsize == 0 else raw.copy()
        tensors[name] = Weight(aligned.view(item).reshape(shape), kind == "BF16")
    return tensors, mapping
