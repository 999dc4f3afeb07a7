"""Tensors into safetensors files of a bounded size, one in memory at a time. Knows the file format; no model.

The format: eight bytes of length, a JSON table of name, number format, shape and place, then the bytes of all tensors.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bayou.engine.weight_files import Weight
from bayou.errors import ModelError

LARGEST_SHARD = 2_000_000_000
"""Bytes."""
SINGLE_FILE, INDEX_FILE = "model.safetensors", "model.safetensors.index.json"
_NAMES = {"float32": "F32", "float16": "F16", "float64": "F64", "uint16": "BF16"}


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Some rows of a weight, numbers as they are stored; None: all of it."""

    weight: Weight
    rows: slice | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        if self.rows is None:
            return self.weight.shape
        first, end, _ = self.rows.indices(self.weight.shape[0])
        return (end - first, *self.weight.shape[1:])

    @property
    def number_format(self) -> str:
        """The format's name of its numbers.

        Raises:
            ModelError: It is quantised.
        """
        name = self.weight.stored.dtype.name
        if name not in _NAMES or self.weight.is_bfloat16 != (name == "uint16"):
            raise ModelError("a quantised checkpoint: export the one that it was made from")
        return _NAMES[name]

    @property
    def size(self) -> int:
        """Bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.weight.stored.dtype.itemsize


def write_shards(pieces: Mapping[str, Piece], folder: Path, largest: int = LARGEST_SHARD) -> None:
    """Write ``model.safetensors``, or where that is too large several files and their index.

    Raises:
        ModelError: A tensor is quantised.
        OSError: It can't be written.
    """
    shards = _shards(pieces, largest)
    if len(shards) == 1:
        _write(pieces, folder / SINGLE_FILE)
        return
    places: dict[str, str] = {}
    for number, names in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        _write({name: pieces[name] for name in names}, folder / file)
        places |= dict.fromkeys(names, file)
    total = sum(piece.size for piece in pieces.values())
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (folder / INDEX_FILE).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def _shards(pieces: Mapping[str, Piece], largest: int) -> Sequence[Sequence[str]]:
    shards: list[list[str]] = [[]]
    room = largest
    for name, piece in pieces.items():
        if shards[-1] and piece.size > room:
            shards.append([])
            room = largest
        shards[-1].append(name)
        room -= piece.size
    return shards


def _write(pieces: Mapping[str, Piece], path: Path) -> None:
    table: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, piece in pieces.items():
        first, end = end, end + piece.size
        table[name] = {"dtype": piece.number_format, "shape": piece.shape, "data_offsets": (first, end)}
    header = json.dumps(table, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    with path.open("xb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for piece in pieces.values():
            stored = piece.weight.stored if piece.rows is None else piece.weight.stored[piece.rows]
            file.write(np.ascontiguousarray(stored).data)
        file.flush()
        os.fsync(file.fileno())
