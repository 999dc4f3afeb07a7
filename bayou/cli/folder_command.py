"""What commands over folders share: which files, how they are opened, how a run ends. Knows the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bayou.cli.exit_codes import INTERRUPTED
from bayou.cli.model_options import ModelFlags, chosen_model, loaded_reader
from bayou.cli.terminal import say

if TYPE_CHECKING:
    from bayou.cli.read_report import ReadReport
    from bayou.reading.folder_inputs import Found
    from bayou.reading.folder_run import RunOptions
    from bayou.reading.folder_workers import MakeReader, ReadSettings


class OpeningFlags(ModelFlags):
    """Those of how documents are opened and read, as click gives them; None where one was not given."""

    pages: str | None
    dpi: float | None
    password: str | None
    force_ocr: bool
    max_pixels: int | None
    max_pages: int | None


class FolderFlags(OpeningFlags):
    """The options as click gives them; None where one was not given."""

    formats: tuple[str, ...]
    output: Path | None
    jobs: int
    max_failures: int | None
    recursive: bool
    overwrite: bool
    quiet: bool
    verbose: bool


_OPENING = (
    click.option("--output", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results."),
    click.option("--pages", metavar="RANGES", help="Only these pages, for instance 1-5,8 or 12-."),
    click.option(
        "--dpi",
        type=click.FloatRange(20, 1200),
        metavar="N",
        help="Resolution at which PDF pages are drawn; images keep theirs. [default: 200]",
    ),
    click.option(
        "--jobs", "-j", type=click.IntRange(1), default=1, metavar="N", help="Processes that read. [default: 1]"
    ),
)
_RUNNING = (
    click.option(
        "--password",
        envvar="BAYOU_PASSWORD",
        help="For encrypted PDFs; unseen by others in the variable BAYOU_PASSWORD.",
    ),
    click.option(
        "--force-ocr", is_flag=True, help="Ignore the text that a PDF carries, and read its pages as pictures."
    ),
    click.option("--max-pixels", type=click.IntRange(1), metavar="N", help="Refuse larger pages. [default: 150000000]"),
    click.option("--max-pages", type=click.IntRange(1), metavar="N", help="Refuse longer documents. [default: 5000]"),
    click.option("--max-failures", type=click.IntRange(1), metavar="N", help="Stop after N failures."),
    click.option(
        "--recursive/--no-recursive", default=True, help="Read folders inside folders too. [default: recursive]"
    ),
    click.option("--overwrite", is_flag=True, help="Read all again, and replace files that bayou did not write."),
    click.option("--quiet", "-q", is_flag=True, help="Only errors."),
    click.option("--verbose", "-v", is_flag=True, help="A line for each file, and where faults come from."),
)


def opening_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say where results go, and which pages are read."""
    for option in reversed(_OPENING):
        command = option(command)
    return command


def running_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that say how documents are opened, and how a run goes on and ends."""
    for option in reversed(_RUNNING):
        command = option(command)
    return command


def run(
    found: Found, options: RunOptions, make_reader: MakeReader | None, report: ReadReport, quiet: bool
) -> int | None:
    """Reads what was found; gives the exit code of a run that ended before its end, else None."""
    from bayou.reading.folder_run import read_to_folder, read_to_texts
    from bayou.reading.folder_workers import StopRun

    make = make_reader or partial(loaded_reader, quiet=quiet)
    try:
        if not found.sources:
            pass  # each path that leads nowhere was told
        elif options.output is None:
            read_to_texts(found.sources, options, make, report)
        else:
            report.remarks(read_to_folder(found.sources, options, make, report))
    except StopRun as stop:
        report.stopped(stop.failure)
        return stop.failure.exit_code
    except KeyboardInterrupt:
        report.interrupted()
        return INTERRUPTED
    return None


def read_settings(flags: OpeningFlags, schema: str = "") -> ReadSettings:
    """How each document is read; ``schema`` is the JSON text of that of its record."""
    from bayou.documents.page_ranges import parse_page_ranges
    from bayou.reading.folder_workers import ReadSettings

    if flags["pages"] is not None:
        parse_page_ranges(flags["pages"])
    defaults = ReadSettings()
    return ReadSettings(
        model=chosen_model(flags),
        runtime=flags["runtime"],
        precision=flags["precision"],
        device=flags["device"],
        max_memory=flags["max_memory"],
        url=flags["url"],
        api_key=flags["api_key"],
        max_new_tokens=flags["max_new_tokens"],
        max_tiles=flags["max_tiles"],
        skip_blank_tiles=flags["skip_blank_tiles"],
        pages=flags["pages"],
        dpi=flags["dpi"] or defaults.dpi,
        password=flags["password"],
        force_ocr=flags["force_ocr"],
        max_pixels=flags["max_pixels"] or defaults.max_pixels,
        max_pages=flags["max_pages"] or defaults.max_pages,
        schema=schema,
    )


def find(paths: tuple[str, ...], flags: FolderFlags) -> Found:
    """The documents that the command's paths stand for."""
    from bayou.reading.folder_inputs import STDIN, find_sources
    from bayou.reading.manifest import own_files

    if STDIN in paths and sys.stdin.isatty():
        say("reading standard input: this is for a document that is piped in; Ctrl-C ends")
    return find_sources(
        paths,
        recursive=flags["recursive"],
        output=flags["output"],
        own_files=own_files(flags["output"]) if flags["output"] is not None else (),
        read_stdin=lambda: sys.stdin.buffer.read(),
    )
