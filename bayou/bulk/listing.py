"""What an input stands for: a folder, a bucket, a list of paths, a Parquet column. Knows names; opens no document."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayou.bulk.items import Listed, Origin
from bayou.bulk.places import file_system, local_path, parquet_column
from bayou.bulk.shown_urls import is_url, path_of, shown, without_secrets
from bayou.errors import InputError, MissingExtraError, UsageError
from bayou.reading.folder_inputs import WALKED_SUFFIXES, find_sources

if TYPE_CHECKING:
    import pyarrow as pa

LIST_SUFFIXES = (".txt", ".list", ".lst")
PARQUET_SUFFIX = ".parquet"
OBJECTS = frozenset({*WALKED_SUFFIXES, PARQUET_SUFFIX})
VERSIONS = ("ETag", "etag", "md5Hash", "content_md5", "LastModified", "last_modified", "mtime", "updated", "created")
"""Where file systems say which version of an object this is, the surest first."""


@dataclass(slots=True)
class Listing:
    """The documents of an input in a steady order, each id once; and what else is to be said."""

    documents: list[Listed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    empty: str = "no documents in it"


@dataclass(frozen=True, slots=True)
class Columns:
    """Of a Parquet input: the column with bytes, paths or URLs (``image.bytes``: a part of it), and one with ids."""

    content: str | None = None
    id: str | None = None


def list_input(source: str, columns: Columns = Columns(), output: str | None = None) -> Listing:
    """The documents that ``source`` stands for.

    A folder or bucket gives the files below it that end like documents, called after their paths in it. A file that
    ends in .txt, .list or .lst is a list: a path or URL a line, relative ones seen from where the list is. A .parquet
    file, or with a column named a folder of them, holds documents or their paths.

    Raises:
        InputError: There is nothing here, or it can't be read.
        UsageError: A Parquet input without a column, or with one that isn't there.
        MissingExtraError: A package is needed.
    """
    ending = path_of(source).lower()
    if ending.endswith(PARQUET_SUFFIX) or columns.content is not None:
        found = Listing(list(_parquet(source, columns)), empty="no row in it")
    elif columns.id is not None:
        raise UsageError("--id-column is about a Parquet input: name the column of documents with --column")
    elif ending.endswith(LIST_SUFFIXES):
        found = Listing(list(_lines(source)), empty="the list is empty; it should have a path or URL a line")
    else:
        found = _folder(source, output)
    return _each_once(found, source)


def _each_once(found: Listing, source: str) -> Listing:
    documents: dict[str, Listed] = {}
    for one in found.documents:
        before = documents.setdefault(one.document, one)
        if before.origin != one.origin:
            why = ": they differ in a secret alone" if is_url(one.document) else ""
            cure = "give them ids, by a Parquet input with --column and --id-column"
            message = f"two documents are called {one.document!r}; results could not tell them apart{why}; {cure}"
            raise InputError(message, shown(source))
    if len(documents) < len(found.documents):
        found.notes.append(f"{len(found.documents) - len(documents)} documents are named twice and read once")
    if not documents:
        raise InputError(found.empty, shown(source))
    return Listing(list(documents.values()), found.notes)


def _folder(source: str, output: str | None) -> Listing:
    path = local_path(source)
    if path is None:
        endings = " ".join(sorted(WALKED_SUFFIXES))
        return Listing(list(_bucket(source)), empty=f"no document here (looked for {endings})")
    below = None if output is None else local_path(output)
    found = find_sources([str(path)], output=below)
    if found.problems and not found.sources:
        raise found.problems[0]
    documents = [_local(one.name, one.path) for one in found.sources if one.path is not None]
    return Listing(documents, [*found.notes, *map(str, found.problems)])


def _local(name: str, path: Path) -> Listed:
    """A file; where it isn't there any more, the run will say so in its row."""
    try:
        stat = path.stat()
    except OSError:
        return Listed(name, Origin(str(path.absolute())))
    return Listed(name, Origin(str(path.absolute())), stat.st_size, f"{stat.st_size}-{stat.st_mtime_ns}")


def _bucket(url: str) -> Iterator[Listed]:
    for name, full, info in _objects(url):
        if os.path.splitext(name)[1].lower() in WALKED_SUFFIXES:
            yield Listed(name, Origin(full), int(info.get("size") or 0), _version(info))


def _objects(url: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Name below ``url``, URL, and what is known of each object; an object itself is called by its last part."""
    own = path_of(url).rpartition("/")[2]
    if path_of(url) != url or (url.lower().startswith("http") and os.path.splitext(own)[1].lower() in OBJECTS):
        yield own, url, {}  # nothing is listed below a signed URL, or a document's
        return
    system, top = file_system(url)
    try:
        found: dict[str, dict[str, Any]] = system.find(top, detail=True)
    except Exception as error:  # each protocol's package raises its own
        why = without_secrets(f"{type(error).__name__}: {error}", url)
        raise InputError(f"can't be listed: {why}", shown(url)) from error
    for path, info in sorted(found.items()):
        name = path[len(top) :].lstrip("/") or path.rpartition("/")[2]
        if info.get("type") != "directory" and not any(part.startswith(".") for part in name.split("/")):
            yield name, system.unstrip_protocol(path), info


def _version(info: Mapping[str, Any]) -> str:
    for name in VERSIONS:
        if info.get(name):
            return f"{info.get('size')}-{info[name]}"
    return ""


def _lines(source: str) -> Iterator[Listed]:
    path = local_path(source)
    try:
        if path is not None:
            text = path.read_text(encoding="utf-8-sig")
        else:
            system, place = file_system(source)
            text = system.cat_file(place).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = without_secrets(str(error), source)
        raise InputError(f"the list can't be read: {why}", shown(source)) from error
    names = (line.strip() for line in text.splitlines())
    yield from _named((name for name in names if name and not name.startswith("#")), source)


def _named(names: Iterable[str], source: str) -> Iterator[Listed]:
    """Paths and URLs as documents of these names; relative paths are seen from where ``source`` is."""
    path = local_path(source)
    for name in names:
        if is_url(name):
            yield Listed(shown(name), Origin(name))
        elif path is not None:
            yield _local(shown(name), path.parent / name)
        else:
            yield Listed(shown(name), Origin(f"{path_of(source).rpartition('/')[0]}/{name}"))


def _parquet(source: str, columns: Columns) -> Iterator[Listed]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise MissingExtraError('Parquet needs the package pyarrow: pip install "bayou[bulk]"') from error
    files = list(_parquet_files(source))
    for name, url, version in files:
        system, path = file_system(url)
        label = name if len(files) > 1 else ""
        try:
            with system.open(path, "rb") as file, pq.ParquetFile(file) as table:
                column, content = _checked(table.schema_arrow, columns, url)
                ids = _ids(table, columns, label, url)
                if pa.types.is_binary(content) or pa.types.is_large_binary(content):
                    for row, document in enumerate(ids):
                        yield Listed(document, Origin(url, row, column), version=version)
                else:
                    yield from _paths(parquet_column(table.read(columns=[column]), column), ids, url)
        except (OSError, pa.ArrowException) as error:
            why = without_secrets(str(error), url)
            raise InputError(f"can't be read as Parquet: {why}", shown(url)) from error


def _parquet_files(source: str) -> Iterator[tuple[str, str, str]]:
    """Name, URL and version of each file."""
    path = local_path(source)
    if path is not None:
        if not path.exists():
            raise InputError("no such file or folder", source)
        files = sorted(path.rglob(f"*{PARQUET_SUFFIX}")) if path.is_dir() else [path]
        for file in files:
            stat = file.stat()
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            yield name, str(file.absolute()), f"{stat.st_size}-{stat.st_mtime_ns}"
        return
    for name, url, info in _objects(source):
        if name.lower().endswith(PARQUET_SUFFIX):
            yield name, url, _version(info)


def _checked(schema: pa.Schema, columns: Columns, url: str) -> tuple[str, pa.DataType]:
    """The column of documents, and its type."""
    import pyarrow as pa

    known = ", ".join(schema.names)
    if columns.content is None:
        raise UsageError(f"{shown(url)}: name the column of documents or paths with --column; there are {known}")
    for name in filter(None, (columns.content, columns.id)):
        if name.partition(".")[0] not in schema.names:
            raise UsageError(f"{shown(url)}: there is no column {name!r}; there are {known}")
    kind = schema.field(columns.content.partition(".")[0]).type
    for part in columns.content.split(".")[1:]:
        if not pa.types.is_struct(kind) or kind.get_field_index(part) < 0:
            raise UsageError(f"{shown(url)}: there is no {part!r} in the column {columns.content!r}: {kind}")
        kind = kind.field(part).type
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    if not any(check(kind) for check in texts):
        raise UsageError(f"{shown(url)}: the column {columns.content!r} holds {kind}, not bytes, paths or URLs")
    return columns.content, kind


def _ids(table: Any, columns: Columns, label: str, url: str) -> list[str]:
    """What each row's document is called: its id, or the row's number, with the file's name where there are several."""
    if columns.id is None:
        start = f"{label or path_of(url).rpartition('/')[2]}#"
        return [f"{start}{row}" for row in range(table.metadata.num_rows)]
    return [shown(str(one)) for one in parquet_column(table.read(columns=[columns.id]), columns.id)]


def _paths(paths: list[Any], ids: list[str], url: str) -> Iterator[Listed]:
    for name, document in zip(paths, ids, strict=True):
        if name is None:
            yield Listed(document, Origin(""))
        else:
            for one in _named([name], url):
                yield Listed(document, one.origin, one.size, one.version)
