"""Arrays kept by the hash of what they were computed from, in memory and on disk. Knows bytes; not what they mean.

Two processes may share a folder: files appear whole or not at all, the same key always holds the same, and only one
process at a time clears up. What is read is checked; a damaged file is removed and counts as absent.
"""

from __future__ import annotations

import json
import os
import struct
import threading
import time
import warnings
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
from filelock import FileLock

from bayou.engine.bfloat16 import from_bfloat16_bits
from bayou.engine.runtime import FloatArray

MEBIBYTE = 1 << 20
SUFFIX, PART_SUFFIX = ".arrays", ".part"
ABANDONED_SECONDS = 3600.0
"""A part file older than this is of a process that was killed."""

_MAGIC = b"bayou-arrays-1\n"
_FIXED = struct.Struct("<IIQ")  # bytes of the description, checksum of description and arrays, bytes of the arrays

_ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """What of read pages is kept for later questions about them; 0 bytes switch a place off.

    Attributes:
        cache_dir: Folder of the files; None: ``pages`` in bayou's cache folder.
        cache_bytes: Most bytes of the files; the least recently used go first.
        memory_bytes: Most bytes in memory. Files are read fast, so that this matters most where there are none.
    """

    cache_dir: str | Path | None = None
    cache_bytes: int = 2048 * MEBIBYTE
    memory_bytes: int = 64 * MEBIBYTE


NO_CACHE = CacheSettings(cache_bytes=0, memory_bytes=0)


class ArrayStore:
    """Tuples of float32 arrays by key. Safe with threads, and with other processes in the same folder.

    A disk that can't be written is said in a warning, once, and then left alone.

    Args:
        folder: None: in memory alone. Made when first needed, for this user alone.
        disk_bytes: Most bytes of files in the folder; 0: no files.
        memory_bytes: Most bytes in memory.
    """

    def __init__(self, folder: Path | None, disk_bytes: int, memory_bytes: int) -> None:
        self._folder = folder if disk_bytes > 0 else None
        self._disk_bytes, self._memory_bytes = disk_bytes, memory_bytes
        self._held: OrderedDict[str, tuple[FloatArray, ...]] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.Lock()

    @property
    def is_off(self) -> bool:
        """Whether nothing is ever kept."""
        return self._folder is None and self._memory_bytes <= 0

    def get(self, key: str) -> tuple[FloatArray, ...] | None:
        """The arrays, not to be written to; None where they aren't known."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        found = None if self._folder is None else self._read(self._folder / (key + SUFFIX))
        if found is not None:
            self._hold(key, found)
        return found

    def put(self, key: str, arrays: Iterable[FloatArray]) -> None:
        """Keep arrays under a key (hexadecimal); what was there before is the same and may stay."""
        kept = tuple(arrays)
        self._hold(key, kept)
        if self._folder is None or (self._folder / (key + SUFFIX)).exists():
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._folder, key, kept)
            self._clear_up(self._folder)
        except OSError as error:
            warnings.warn(f"{self._folder}: pages can't be kept for later questions: {error}", stacklevel=2)
            self._folder = None

    def _hold(self, key: str, arrays: tuple[FloatArray, ...]) -> None:
        with self._lock:
            size = _size(arrays)
            if size > self._memory_bytes or key in self._held:
                return
            self._held[key] = arrays
            self._held_bytes += size
            while self._held_bytes > self._memory_bytes:
                _, oldest = self._held.popitem(last=False)
                self._held_bytes -= _size(oldest)

    def _write(self, folder: Path, key: str, arrays: Sequence[FloatArray]) -> None:
        forms = [_compact(array) for array in arrays]
        described = json.dumps([[form.dtype.str, *form.shape] for form in forms]).encode()
        described += b" " * (-(len(_MAGIC) + _FIXED.size + len(described)) % _ALIGNMENT)
        checksum, size = zlib.crc32(described), 0
        for form in forms:
            checksum, size = zlib.crc32(form.data, checksum), size + form.nbytes
        if size > self._disk_bytes:
            return
        # Readable by this user alone: what is written down here can tell what stands on a page.
        with NamedTemporaryFile(dir=folder, prefix=key[:16], suffix=PART_SUFFIX, delete=False) as part:
            try:
                part.write(_MAGIC + _FIXED.pack(len(described), checksum, size) + described)
                for form in forms:
                    part.write(form.data)
                part.close()
                os.replace(part.name, folder / (key + SUFFIX))
            except BaseException:
                part.close()
                Path(part.name).unlink(missing_ok=True)
                raise

    def _read(self, path: Path) -> tuple[FloatArray, ...] | None:
        try:
            if path.stat().st_size < len(_MAGIC):  # which can't be mapped if it is 0
                raise _Damaged
            # Mapped, not read: a copy less, and files are only ever replaced as a whole.
            arrays = _parsed(np.memmap(path, dtype=np.uint8, mode="r"))
            os.utime(path)  # the time of last access, by which files are cleared up
        except OSError:
            return None
        except _Damaged:
            with suppress(OSError):  # of a folder that may only be read
                path.unlink(missing_ok=True)
            return None
        return arrays

    def _clear_up(self, folder: Path) -> None:
        """Remove the files that were used longest ago, and parts that nobody will finish."""
        with FileLock(folder / "clear_up.lock"):
            files = []
            for path in folder.iterdir():
                try:
                    status = path.stat()
                    if path.suffix == SUFFIX:
                        files.append((status.st_mtime_ns, status.st_size, path))
                    elif path.suffix == PART_SUFFIX and status.st_mtime < time.time() - ABANDONED_SECONDS:
                        path.unlink(missing_ok=True)
                except OSError:  # another process has replaced or removed it
                    continue
            total = sum(size for _, size, _ in files)
            for _, size, path in sorted(files):
                if total <= self._disk_bytes:
                    break
                try:
                    path.unlink(missing_ok=True)
                except PermissionError:  # on Windows, while another process has it open
                    continue
                total -= size


def _size(arrays: Sequence[FloatArray]) -> int:
    return sum(array.nbytes for array in arrays)


def _compact(array: FloatArray) -> np.ndarray:
    """float32 as it is, or where all of it is bfloat16 the upper halves: half the bytes and nothing lost."""
    whole = np.ascontiguousarray(array, dtype="<f4").reshape(array.shape)
    halves = whole.reshape(-1).view("<u2")
    if halves[:4096:2].any() or halves[::2].any():
        return whole
    return np.ascontiguousarray(halves[1::2]).reshape(array.shape)


class _Damaged(Exception):
    """A file isn't whole or was changed."""


def _parsed(content: np.ndarray) -> tuple[FloatArray, ...]:
    """The arrays of a file's bytes.

    Raises:
        _Damaged: It isn't whole or was changed.
    """
    start = len(_MAGIC) + _FIXED.size
    if content[: len(_MAGIC)].tobytes() != _MAGIC or len(content) < start:
        raise _Damaged
    length, checksum, size = _FIXED.unpack(content[len(_MAGIC) : start].tobytes())
    if len(content) != start + length + size or zlib.crc32(content[start:].data) != checksum:
        raise _Damaged
    arrays, place = [], start + length
    for kind, *shape in json.loads(content[start:place].tobytes()):
        end = place + int(np.prod(shape)) * np.dtype(kind).itemsize
        found = np.frombuffer(content[place:end].tobytes() if place % 4 else content[place:end].data, dtype=kind)
        arrays.append((from_bfloat16_bits(found) if kind == "<u2" else found).reshape(shape))
        place = end
    return tuple(arrays)
