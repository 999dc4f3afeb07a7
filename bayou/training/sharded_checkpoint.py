"""Checkpoints of a shared-out run (torch.distributed.checkpoint). Knows files and sums; not what a state means.

A checkpoint is a folder ``step-00000250``. It is written under another name while training goes on, then listed with
the sizes and checksums of its files, then renamed; so a folder of that name is whole, or was damaged later, which the
list tells. Each process writes its own shares.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import zlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from torch import distributed
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import async_save

from bayou.errors import InputError, OutputError
from bayou.training.sharding import Group

LIST_FILE, NOTES_FILE = "files.json", "run.json"
_NAME = re.compile(r"step-(\d{8})")
_PART = ".part"
_BLOCK = 1 << 24


class Checkpoints:
    """The checkpoints of a run.

    Args:
        folder: Theirs.
        group: The processes; all of them make the same calls.
        kept: How many stay.
        say: Told, on the first process, of what was found damaged or left over.
    """

    def __init__(self, folder: Path, group: Group, kept: int, say: Callable[[str], None]) -> None:
        self.folder, self.group, self.kept, self.say = folder, group, max(1, kept), say
        self._writing: Future[None] | None = None
        self._pool = ThreadPoolExecutor(1)

    def save(self, step: int, state: dict[str, Any], notes: dict[str, Any]) -> None:
        """Begin to write; ``state`` is copied before this returns. Waits first for the checkpoint before.

        Args:
            state: Tensors, whole or shared out, and containers of them.
            notes: What else the run must know to go on, of values that JSON has, the same on all processes.

        Raises:
            OutputError: This or the checkpoint before can't be written; earlier ones stay.
        """
        self.wait()
        target = self.folder / f"step-{step:08d}"
        part = target.with_name(target.name + _PART)
        try:
            if self.group.first:
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir(parents=True)
            distributed.barrier(group=self.group.files)
            writing = async_save(state, checkpoint_id=part, process_group=self.group.files)
            assert isinstance(writing, Future)
        except OSError as error:
            raise _cannot_write(target, error) from error
        self._writing = self._pool.submit(self._finish, writing, part, target, notes)

    def _finish(self, writing: Future[Any], part: Path, target: Path, notes: dict[str, Any]) -> None:
        writing.result()  # ends where every process has written: the first writes what all of them told it, last
        if not self.group.first:
            return
        (part / NOTES_FILE).write_text(json.dumps(notes) + "\n", encoding="utf-8")
        listed = {path.name: list(size_and_sum(path)) for path in sorted(part.iterdir())}
        (part / LIST_FILE).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(part, target)
        for old in self._whole_names()[self.kept :]:
            shutil.rmtree(old, ignore_errors=True)

    def wait(self) -> None:
        """Until what is being written is there.

        Raises:
            OutputError: It can't be written; earlier ones stay.
        """
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            writing.result()
        except (Exception, CheckpointException) as error:  # torch's own, of every process, is no Exception
            raise _cannot_write(self.folder, error) from error

    def newest(self) -> tuple[Path, dict[str, Any]] | None:
        """The newest whole checkpoint and its notes, the same on all processes; None where there is none.

        Damaged ones are named and passed over, and what a killed run left half-written is removed.
        """
        found: list[tuple[Path, dict[str, Any]] | None] = [self._newest() if self.group.first else None]
        distributed.broadcast_object_list(found, src=0, group=self.group.files)
        return found[0]

    def _newest(self) -> tuple[Path, dict[str, Any]] | None:
        for part in sorted(self.folder.glob(f"step-*{_PART}")):
            self.say(f"{part}: was being written when the run ended; removed")
            shutil.rmtree(part, ignore_errors=True)
        for folder in self._whole_names():
            try:
                return folder, check_checkpoint(folder)
            except InputError as error:
                self.say(f"{error}; going back to the checkpoint before")
        return None

    def _whole_names(self) -> list[Path]:
        """Folders that have a checkpoint's name, newest first."""
        return sorted((path for path in self.folder.glob("step-*") if _NAME.fullmatch(path.name)), reverse=True)

    def load(self, folder: Path, state: dict[str, Any]) -> None:
        """Read into ``state`` in place.

        Raises:
            InputError: It does not hold what ``state`` asks for.
        """
        try:
            load(state, checkpoint_id=folder, process_group=self.group.files)
        except (Exception, CheckpointException) as error:
            raise InputError(
                f"can't be read: {_reason(error)}; remove it to use the one before", str(folder)
            ) from error


def size_and_sum(path: Path) -> tuple[int, int]:
    """Bytes of a file and their CRC-32."""
    size = total = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            size, total = size + len(block), zlib.crc32(block, total)
    return size, total


def check_checkpoint(folder: Path) -> dict[str, Any]:
    """The notes of a checkpoint whose files are all as they were written.

    Raises:
        InputError: A file is missing, torn or changed; it says which.
    """
    try:
        listed = json.loads((folder / LIST_FILE).read_text(encoding="utf-8"))
        for name, (size, total) in listed.items():
            path = folder / name
            found = path.stat().st_size
            if found != size:
                raise InputError(f"a torn checkpoint: it has {found} of {size} bytes", str(path))
            if size_and_sum(path)[1] != total:
                raise InputError("a damaged checkpoint: its checksum is another", str(path))
        notes: dict[str, Any] = json.loads((folder / NOTES_FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"a checkpoint without this file: {error.strerror}", str(error.filename or folder)) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"not a checkpoint's list or notes: {error}", str(folder)) from error
    return notes


def _cannot_write(path: Path, error: BaseException) -> OutputError:
    message = f"the checkpoint can't be written: {_reason(error)}; earlier ones are whole, make room and run it again"
    return OutputError(message, str(path))


def _reason(error: BaseException) -> str:
    """The system's own words where torch has wrapped them up."""
    failures = error.failures.values() if isinstance(error, CheckpointException) else ()
    for inner in (*(failure[0] for failure in failures), error):
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
