"""Files and objects by path or URL. Knows fsspec and Parquet columns; not documents or results."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayou.bulk.items import Origin
from bayou.bulk.shown_urls import is_url, shown, without_secrets
from bayou.errors import InputError, MissingExtraError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from fsspec import AbstractFileSystem

NEEDS = 'pip install "bayou[bulk]"'


def local_path(text: str) -> Path | None:
    """The path of something on this computer, also as ``file://``; None for other URLs."""
    if not is_url(text):
        return Path(text)
    return Path(text.removeprefix("file://")) if text.startswith("file://") else None


def file_system(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a URL, and the path on it.

    Raises:
        MissingExtraError: A package that speaks this protocol isn't installed.
        UsageError: There is no such protocol.
    """
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"{shown(url)} needs the package fsspec: {NEEDS}") from error
    try:
        system, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise MissingExtraError(f"{shown(url)} needs another package: {without_secrets(str(error))}") from error
    except ValueError as error:
        raise UsageError(f"{shown(url)} can't be used: {without_secrets(str(error), url)}") from error
    return system, str(path)


def parquet_column(table: pa.Table, column: str) -> list[Any]:
    """The values of a column, or of a part of it, as ``image.bytes``."""
    import pyarrow.compute as pc

    name, *parts = column.split(".")
    values = table.column(name)
    for part in parts:
        values = pc.struct_field(values, part)
    return values.to_pylist()


class Fetcher:
    """Brings documents to this computer; the last one is kept, since its next pages are often wanted next.

    Args:
        folder: For copies of what isn't on this computer; whoever gives it removes it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: tuple[Origin, str, tuple[int, int] | None] | None = None
        self._rows: tuple[str, str, int, list[bytes | None]] | None = None

    def fetch(self, origin: Origin) -> tuple[Path, str]:
        """The file, and the SHA-256 of its content.

        Raises:
            OSError: It isn't there or can't be read; other errors come from whoever speaks the URL's protocol.
        """
        if not origin.url:
            raise InputError("the row names no document")
        path = local_path(origin.url) if origin.row is None else None
        if path is not None:
            return path, self._hash(origin, path)
        copy = self._folder / hashlib.sha256(repr(origin).encode()).hexdigest()[:32]
        if not copy.exists():
            for old in self._folder.iterdir():
                old.unlink()
            part = copy.with_suffix(".part")
            self._copy(origin, part)
            os.replace(part, copy)
        return copy, self._hash(origin, copy)

    def _hash(self, origin: Origin, path: Path) -> str:
        stat = path.stat()
        state = stat.st_size, stat.st_mtime_ns
        if self._known is None or self._known[0] != origin or self._known[2] != state:
            with path.open("rb") as file:
                self._known = origin, hashlib.file_digest(file, "sha256").hexdigest(), state
        return self._known[1]

    def _copy(self, origin: Origin, target: Path) -> None:
        if origin.row is not None:
            target.write_bytes(self._cell(origin.url, origin.column, origin.row))
            return
        system, path = file_system(origin.url)
        system.get_file(path, str(target))

    def _cell(self, url: str, column: str, row: int) -> bytes:
        """The bytes in one row; its whole group of rows is kept for the next."""
        import pyarrow.parquet as pq

        known = self._rows
        if known is None or known[:2] != (url, column) or not known[2] <= row < known[2] + len(known[3]):
            system, path = file_system(url)
            with system.open(path, "rb") as file, pq.ParquetFile(file) as table:
                first, group = 0, 0
                while first + table.metadata.row_group(group).num_rows <= row:
                    first, group = first + table.metadata.row_group(group).num_rows, group + 1
                cells = parquet_column(table.read_row_group(group, columns=[column]), column)
            known = self._rows = url, column, first, cells
        cell = known[3][row - known[2]]
        if cell is None:
            raise InputError("the row has no document", f"{shown(url)}, row {row}")
        return cell
