"""Data sets as they are published: OpenVLM's TSV, JSON, JSON lines, Parquet, a folder. Knows files; not benchmarks.

A table is read a row at a time. Pictures are base64 in a TSV, bytes in Parquet, or files beside the table.
"""

from __future__ import annotations

import ast
import base64
import binascii
import csv
import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from bayou.errors import InputError, MissingExtraError
from bayou.evaluation.benchmark import DataSource, Picture

Row = Mapping[str, Any]
LONGEST_REFERENCE = 64
"""A picture's cell in a TSV of at most so many characters names the row whose picture it is, as the harness has it."""
BATCH_ROWS = 16
DRAWN = "drawn, third edition"
"""Stands for the hash of what a benchmark draws itself; changes with what is drawn."""
TABLES = (".tsv", ".json", ".jsonl", ".parquet")


@dataclass(frozen=True, slots=True)
class Data:
    """An opened data set.

    Attributes:
        folder: Where the table is, or the data set itself.
        digest: SHA-256 of the table; of a folder the names and sizes of its files.
        published: Whether it is the published file; None where its hash was not published.
        about: The file's name, bytes and MD5, and the published one's where that is another; "" of folders.
        where: Where it is published, for messages about what is missing.
    """

    folder: Path
    digest: str
    published: bool | None
    read: Callable[[], Iterator[Row]]
    about: str = ""
    where: str = ""

    def rows(self) -> Iterator[Row]:
        """The table from its beginning."""
        return self.read()

    def picture(self, value: Any) -> Picture:
        """What a table says about a picture, as bytes or a file.

        Raises:
            InputError: The file isn't there, or it is no picture.
        """
        match value:
            case bytes():
                return value
            case {"bytes": bytes(content)}:
                return content
            case {"path": str(path)} | str(path) if (
                len(path) <= 4 * LONGEST_REFERENCE and (self.folder / path).is_file()
            ):
                return self.folder / path
            case Image.Image():
                file = io.BytesIO()
                value.save(file, "PNG")
                return file.getvalue()
            case {"path": str(path)}:
                raise self.missing("the picture is not there", self.folder / path)
            case str(text):
                return self._from_base64(text)
        raise InputError(f"the table has {type(value).__name__} where a picture belongs", str(self.folder))

    def pictures(self, value: Any) -> tuple[Picture, ...]:
        """One or several: a list, also as Python writes it in a cell."""
        if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
            value = listed(value)
        given = value if isinstance(value, list | tuple) else [value]
        return tuple(self.picture(one) for one in given)

    def _from_base64(self, text: str) -> bytes:
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            missing = self.folder / text[: 4 * LONGEST_REFERENCE]
            raise self.missing("the picture is neither a file there nor base64", missing) from error

    def missing(self, told: str, path: Path) -> InputError:
        """The error of a file of the data set that isn't there, with where to get it."""
        return InputError(f"{told}; {self.where}" if self.where else told, str(path))


def listed(cell: Any) -> list[Any]:
    """A cell that may hold a list as Python writes it; a plain value is a list of itself."""
    if isinstance(cell, list | tuple):
        return list(cell)
    if isinstance(cell, str) and cell.startswith("["):
        try:
            found = ast.literal_eval(cell)
        except (ValueError, SyntaxError):
            return [cell]
        return list(found) if isinstance(found, list | tuple) else [cell]
    return [cell]


def open_data(path: Path, source: DataSource) -> Data:
    """A data set in a folder or a file.

    Raises:
        InputError: It isn't there; the message says where to get it and what its hash is.
        MissingExtraError: Parquet without pyarrow.
    """
    if not path.exists():
        raise InputError(f"is not there; {where_from(source)}", str(path))
    if not source.files:
        return _folder(path, where_from(source))
    table = path if path.is_file() else _table_in(path, source)
    if table.suffix == ".parquet" and path.is_dir():
        tables = sorted(table.parent.glob("*.parquet"))
        about = f"{len(tables)} files of Parquet, {sum(one.stat().st_size for one in tables):,} bytes"
        return Data(table.parent, _digest(tables), None, lambda: _parquet_rows(tables), about, where_from(source))
    readers = {
        ".tsv": _tsv_rows,
        ".json": _json_rows,
        ".jsonl": _json_lines,
        ".parquet": lambda one: _parquet_rows([one]),
    }
    if table.suffix not in readers:
        raise InputError(f"is no table that is read here ({', '.join(TABLES)})", str(table))
    published, about = _compared(table, source.md5.get(table.name))
    read = readers[table.suffix]
    return Data(table.parent, _digest([table]), published, lambda: read(table), about, where_from(source))


def _compared(table: Path, known: str | None) -> tuple[bool | None, str]:
    """Whether a table is the published one, and what is to be said of it."""
    about = f"{table.name}, {table.stat().st_size:,} bytes"
    if known is None:
        return None, about
    found = _md5(table)
    if found == known:
        return True, f"{about}, MD5 {found}"
    return False, f"{about}, MD5 {found}; the published {table.name} has MD5 {known}"


def drawn() -> Data:
    """No data set at all: for what a benchmark draws itself."""
    return Data(Path(), DRAWN, None, lambda: iter(()))


def where_from(source: DataSource) -> str:
    """Where a data set is published, how much it is, and by which hashes its files are known."""
    known = [source.size] if source.size else []
    known += [f"{name}: MD5 {value}" for name, value in source.md5.items()]
    names = f"{' or '.join(source.files)}, " if source.files else ""
    return f"get {names}from {source.address}" + (f" ({'; '.join(known)})" if known else "")


def streamed(source: DataSource, load: Callable[..., Iterable[Row]] | None = None) -> Data:
    """A data set from the Hub, a row at a time; nothing is asked of the network before the first row is wanted.

    Args:
        load: ``datasets.load_dataset``; given by tests.

    Raises:
        InputError: It isn't on the Hub in a form that is read here.
        MissingExtraError: The package datasets is not installed.
    """
    if not source.hub:
        raise InputError(f"this benchmark is not streamed from the Hub; {where_from(source)}")
    name, *rest = source.hub
    *config, split = rest
    stream = load or _hub_loader()
    digest = hashlib.sha256(" ".join(source.hub).encode()).hexdigest()
    return Data(Path(), digest, None, lambda: iter(stream(name, *config, split=split, streaming=True)))


def _hub_loader() -> Callable[..., Iterable[Row]]:
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise MissingExtraError("streaming from the Hub needs datasets: pip install 'bayou[hub-data]'") from error
    loader: Callable[..., Iterable[Row]] = load_dataset
    return loader


def _table_in(folder: Path, source: DataSource) -> Path:
    for name in source.files:
        found = sorted(folder.glob(name))
        if found:
            return found[0]
    raise InputError(f"holds no {' or '.join(source.files)}; {where_from(source)}", str(folder))


def _folder(folder: Path, where: str) -> Data:
    said = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            said.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
    return Data(folder, said.hexdigest(), None, lambda: iter(()), where=where)


def _digest(tables: Iterable[Path]) -> str:
    said = hashlib.sha256()
    for table in tables:
        with table.open("rb") as file:
            said.update(hashlib.file_digest(file, "sha256").digest())
    return said.hexdigest()


def _md5(table: Path) -> str:
    with table.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _tsv_cells(table: Path) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with table.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t")
        for number, row in enumerate(reader, 2):
            if None in row.values() or None in row:
                raise InputError(f"row {number} has another number of cells than the first", str(table))
            yield row


def _tsv_rows(table: Path) -> Iterator[Row]:
    """Rows whose pictures stand in another row get that picture, kept in a file until the table is read."""
    wanted = {row["image"] for row in _tsv_cells(table) if 0 < len(row.get("image") or "") <= LONGEST_REFERENCE}
    if not wanted:
        yield from _tsv_cells(table)
        return
    with tempfile.TemporaryDirectory(prefix="bayou-") as kept:
        place = {index: Path(kept) / str(number) for number, index in enumerate(sorted(wanted))}
        for row in _tsv_cells(table):
            if row["index"] in place and len(row["image"]) > LONGEST_REFERENCE:
                place[row["index"]].write_text(row["image"], encoding="ascii")
        for row in _tsv_cells(table):
            if 0 < len(row["image"]) <= LONGEST_REFERENCE:
                if not place[row["image"]].exists():
                    raise InputError(f"row {row['index']} wants the picture of row {row['image']}", str(table))
                row["image"] = place[row["image"]].read_text(encoding="ascii")
            yield row


def _json_rows(table: Path) -> Iterator[Row]:
    try:
        rows = json.loads(table.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", str(table)) from error
    if not isinstance(rows, list):
        raise InputError("is not a JSON list", str(table))
    yield from rows


def _json_lines(table: Path) -> Iterator[Row]:
    with table.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise InputError(f"line {number} is not JSON ({error})", str(table)) from error


def _parquet_rows(tables: Iterable[Path]) -> Iterator[Row]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtraError("Parquet needs pyarrow: pip install 'bayou[data]'") from error
    for table in tables:
        try:
            with ParquetFile(table) as file:
                for batch in file.iter_batches(batch_size=BATCH_ROWS):
                    yield from batch.to_pylist()
        except ArrowException as error:
            raise InputError(f"is not Parquet, or damaged ({error})", str(table)) from error
