"""A document's outputs as files: all of them appear whole, or none does. Knows formats' names; not models or manifests.

Every output is first written beside its place under a temporary name (``write_parts``), and renamed when all of them
are there (``put_in_place``). The temporary names tell which document they belong to, so that a later run finds and
removes what a killed one left (``sweep``).
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from bayou.documents.document import Document
from bayou.documents.json_format import to_json
from bayou.documents.raw_page import OpenOptions
from bayou.documents.table_grid import tables_to_csv
from bayou.documents.to_alto import to_alto
from bayou.documents.to_hocr import to_hocr
from bayou.documents.to_html import to_html
from bayou.documents.to_markdown import to_markdown
from bayou.documents.to_searchable_pdf import write_searchable_pdf
from bayou.documents.to_text import to_text
from bayou.documents.to_tsv import to_tsv
from bayou.errors import OutputError
from bayou.reading.extraction import Extraction
from bayou.reading.manifest import output_error

SUFFIX_OF = {
    "text": ".txt",
    "markdown": ".md",
    "html": ".html",
    "json": ".json",
    "tsv": ".tsv",
    "hocr": ".hocr",
    "alto": ".alto.xml",
    "pdf": ".pdf",
    "csv": ".csv",
    "record": ".record.json",
}
"""Formats in the order in which help lists them. ``csv`` gives one file a table: ``.1.csv``, ``.2.csv`` ...
``record`` is what was extracted by a schema, with its evidence."""

SINGLE_DOCUMENT_FORMATS = frozenset({"html", "hocr", "alto", "pdf"})
"""Formats of which several documents can't follow each other in one stream."""


@dataclass(frozen=True, slots=True)
class Part:
    """A finished output that isn't in its place yet: its name below the output folder, and where it is."""

    format: str
    name: str
    path: Path
    size: int = 0
    sha256: str = ""


def render_text(made: Document | Extraction, format: str) -> str:
    """A document in one text format; all tables of the document, an empty line between them, for ``csv``.

    An extraction is JSON on one line for ``record``, and else its document.
    """
    if isinstance(made, Extraction):
        if format == "record":
            return made.to_json() + "\n"
        made = made.document
    writers: Mapping[str, Callable[[Document], str]] = {
        "text": to_text,
        "markdown": to_markdown,
        "html": to_html,
        "json": to_json,
        "tsv": to_tsv,
        "hocr": to_hocr,
        "alto": to_alto,
        "csv": lambda document: "\n".join(tables_to_csv(document)),
    }
    text = writers[format](made)
    return text if not text or text.endswith("\n") else text + "\n"


def _files(
    made: Document | Extraction, format: str, source: Path | bytes, options: OpenOptions
) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """The files that one format of a document consists of: their suffixes, and what writes each to a path."""
    suffix = SUFFIX_OF[format]
    if isinstance(made, Extraction) and format == "record":
        yield suffix, partial(Path.write_bytes, data=encoded(made.to_json(indent=1) + "\n"))
        return
    document = made.document if isinstance(made, Extraction) else made
    if format == "pdf":
        # A page at a time, so that a long document need not fit into memory.
        yield suffix, lambda path: write_searchable_pdf(document, source, path, options)
    elif format == "csv":
        for number, table in enumerate(tables_to_csv(document), start=1):
            yield f".{number}{suffix}", partial(Path.write_bytes, data=encoded(table))
    else:
        yield suffix, partial(Path.write_bytes, data=encoded(render_text(document, format)))


def encoded(text: str) -> bytes:
    """UTF-8; half a surrogate pair, which a broken PDF's text layer may hold, is no character and becomes ``?``."""
    return text.encode("utf-8", errors="replace")


def without_timings(document: Document) -> Document:
    """The same document with no seconds in it, so that files of equal content are equal; the manifest has the times."""
    return replace(document, pages=tuple(replace(page, seconds=0.0) for page in document.pages))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's outputs go: a folder, and their name below it without a suffix."""

    output: Path
    name: str


def write_parts(
    made: Document | Extraction, formats: Sequence[str], source: Path | bytes, options: OpenOptions, place: Place
) -> tuple[Part, ...]:
    """Writes the formats of a document, or of what was extracted from it, under temporary names.

    Args:
        source: What the document was read from, and ``options`` how it was opened: a searchable PDF shows its pages.

    Raises:
        OutputError: They can't all be written; none of them is left then.
    """
    if isinstance(made, Document):
        made = without_timings(made)
    parts: list[Part] = []
    folder = (place.output / place.name).parent
    try:
        for format in formats:
            for suffix, write in _files(made, format, source, options):
                target = place.output / (place.name + suffix)
                temporary = folder / f"{_prefix(place.name)}{os.getpid()}-{len(parts)}.part"
                parts.append(Part(format, place.name + suffix, temporary))
                parts[-1] = _written(parts[-1], target, write)
    except BaseException:
        discard(parts)
        raise
    return tuple(parts)


def _written(part: Part, target: Path, write: Callable[[Path], object]) -> Part:
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        target.parent.mkdir(parents=True, exist_ok=True)
        write(part.path)
        with open(part.path, "rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return replace(part, size=file.tell(), sha256=digest)
    except OutputError as error:  # it names the temporary file, which says nothing to anybody
        if isinstance(error.__cause__, OSError):
            raise output_error(error.__cause__, target) from error
        raise
    except OSError as error:
        raise output_error(error, target) from error


def put_in_place(parts: Sequence[Part], output: Path) -> None:
    """Gives finished outputs their names.

    Raises:
        OutputError: One of them can't be; those that came before it are removed again, and no part is left.
    """
    done: list[Path] = []
    for part in parts:
        target = output / part.name
        try:
            os.replace(part.path, target)
        except OSError as error:
            for path in done:
                path.unlink(missing_ok=True)
            discard(parts)
            raise output_error(error, target) from error
        done.append(target)


def discard(parts: Sequence[Part]) -> None:
    """Removes parts that won't be outputs."""
    for part in parts:
        with suppress(FileNotFoundError, NotADirectoryError):  # it was never begun
            part.path.unlink()


def remove(path: Path) -> None:
    """Removes an output that is out of date; OutputError where that isn't allowed."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise output_error(error, path) from error


def sweep(output: Path, name: str) -> None:
    """Removes the temporary files that a killed run left of one document, and their own temporary files."""
    for path in (output / name).parent.glob(f"*{_prefix(name)}*.part"):
        path.unlink(missing_ok=True)


def _prefix(name: str) -> str:
    """Short, whatever the name's length, and different for documents of one folder."""
    return f".bayou-{hashlib.sha256(PurePosixPath(name).name.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}-"


def refuse_strangers(output: Path, name: str, formats: Sequence[str], known: frozenset[str]) -> None:
    """Checks, before anything is read, that no file in the way is somebody else's.

    Raises:
        OutputError: A file has the name of an output and isn't in ``known`` (what bayou wrote).
    """
    for format in formats:
        for path in existing_outputs(output, name, format):
            if path.is_dir():
                raise output_error(IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)), path)
            if path.relative_to(output).as_posix() not in known:
                raise OutputError("exists, and bayou didn't write it; --overwrite replaces it", str(path))


def existing_outputs(output: Path, name: str, format: str) -> list[Path]:
    """Files that have the names of one format's outputs, whoever wrote them."""
    target = output / (name + SUFFIX_OF[format])
    if format != "csv":
        return [target] if os.path.lexists(target) else []
    pattern = re.compile(re.escape((output / name).name) + r"\.\d+" + re.escape(target.suffix))
    try:
        return sorted(path for path in target.parent.iterdir() if pattern.fullmatch(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return []
