"""Samples to a folder of shards and back. Knows files, checksums and places; not where samples come from.

A folder holds ``shard-00000.parquet`` and so on, and ``shards.json``, which is written last: a folder that has it is
whole.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from bayou import config
from bayou.data.parquet_rows import DAMAGED, RowFile, RowGroup, encode_rows, sample_bytes
from bayou.data.sample import Sample
from bayou.documents.write_file import whole_file
from bayou.errors import InputError, OutputError

INDEX = "shards.json"
FORMAT = 1
SHARD_ROWS, SHARD_BYTES = 1024, 64 << 20
"""A shard ends with the sample that reaches either."""

_OPEN_FILES = 4


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """What is known of a shard's file.

    Attributes:
        file: Its name in the folder.
        size: Bytes.
        sha256: Of the file, in hexadecimal digits.
        groups: Samples in each of its row groups.
    """

    file: str
    size: int
    sha256: str
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShardIndex:
    """What ``shards.json`` says."""

    shards: tuple[ShardRecord, ...]
    format: int = FORMAT


def shard_name(number: int) -> str:
    return f"shard-{number:05d}.parquet"


def write_shard(path: Path, samples: Sequence[Sample]) -> ShardRecord:
    """One shard's file, whole or not at all.

    Raises:
        InputError: A picture that is not the bytes of a file.
        OutputError: No space, no permission. An older file of that name stays.
    """
    data, groups = encode_rows(samples)
    view = memoryview(data)
    with whole_file(path) as file:
        file.write(view)
    return ShardRecord(path.name, len(view), hashlib.sha256(view).hexdigest(), groups)


class ShardCut:
    """Collects samples until they fill a shard."""

    def __init__(self, rows: int = SHARD_ROWS, size: int = SHARD_BYTES) -> None:
        self._rows, self._size = rows, size
        self._samples: list[Sample] = []
        self._bytes = 0

    def add(self, sample: Sample) -> bool:
        """Takes in a sample; true where the shard is full with it."""
        self._samples.append(sample)
        self._bytes += sample_bytes(sample)
        return len(self._samples) >= self._rows or self._bytes >= self._size

    def take(self) -> list[Sample]:
        """The samples collected so far, which are then forgotten."""
        taken, self._samples, self._bytes = self._samples, [], 0
        return taken


def write_shards(samples: Iterable[Sample], folder: Path, rows_a_shard: int = SHARD_ROWS) -> None:
    """Samples to a folder, which is whole once ``shards.json`` is there. At most one shard is held in memory.

    Args:
        folder: New, empty, or what a call that was stopped left; its files are written anew.

    Raises:
        OutputError: The folder is whole already, or can't be written.
        InputError: A picture that is not the bytes of a file.
    """
    if (folder / INDEX).exists():
        raise OutputError("there are shards here already; name another folder or remove them", str(folder))
    make_folder(folder)
    records: list[ShardRecord] = []
    cut = ShardCut(rows_a_shard)
    for sample in samples:
        if cut.add(sample):
            records.append(write_shard(folder / shard_name(len(records)), cut.take()))
    rest = cut.take()
    if rest:
        records.append(write_shard(folder / shard_name(len(records)), rest))
    write_index(folder, records)


def make_folder(folder: Path) -> None:
    """The folder, with those above it; OutputError where that can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder can't be made: {error.strerror}", str(folder)) from error


def write_index(folder: Path, records: Sequence[ShardRecord]) -> None:
    """``shards.json``, whole or not at all; OutputError as ``write_shard``."""
    text = json.dumps(config.to_dict(ShardIndex(tuple(records))), indent=1) + "\n"
    with whole_file(folder / INDEX) as file:
        file.write(text.encode())


@dataclass(frozen=True, slots=True)
class Group:
    """A row group's place: in which shard, the how many-th there, and its samples."""

    shard: int
    number: int
    rows: int


class ShardFolder(Sequence[Sample]):
    """A whole folder of shards. Files are opened when their samples are asked for, few at a time.

    Raises:
        InputError: No ``shards.json``, a shard that is missing or of another length; when samples are read, a shard
            whose checksums don't agree.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records = _read_index(folder).shards
        self.groups = tuple(
            Group(shard, number, rows)
            for shard, record in enumerate(self.records)
            for number, rows in enumerate(record.groups)
        )
        self._ends = list(accumulate(group.rows for group in self.groups))
        self._files: dict[int, RowFile] = {}
        self._last: tuple[int, RowGroup] | None = None
        for record in self.records:
            _check_length(folder / record.file, record)

    @cached_property
    def size(self) -> int:
        """Bytes of all shards."""
        return sum(record.size for record in self.records)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, place: int) -> Sample:  # type: ignore[override]  # no slices: they would hold many pictures
        if not 0 <= place < len(self):
            raise IndexError(place)
        group = bisect_right(self._ends, place)
        if self._last is None or self._last[0] != group:
            self._last = (group, self.read_group(group))
        return self._last[1][place - (self._ends[group] - self.groups[group].rows)]

    def read(self, start: int = 0) -> Iterator[Sample]:
        """The samples from number ``start`` on, in the order in which they were written."""
        for place in range(start, len(self)):
            yield self[place]

    def read_group(self, number: int) -> RowGroup:
        """Row group ``number`` of all in ``groups``, with its checksums compared."""
        group = self.groups[number]
        file = self._files.get(group.shard)
        if file is None:
            while len(self._files) >= _OPEN_FILES:
                self._files.pop(next(iter(self._files))).close()
            path = self.folder / self.records[group.shard].file
            file = self._files[group.shard] = RowFile(path)
        return file.read(group.number)

    def verify(self) -> None:
        """Reads every byte; InputError names the first shard that isn't as it was written."""
        for record in self.records:
            path = self.folder / record.file
            _check_length(path, record)
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != record.sha256:
                    raise InputError(DAMAGED, str(path))


def _read_index(folder: Path) -> ShardIndex:
    path = folder / INDEX
    try:
        index = config.load(ShardIndex, path)
    except FileNotFoundError as error:
        message = (
            f"no {INDEX}: this is no folder of shards, or making it was stopped; run the command that makes it again"
        )
        raise InputError(message, str(folder)) from error
    except (OSError, config.SettingsError) as error:
        raise InputError(f"the list of shards can't be read: {error}", str(path)) from error
    if index.format != FORMAT:
        raise InputError(f"shards of format {index.format}; this version of bayou reads {FORMAT}", str(path))
    return index


def _check_length(path: Path, record: ShardRecord) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise InputError("this shard is missing; the command that made it makes it anew", str(path)) from error
    if size != record.size:
        raise InputError(f"{DAMAGED} ({size:,} bytes instead of {record.size:,})", str(path))
