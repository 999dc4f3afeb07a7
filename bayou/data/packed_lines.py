"""Real lines in one file, to read quickly and to take elsewhere. Knows the file; not where the lines come from."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from bayou.errors import InputError


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line with its surroundings: see ``bayou.data.real.RealLine``, which is one."""

    key: str
    text: str
    source: str
    case_known: bool
    png: bytes
    box: tuple[int, int, int, int]


def write_packed(path: Path, lines: Sequence[StoredLine]) -> None:
    """Write the lines to a file, whole or not at all."""
    notes = [[line.key, line.text, line.source, line.case_known] for line in lines]
    arrays: dict[str, NDArray[np.generic]] = {
        "pictures": np.frombuffer(b"".join(line.png for line in lines), np.uint8),
        "lengths": np.array([len(line.png) for line in lines], np.int64),
        "boxes": np.array([line.box for line in lines], np.int32).reshape(-1, 4),
        "notes": np.frombuffer(json.dumps(notes, ensure_ascii=False).encode(), np.uint8),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    save_file(arrays, unfinished)
    os.replace(unfinished, path)


def read_packed(path: Path) -> list[StoredLine]:
    """The lines of a file that ``write_packed`` wrote.

    Raises:
        InputError: Not such a file.
    """
    try:
        arrays = load_file(path)
        notes = json.loads(arrays["notes"].tobytes())
        ends, pictures, boxes = np.cumsum(arrays["lengths"]), arrays["pictures"].tobytes(), arrays["boxes"].tolist()
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise InputError(f"not a file of packed lines: {error}", str(path)) from error
    lines = []
    for note, first, end, box in zip(notes, [0, *ends[:-1].tolist()], ends.tolist(), boxes, strict=True):
        key, text, source, case_known = note
        lines.append(StoredLine(key, text, source, case_known, pictures[first:end], (box[0], box[1], box[2], box[3])))
    return lines
