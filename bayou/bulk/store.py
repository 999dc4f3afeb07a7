"""Where results go: a folder, or a bucket. Knows names and bytes; a name has its whole content or isn't there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bayou.bulk.places import file_system, local_path
from bayou.bulk.shown_urls import shown, without_secrets
from bayou.documents.write_file import whole_file
from bayou.errors import OutputError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


class Store(Protocol):
    """Names are relative, with forward slashes. Stores can be sent to other processes.

    Raises:
        OutputError: From each method, where the place can't be written or read.
    """

    label: str

    def write(self, name: str, data: bytes) -> None:
        """The name with this content, in place of an older one."""

    def read(self, name: str) -> bytes | None:
        """The content; None where the name isn't there."""

    def read_all(self, names: Sequence[str]) -> Mapping[str, bytes]:
        """The content of each name that is there."""

    def names(self, folder: str = "") -> list[str]:
        """The files right in a folder, sorted, as ``folder/name``; none where there is no such folder."""

    def move(self, source: str, target: str) -> None:
        """The content under another name. Where this is stopped, both names may have it."""

    def remove(self, names: Iterable[str]) -> None:
        """Names that may be there are gone."""

    def clear(self, folder: str) -> None:
        """A folder that may be there is gone."""


def open_store(output: str) -> Store:
    """The store of a path or URL; nothing is asked or made yet."""
    path = local_path(output)
    return BucketStore(output) if path is None else FolderStore(path)


class FolderStore:
    """Results in a folder of this computer, or one that all computers of a cluster share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.label = str(folder)

    def write(self, name: str, data: bytes) -> None:
        path = self.folder / name
        with folder_told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # after a power cut, too, a name has its whole content

    def read(self, name: str) -> bytes | None:
        path = self.folder / name
        with folder_told(path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def read_all(self, names: Sequence[str]) -> Mapping[str, bytes]:
        found = ((name, self.read(name)) for name in names)
        return {name: data for name, data in found if data is not None}

    def names(self, folder: str = "") -> list[str]:
        path = self.folder / folder
        with folder_told(path):
            try:
                entries = sorted(entry.name for entry in os.scandir(path) if entry.is_file())
            except FileNotFoundError:
                return []
        return [f"{folder}/{name}" if folder else name for name in entries if not name.endswith(".part")]

    def move(self, source: str, target: str) -> None:
        with folder_told(self.folder / target):
            os.replace(self.folder / source, self.folder / target)

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            with folder_told(self.folder / name):
                (self.folder / name).unlink(missing_ok=True)

    def clear(self, folder: str) -> None:
        shutil.rmtree(self.folder / folder, ignore_errors=True)


class BucketStore:
    """Results in a bucket, by fsspec. An object is put whole, and moved by a copy on the server."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self.label = shown(self._url)

    def system(self) -> tuple[AbstractFileSystem, str]:
        """The file system and the folder's path on it; fsspec keeps the connection."""
        return file_system(self._url)

    def write(self, name: str, data: bytes) -> None:
        with self._told(name) as (system, path):
            system.pipe_file(path, data)

    def create(self, name: str, data: bytes) -> bool:
        """Writes a name that isn't there; false where it is, also where somebody else was quicker."""
        with self._told(name) as (system, path):
            try:
                system.pipe_file(path, data, mode="create")
            except FileExistsError:
                return False
            except OSError as error:
                if "PreconditionFailed" in str(error) or "ConditionalRequestConflict" in str(error):
                    return False
                raise
        return True

    def read(self, name: str) -> bytes | None:
        with self._told(name) as (system, path):
            try:
                data: bytes = system.cat_file(path)
            except FileNotFoundError:
                return None
        return data

    def read_all(self, names: Sequence[str]) -> Mapping[str, bytes]:
        with self._told("") as (system, top):
            paths = {f"{top}{name}": name for name in names}
            if not paths:
                return {}
            found = system.cat(list(paths), on_error="omit")
            if isinstance(found, bytes):  # what fsspec makes of a list of one
                return {names[0]: found}
            return {paths[path]: data for path, data in found.items()}

    def names(self, folder: str = "") -> list[str]:
        with self._told(folder) as (system, path):
            system.invalidate_cache()
            try:
                entries = system.ls(path.rstrip("/"), detail=True)
            except FileNotFoundError:
                return []
        files = sorted(entry["name"].rpartition("/")[2] for entry in entries if entry["type"] == "file")
        return [f"{folder}/{name}" if folder else name for name in files if name]

    def move(self, source: str, target: str) -> None:
        with self._told(target) as (system, path):
            origin = path.removesuffix(target) + source
            system.cp_file(origin, path)
            system.rm_file(origin)

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            with self._told(name) as (system, path):
                try:
                    system.rm_file(path)
                except FileNotFoundError:
                    continue

    def clear(self, folder: str) -> None:
        with self._told(folder) as (system, path):
            system.invalidate_cache()
            try:
                system.rm(path, recursive=True)
            except FileNotFoundError:
                return

    @contextmanager
    def _told(self, name: str) -> Iterator[tuple[AbstractFileSystem, str]]:
        """The file system and the name's path on it; what goes wrong is said with the name."""
        system, top = self.system()
        try:
            yield system, f"{top}/{name}"
        except OutputError:
            raise
        except Exception as error:  # each protocol's package raises its own
            where = f"{self.label}/{name}" if name else self.label
            why = without_secrets(f"{type(error).__name__}: {error}", self._url)
            raise OutputError(f"can't be used: {why}", where) from error


@contextmanager
def folder_told(path: Path) -> Iterator[None]:
    """What goes wrong with a name in a folder is said with it, and with what can be done."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputError("a file is where a folder is needed; choose another --output", str(path)) from error
    except OSError as error:
        why = error.strerror or error
        raise OutputError(f"can't be used: {why}; choose an --output that can be written", str(path)) from error
