"""Rows of data sets, one at a time, from the files they come in. Knows files and their kinds; not what rows mean.

Rows have a number, the same each time, so that a reader can begin at any of them.
"""

from __future__ import annotations

import base64
import binascii
import csv
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from glob import glob, has_magic
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from bayou.data.parquet_rows import arrow
from bayou.data.recipe import Kind, Place
from bayou.data.schemas import RowError
from bayou.data.shards import ShardFolder
from bayou.errors import BayouError, InputError, MissingExtraError, NetworkError

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"})
TEXTS = (".txt", ".md", ".json")
LABELS = ("labels.tsv", "labels.csv", "labels.json")

_JSON_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it lies there.

    Attributes:
        number: Its place in the source.
        key: Its name in the source, its own.
        values: By column; a row that can't be read holds a ``RowError`` instead.
    """

    number: int
    key: str
    values: Mapping[str, Any] | RowError


def read_rows(place: Place, start: int = 0) -> Iterator[RawRow]:
    """The rows of a source from number ``start`` on, at most ``place.limit`` counted from the first.

    Raises:
        InputError: Nothing is there, or a file can't be read.
        MissingExtraError: Parquet without pyarrow, the Hub without datasets.
        NetworkError: The Hub can't be reached.
    """
    readers: dict[Kind, Callable[[Place, int], Iterator[RawRow]]] = {
        **{"folder": _folder, "json": _json, "parquet": _parquet},
        **{"webdataset": _tars, "shards": _shards, "hub": _hub},
    }
    count = None if place.limit is None else max(0, place.limit - start)
    return islice(readers[place.kind](place, start), count)


def picture_folder(place: Place) -> Path:
    """Where names of pictures start from."""
    path = Path(place.path)
    if place.images is not None:
        return place.images
    return path if path.is_dir() else Path(*(part for part in path.parent.parts if not has_magic(part)))


def _files(place: Place, *suffixes: str) -> list[Path]:
    path = Path(place.path)
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix in suffixes)
    elif has_magic(place.path):
        files = sorted(Path(name) for name in glob(place.path, recursive=True))
    else:
        files = [path]
    if not files or not files[0].exists():
        raise InputError(f"nothing to read for {place.name}: no {' or '.join(suffixes)} file", place.path)
    return files


def _folder(place: Place, start: int) -> Iterator[RawRow]:
    folder = Path(place.path)
    if not folder.is_dir():
        raise InputError(f"no folder for {place.name}", place.path)
    labels = _labels(folder)
    if labels is not None:
        for number, (name, label) in enumerate(labels):
            if number >= start:
                yield RawRow(number, name, {"image": name, "text": label})
        return
    pictures = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    if not pictures:
        raise InputError(f"no pictures for {place.name}", place.path)
    for number, path in enumerate(pictures):
        if number >= start:
            yield RawRow(number, path.relative_to(folder).as_posix(), _beside(path, folder))


def _beside(picture: Path, folder: Path) -> Mapping[str, Any] | RowError:
    """A picture with the text of its name: beside it, or in a folder ``text``, ``texts`` or ``labels``."""
    relative = picture.relative_to(folder)
    places = [picture.parent, *(folder / name / relative.parent.name for name in ("text", "texts", "labels", "fields"))]
    places += [folder / name for name in ("text", "texts", "labels", "fields")]
    for suffix in TEXTS:
        for place in places:
            path = place / (picture.stem + suffix)
            if path.is_file():
                try:
                    content = path.read_text(encoding="utf-8")
                    given = {"fields": json.loads(content)} if suffix == ".json" else {}
                except (OSError, ValueError) as error:
                    return RowError("unreadable-text", f"{path.name}: {error}")
                return {"image": relative.as_posix(), "text": content, **given}
    return RowError("no-text", f"no {' or '.join(TEXTS)} file of this name")


def _labels(folder: Path) -> Iterator[tuple[str, str]] | None:
    path = next((folder / name for name in LABELS if (folder / name).is_file()), None)
    if path is None:
        return None
    try:
        content = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            return iter([(str(name), str(label)) for name, label in json.loads(content).items()])
        rows = csv.reader(content.splitlines(), delimiter="\t" if path.suffix == ".tsv" else ",")
        if path.suffix == ".tsv":  # quotes are letters there
            rows = csv.reader(content.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
        return iter([(row[0], row[1] if len(row) > 1 else "") for row in rows if row])
    except (OSError, ValueError, AttributeError, csv.Error) as error:
        raise InputError(f"the labels can't be read: {error}", str(path)) from error


def _json(place: Place, start: int) -> Iterator[RawRow]:
    number = 0
    for path in _files(place, ".json", ".jsonl"):
        try:
            for values in _lines(path) if path.suffix == ".jsonl" else _array(path):
                if number >= start:
                    row = values if isinstance(values, Mapping | RowError) else RowError("other-schema", "no table")
                    yield RawRow(number, f"{path.name}#{number}", row)
                number += 1
        except (OSError, ValueError) as error:
            raise InputError(f"can't be read after row {number}: {error}", str(path)) from error


def _lines(path: Path) -> Iterator[object]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    yield RowError("unreadable-text", str(error))


def _array(path: Path) -> Iterator[object]:
    """The values of one JSON array, a piece of the file at a time."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8") as file:
        text = file.read(_JSON_BUFFER).lstrip()
        if not text.startswith("["):
            raise ValueError("not an array, and not a .jsonl file with a value a line")
        text = text[1:]
        while True:
            text = text.lstrip().removeprefix(",").lstrip()
            if text.startswith("]"):
                return
            try:
                value, end = decoder.raw_decode(text)
                if end == len(text):  # a number may go on
                    raise ValueError("cut off")
            except ValueError:
                more = file.read(max(_JSON_BUFFER, len(text)))
                if not more:
                    raise
                text += more
                continue
            text = text[end:]
            yield value


def _parquet(place: Place, start: int) -> Iterator[RawRow]:
    pa = arrow()
    number = 0
    for path in _files(place, ".parquet"):
        try:
            with pa.parquet.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    rows = file.metadata.row_group(group).num_rows
                    if number + rows <= start:
                        number += rows
                        continue
                    for batch in file.iter_batches(batch_size=16, row_groups=[group], use_threads=False):
                        for values in batch.to_pylist():
                            if number >= start:
                                yield RawRow(number, f"{path.name}#{number}", values)
                            number += 1
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"can't be read after row {number}: {error}", str(path)) from error


def _tars(place: Place, start: int) -> Iterator[RawRow]:
    number = 0
    for path in _files(place, ".tar"):
        try:
            for key, members, tar in _groups(path):
                if number >= start:
                    yield RawRow(number, f"{path.name}/{key}", _from_members(members, tar))
                number += 1
        except (OSError, tarfile.TarError) as error:
            raise InputError(f"can't be read after row {number}: {error}", str(path)) from error


def _groups(path: Path) -> Iterator[tuple[str, list[tarfile.TarInfo], tarfile.TarFile]]:
    """Files that follow each other in a tar and share their name up to the first dot."""
    with tarfile.open(path) as tar:
        key, members = "", list[tarfile.TarInfo]()
        for member in tar:
            if not member.isfile():
                continue
            name = PurePosixPath(member.name)
            mine = str(name.parent / name.name.partition(".")[0])
            if mine != key and members:
                yield key, members, tar
                members = []
            key = mine
            members.append(member)
        if members:
            yield key, members, tar


def _from_members(members: list[tarfile.TarInfo], tar: tarfile.TarFile) -> Mapping[str, Any] | RowError:
    values: dict[str, Any] = {}
    pictures = []
    for member in members:
        file = tar.extractfile(member)
        content = b"" if file is None else file.read()
        suffix = PurePosixPath(member.name).name.partition(".")[2].lower()
        last = "." + suffix.rpartition(".")[2]
        if last in PICTURES and last not in (".tif", ".tiff"):
            pictures.append(content)
        elif last == ".json":
            try:
                told = json.loads(content)
            except ValueError as error:
                return RowError("unreadable-text", f"{member.name}: {error}")
            values.update(told if isinstance(told, dict) else {suffix: told})
        elif last in (".txt", ".md", ".cls"):
            values[suffix] = content.decode("utf-8", errors="replace")
        else:
            values[suffix] = content
    if pictures:
        values["images"] = pictures
    return values


def _shards(place: Place, start: int) -> Iterator[RawRow]:
    for number, sample in enumerate(ShardFolder(Path(place.path)).read(start), start=start):
        yield RawRow(number, sample.key, {"sample": sample})


def _hub(place: Place, start: int) -> Iterator[RawRow]:
    try:
        import datasets
    except ModuleNotFoundError as error:
        message = 'the Hugging Face Hub is read with the package datasets: pip install "bayou[hub-data]"'
        raise MissingExtraError(message, place.path) from error
    try:
        stream = datasets.load_dataset(place.path, place.subset or None, split=place.split, streaming=True)
        for number, values in enumerate(stream.decode(False).skip(start), start=start):
            yield RawRow(number, f"{place.subset or place.split}#{number}", _from_stream(values))
    except BayouError:
        raise
    except Exception as error:  # what comes out of it is of many libraries, and of no common kind
        raise NetworkError(f"can't be read from the Hub: {error}", place.path) from error


def _from_stream(values: dict[str, Any]) -> dict[str, Any]:
    """A streamed row as tar files read here give it: of tars on the Hub, columns have the names of suffixes."""
    told = values.get("json")
    row = {**told, **values} if isinstance(told, dict) else dict(values)
    pictures = [row[suffix[1:]] for suffix in sorted(PICTURES - {".tif", ".tiff"}) if row.get(suffix[1:]) is not None]
    return {**row, "images": pictures} if pictures and "__key__" in row else row


def resolve(value: object, folder: Path) -> bytes:
    """The bytes of a picture as a row gives it: bytes, a name, a ``data:`` or ``file:`` address, a table of both.

    Raises:
        RowError: It isn't there, or would need the network.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes") or value.get("path")
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not value:
        raise RowError("missing-picture", f"no bytes and no name but {type(value).__name__}")
    if value.startswith("data:"):
        return _from_data(value)
    if value.startswith(("http://", "https://")):
        raise RowError("picture-elsewhere", f"{value} is a web address, which is not fetched")
    path = folder / (unquote(urlsplit(value).path) if value.startswith("file:") else value)
    for place in (path, folder / "images" / value):
        if place.is_file():
            try:
                return place.read_bytes()
            except OSError as error:
                raise RowError("missing-picture", f"{place}: {error.strerror}") from error
    raise RowError("missing-picture", f"no file {path}")


def _from_data(address: str) -> bytes:
    _, _, data = address.partition("base64,")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise RowError("missing-picture", f"a data: address that is not base64: {error}") from error
