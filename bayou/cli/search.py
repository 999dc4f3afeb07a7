"""``bayou search``: where documents say some words, a line for each place, as grep tells it. Knows the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypedDict, Unpack

import click

from bayou.cli.exit_codes import NOTHING_FOUND, PARTIAL_FAILURE
from bayou.cli.given_documents import given
from bayou.cli.terminal import say, write_result
from bayou.errors import BayouError, InputError, UsageError

if TYPE_CHECKING:
    from bayou.documents.document import Document
    from bayou.documents.raw_page import OpenOptions
    from bayou.reading.folder_inputs import Source
    from bayou.reading.folder_workers import ReadSettings


class LineReader(Protocol):
    """What the command needs of a reader; ``bayou.reading.reader.Reader`` is one."""

    def as_document(self, source: Path | bytes, options: OpenOptions | None) -> Document:
        """One document, read."""


class SearchFlags(TypedDict):
    """The options as click gives them; None where one was not given."""

    model: str | None
    pages: str | None
    dpi: float | None
    password: str | None
    limit: int
    as_json: bool
    quiet: bool


@click.command(short_help="Find words in documents.")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.argument("query")
@click.option("--model", metavar="NAME", help="nano, ppocr, or a nano's folder. [default: nano]")
@click.option("--pages", metavar="RANGES", help="Only these pages of each file, for instance 1-3,8.")
@click.option(
    "--dpi",
    type=click.FloatRange(20, 1200),
    metavar="N",
    help="Resolution at which PDF pages are drawn. [default: 200]",
)
@click.option(
    "--password", envvar="BAYOU_PASSWORD", help="For encrypted PDFs; unseen by others in the variable BAYOU_PASSWORD."
)
@click.option("--limit", type=click.IntRange(1), default=100, metavar="N", help="Most places a file. [default: 100]")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each place, with boxes, one a line.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
@click.pass_context
def search(ctx: click.Context, paths: tuple[str, ...], query: str, **flags: Unpack[SearchFlags]) -> int:
    """Find words in documents: images, PDFs, folders, patterns, or - for standard input.

    \b
    bayou search scans "purchase order"
    bayou search contract.pdf "notice period" --json

    Case, accents, line ends and hyphens at them don't matter, and letters that readers confuse are forgiven. A place is
    told as FILE:PAGE:LINE: and the line. Documents that `bayou read --to json` wrote are searched as they are.

    \b
    Exit codes: 0 found, 11 not found. 10 some of several files can't be used. A single one that can't
    gives 3, 4 password, 5 limit. 2 wrong call, 7 model, 130 interrupted.
    """
    from bayou.reading.folder_inputs import find_sources

    settings = _settings(paths, query, flags)
    found = find_sources(paths, read_stdin=lambda: sys.stdin.buffer.read())
    documents = _Documents(settings, ctx.obj)
    failures: list[BayouError] = list(found.problems)
    places = 0
    for source in found.sources:
        try:
            places += _search_one(documents.read(source), source.label, query, flags)
        except InputError as error:
            failures.append(error)
    for failure in failures:
        say(str(failure))
    if failures:
        return PARTIAL_FAILURE if len(found.problems) + len(found.sources) > 1 else failures[0].exit_code
    if not places and not flags["quiet"]:
        count = len(found.sources)
        say(f"{query!r} was not found in {'1 document' if count == 1 else f'{count} documents'}")
    return 0 if places else NOTHING_FOUND


def _settings(paths: tuple[str, ...], query: str, flags: SearchFlags) -> ReadSettings:
    from bayou.documents.page_ranges import parse_page_ranges
    from bayou.reading.folder_workers import ReadSettings

    if not paths:
        raise UsageError("give the documents first and then what to look for: bayou search scans 'purchase order'")
    if not any(character.isalnum() for character in query):
        raise UsageError("there is nothing to look for; write it last, in quotation marks")
    if flags["pages"] is not None:
        parse_page_ranges(flags["pages"])
    defaults = ReadSettings()
    return ReadSettings(
        model=flags["model"] or defaults.model,
        pages=flags["pages"],
        dpi=flags["dpi"] or defaults.dpi,
        password=flags["password"],
    )


class _Documents:
    """Reads sources; the model is loaded when the first needs it."""

    def __init__(self, settings: ReadSettings, make: Callable[[ReadSettings], LineReader] | None) -> None:
        self._settings, self._make = settings, make
        self._reader: LineReader | None = None

    def read(self, source: Source) -> Document:
        """One source; what was read before and kept as JSON is taken as it is."""
        from bayou.documents.document import Document
        from bayou.documents.raw_page import OpenOptions

        document = given(source)
        if isinstance(document, Document):
            return document
        if self._reader is None:
            self._reader = self._made()
        settings = self._settings
        return self._reader.as_document(document, OpenOptions(settings.pages, settings.dpi, settings.password))

    def _made(self) -> LineReader:
        if self._make is not None:
            return self._make(self._settings)
        from bayou.cli.model_options import loaded_reader

        reader = loaded_reader(self._settings)
        if not reader.reads_lines:
            raise UsageError(f"{reader.model} reads whole pages; nano and ppocr are for searching")
        return reader


def _search_one(document: Document, label: str, query: str, flags: SearchFlags) -> int:
    """Prints the places of one document; how many."""
    from bayou.reading.search import search as find

    hits = find(document, query, flags["limit"])
    for hit in hits:
        if flags["as_json"]:
            write_result(json.dumps({"file": label, **hit.to_dict()}, ensure_ascii=False) + "\n")
        else:
            write_result(f"{label}:{hit.page}:{hit.line}: {hit.context}\n")
    return len(hits)
