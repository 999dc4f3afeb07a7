"""What earlier runs did in an output folder, so that the next reads only the rest. Knows its own file; not documents.

``bayou-manifest.jsonl`` is a log: a header, then one JSON object a line, appended as things happen; the last line about
a source counts. A run that is killed leaves at most a torn last line, which the next run drops. At the end of a run the
log is replaced, in one step, by its shortest form: one line for each source, sorted.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from filelock import FileLock, Timeout

from bayou.errors import OutputError

MANIFEST_NAME = "bayou-manifest.jsonl"
LOCK_NAME = ".bayou-manifest.lock"
SCHEMA_VERSION = 1

EntryStatus = Literal["started", "read", "incomplete", "failed"]
"""``started``: a run ended before it finished this source; ``incomplete``: some of its pages failed."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file that was written: its name below the output folder, its bytes and their SHA-256."""

    name: str
    size: int
    sha256: str

    def state(self, folder: Path) -> Literal["same", "changed", "missing"]:
        """Whether the file is still what was written."""
        path = folder / self.name
        try:
            if path.stat().st_size != self.size:
                return "changed"
            return "same" if file_sha256(path) == self.sha256 else "changed"
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "changed"  # something else stands in its place, or nobody may read it


@dataclass(frozen=True, slots=True)
class Made:
    """One format of one source: from which bytes, with which settings, which files (none where there was nothing)."""

    sha256: str
    settings: str
    outputs: tuple[OutputFile, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one source.

    Attributes:
        source: Its path seen from the output folder, with forward slashes, so that both can be moved together.
        name: What its outputs are called, without their suffixes.
        sha256, size: Of the source's bytes.
        pages: How many pages have which status.
        seconds: Time spent reading and writing it.
        error, exit_code: Why it failed, for status "failed".
        version: Of bayou.
        formats: What was made of it.
        doing: The formats that a run in progress (or one that was killed) is making.
    """

    source: str
    name: str
    status: EntryStatus
    sha256: str = ""
    size: int = 0
    pages: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    exit_code: int = 0
    model: str = ""
    version: str = ""
    formats: dict[str, Made] = field(default_factory=dict)
    doing: tuple[str, ...] = ()

    @property
    def outputs(self) -> tuple[OutputFile, ...]:
        return tuple(output for made in self.formats.values() for output in made.outputs)

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=False)

    @staticmethod
    def from_json(line: str) -> Entry:
        """The inverse of ``to_json``; ValueError, KeyError or TypeError where ``line`` isn't one."""
        values: dict[str, Any] = json.loads(line)
        doing = tuple(values.pop("doing"))
        formats = {
            name: Made(made["sha256"], made["settings"], tuple(OutputFile(**output) for output in made["outputs"]))
            for name, made in values.pop("formats").items()
        }
        return Entry(**values, formats=formats, doing=doing)


class Manifest:
    """The manifest of one output folder, held by one run at a time. A context manager.

    Raises:
        OutputError: The folder can't be made or written, another run holds it, or the file isn't a manifest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / MANIFEST_NAME
        self.notes: list[str] = []
        self._lock = FileLock(folder / LOCK_NAME)
        self._file: FileIO | None = None
        self._entries: dict[str, Entry] = {}

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The last entry of each source, by ``Entry.source``."""
        return self._entries

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            message = "another run is writing into this folder; wait for it, or choose another --output"
            raise OutputError(message, str(self.folder)) from error
        except OSError as error:
            raise output_error(error, self.folder) from error
        try:
            self._load()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if self._file is not None:
                self._file.close()
                self._compact()
        finally:
            self._lock.release()  # its empty file stays: removing it could take away the lock of the next run

    def record(self, entry: Entry) -> None:
        """Appends an entry; what a killed process has recorded stays recorded.

        Raises:
            OutputError: There is no space; the log is as it was before.
        """
        if self._file is None:
            raise ValueError("the manifest is not open")
        line = entry.to_json().encode() + b"\n"
        end = self._file.tell()
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file.fileno())  # before any output: after a power cut none is nobody's
        except OSError as error:
            self._file.truncate(end)
            self._file.seek(end)
            raise output_error(error, self.path) from error
        self._entries[entry.source] = entry

    def rename(self, old: str, new: str) -> None:
        """A source was moved: its entry goes under its new path."""
        self._entries[new] = replace(self._entries.pop(old), source=new)

    def _load(self) -> None:
        try:
            self._entries, whole = self._read()
            if not whole:
                self._compact()
            self._file = FileIO(self.path, "ab")
            if not self._file.tell():
                self._file.write(_header().encode())
        except OSError as error:
            raise output_error(error, self.path) from error

    def _read(self) -> tuple[dict[str, Entry], bool]:
        """The entries, and whether the file was in order to its last byte."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return {}, True
        header, _, rest = data.partition(b"\n")
        if not data or _header().encode().startswith(data):
            return {}, False  # the first run was killed while it wrote the header
        self._check_header(header)
        entries: dict[str, Entry] = {}
        lines = rest.split(b"\n")
        torn = lines.pop()
        for number, line in enumerate(lines, start=2):
            try:
                entry = Entry.from_json(line.decode())
            except (ValueError, KeyError, TypeError, AttributeError):
                self.notes.append(f"{self.path}: line {number} can't be understood and is left out")
                continue
            entries[entry.source] = entry
        return entries, not torn

    def _check_header(self, header: bytes) -> None:
        try:
            version = json.loads(header)["bayou_manifest"]
        except (ValueError, KeyError, TypeError) as error:
            message = "isn't a manifest of bayou; move it away or choose another --output"
            raise OutputError(message, str(self.path)) from error
        if version != SCHEMA_VERSION:
            message = f"is a manifest of version {version}, this bayou knows {SCHEMA_VERSION}; choose another --output"
            raise OutputError(message, str(self.path))

    def _compact(self) -> None:
        if not self._entries:
            self.path.unlink(missing_ok=True)  # nothing was begun, so nothing needs to be remembered
            return
        lines = [entry.to_json() + "\n" for _, entry in sorted(self._entries.items())]
        temporary = self.path.with_name(f".{MANIFEST_NAME}.part")
        try:
            write_new(temporary, (_header() + "".join(lines)).encode())
            os.replace(temporary, self.path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            self.notes.append(f"{output_error(error, self.path)}; the log stays as it is, and is complete")


def _header() -> str:
    return json.dumps({"bayou_manifest": SCHEMA_VERSION}) + "\n"


def own_files(folder: Path) -> Iterator[Path]:
    """What earlier runs wrote into ``folder`` (nothing where there is no manifest), the manifest included."""
    path = folder / MANIFEST_NAME
    if not path.is_file():
        return
    yield path
    yield folder / LOCK_NAME
    for entry in Manifest(folder)._read()[0].values():
        yield from (folder / output.name for output in entry.outputs)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_new(path: Path, data: bytes) -> None:
    """Writes a file, through to the disk, so that renaming it afterwards never uncovers an empty one."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def output_error(error: OSError, path: Path) -> OutputError:
    """What kept ``path`` from being written, said so that a user can help."""
    reasons = {
        errno.ENOSPC: "no space left on the disk; make some, and run the same command again",
        errno.EDQUOT: "your disk quota is used up; make some space, and run the same command again",
        errno.EACCES: "can't be written: permission denied; choose another --output",
        errno.EPERM: "can't be written: permission denied; choose another --output",
        errno.EROFS: "can't be written: the disk is read-only; choose another --output",
        errno.ENAMETOOLONG: "can't be written: the name is too long for this disk",
        errno.ENOTDIR: "can't be written: part of its path is a file, not a folder",
        errno.EEXIST: "can't be written: a file is in the place of a folder",
        errno.EISDIR: "can't be written: a folder has this name",
    }
    return OutputError(reasons.get(error.errno or 0, f"can't be written: {error.strerror or error}"), str(path))
