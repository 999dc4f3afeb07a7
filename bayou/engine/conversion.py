"""A checkpoint in 8 or 4 bits, made once and kept in the cache folder. Knows folders and locks; no terminal.

What is kept is known by the content of the checkpoint's files, the precision and a version of the format. It appears
whole or not at all: it is written beside its place, under a lock, and renamed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from filelock import FileLock

from bayou.cache import make_cache_folder
from bayou.engine.checkpoint import CONFIG_FILE, WEIGHTS_FILE, Checkpoint
from bayou.engine.quantization import write_file
from bayou.engine.rounded_weights import Progress, RoundedWeights
from bayou.engine.runtime import SquarePrecision
from bayou.engine.runtimes.openvino_square import write_square_graphs
from bayou.errors import ModelError, OutputError

FORMAT = 1
FOLDER, RECORD, HASHES = "openvino", "made.json", "hashes.json"
SMALLEST_KEPT = 64_000_000
"""Checkpoints of fewer bytes are rounded anew each time: it takes less than a second, and nothing has to be kept."""

_ROOM_TO_SPARE = 100_000_000
_CHUNK = 16_000_000


def is_kept(checkpoint: Checkpoint, precision: SquarePrecision) -> bool:
    """Whether a conversion is worth keeping: something is rounded, and the checkpoint is large.

    float32 and bf16 are the checkpoint's own numbers, which are mapped from its file.
    """
    rounds = precision.decoder in ("int8", "int4") or precision.tower == "int8"
    return rounds and (checkpoint.folder / WEIGHTS_FILE).stat().st_size >= SMALLEST_KEPT


def converted(checkpoint: Checkpoint, precision: SquarePrecision, progress: Progress | None = None) -> Path:
    """The folder of the converted checkpoint, made where it isn't there yet.

    Args:
        progress: Told only while one is made. Another process that is making it is waited for.

    Raises:
        OutputError: It can't be written, or there is too little space.
        ModelError: The checkpoint can't be read.
    """
    root = make_cache_folder() / FOLDER
    try:
        root.mkdir(exist_ok=True)
        key = _key(checkpoint, precision, root)
        target = root / f"{precision.decoder}-{key}"
        with FileLock(f"{target}.lock"):
            if not _is_whole(target):
                _make(checkpoint, precision, target, progress)
    except OSError as error:
        raise OutputError(
            f"the converted model can't be kept: {error.strerror}", error.filename or str(root)
        ) from error
    return target


def _make(checkpoint: Checkpoint, precision: SquarePrecision, target: Path, progress: Progress | None) -> None:
    for left in (target, *target.parent.glob(f"{target.name}.*.part")):  # of conversions that were killed
        shutil.rmtree(left, ignore_errors=True)
    _check_room(checkpoint, target.parent)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    part.mkdir()
    try:
        weights = RoundedWeights(checkpoint.weights, precision, progress)
        try:
            write_square_graphs(checkpoint.config, weights, precision, part)
        except RuntimeError as error:  # OpenVINO's, for anything that the system refuses
            raise OutputError(f"the converted model can't be written: {error}", str(part)) from error
        sizes = {path.name: path.stat().st_size for path in part.iterdir()}
        record = {"format": FORMAT, "of": checkpoint.folder.name, "precision": precision.decoder, "sizes": sizes}
        (part / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    if progress is not None:
        progress(1.0)


def _check_room(checkpoint: Checkpoint, folder: Path) -> None:
    needed = (checkpoint.folder / WEIGHTS_FILE).stat().st_size + _ROOM_TO_SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        said = f"converting the model may take {needed / 1e9:.1f} GB here, {free / 1e9:.1f} GB are free"
        raise OutputError(f"{said}; the variable BAYOU_CACHE names another folder", str(folder))


def _is_whole(folder: Path) -> bool:
    try:
        sizes = json.loads((folder / RECORD).read_text(encoding="utf-8"))["sizes"]
        return bool(sizes) and all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _key(checkpoint: Checkpoint, precision: SquarePrecision, root: Path) -> str:
    config = (checkpoint.folder / CONFIG_FILE).read_bytes()
    weights = _remembered_hash(checkpoint.folder / WEIGHTS_FILE, root)
    said = f"{FORMAT} {precision.decoder} {precision.tower} {hashlib.sha256(config).hexdigest()} {weights}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _remembered_hash(path: Path, root: Path) -> str:
    """A file's SHA-256; of a file of the same place, size and time of change as before it is known."""
    status, memory = path.resolve().stat(), root / HASHES
    known_as = f"{path.resolve()} {status.st_size} {status.st_mtime_ns}"
    with FileLock(f"{memory}.lock"):
        try:
            known = json.loads(memory.read_text(encoding="utf-8"))
            if isinstance(known[known_as], str):
                return str(known[known_as])
        except FileNotFoundError:
            known = {}
        except (ValueError, KeyError, TypeError):
            known = known if isinstance(known, dict) else {}
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"can't read the weights: {error.strerror}", str(path)) from error
        write_file((json.dumps({**known, known_as: found}, indent=1) + "\n").encode(), memory)
    return found
