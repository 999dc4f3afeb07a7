"""``bayou read``: options in, a run, messages and an exit code out. Knows the command line; not how one reads."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from bayou.cli.exit_codes import INTERRUPTED
from bayou.cli.model_options import ModelFlags, chosen_model, loaded_reader, model_options
from bayou.cli.terminal import say, version
from bayou.errors import UsageError

if TYPE_CHECKING:
    from bayou.cli.read_report import ReadReport
    from bayou.reading.folder_inputs import Found
    from bayou.reading.folder_run import RunOptions
    from bayou.reading.folder_workers import MakeReader, ReadSettings

FORMATS = ("text", "markdown", "html", "json", "tsv", "hocr", "alto", "pdf", "csv")
ALIASES = {"txt": "text", "md": "markdown"}
FILE_SUFFIXES = frozenset({".txt", ".md", ".html", ".json", ".tsv", ".hocr", ".xml", ".pdf", ".csv"})


class ReadFlags(ModelFlags):
    """The options of ``bayou read`` as click gives them; None where an option was not given."""

    formats: tuple[str, ...]
    output: Path | None
    pages: str | None
    dpi: float | None
    jobs: int
    password: str | None
    force_ocr: bool
    max_pixels: int | None
    max_pages: int | None
    max_failures: int | None
    recursive: bool
    overwrite: bool
    quiet: bool
    verbose: bool


def parse_formats(ctx: click.Context, _: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """``("text,json", "pdf")`` as ``("text", "json", "pdf")``, each once."""
    names = [name.strip().lower() for value in values for name in value.split(",") if name.strip()]
    formats = tuple(dict.fromkeys(ALIASES.get(name, name) for name in names))
    for format in formats:
        if format not in FORMATS:
            raise click.BadParameter(f"{format!r} is not a format; choose from {', '.join(FORMATS)}")
    return formats or ("text",)


@click.command(short_help="Read documents.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--to",
    "formats",
    multiple=True,
    callback=parse_formats,
    metavar="FORMAT[,FORMAT]",
    help=f"{', '.join(FORMATS)}; several at once with --output. pdf: the pages with invisible text to search and copy. "
    "csv: one file for each table. [default: text]",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Folder for the results.")
@click.option("--pages", metavar="RANGES", help="Only these pages, for instance 1-5,8 or 12-.")
@click.option(
    "--dpi",
    type=click.FloatRange(20, 1200),
    metavar="N",
    help="Resolution at which PDF pages are drawn; images keep theirs. [default: 200]",
)
@click.option("--jobs", "-j", type=click.IntRange(1), default=1, metavar="N", help="Processes that read. [default: 1]")
@model_options(max_new_tokens=4096)
@click.option(
    "--password", envvar="BAYOU_PASSWORD", help="For encrypted PDFs; unseen by others in the variable BAYOU_PASSWORD."
)
@click.option("--force-ocr", is_flag=True, help="Ignore the text that a PDF carries, and read its pages as pictures.")
@click.option("--max-pixels", type=click.IntRange(1), metavar="N", help="Refuse larger pages. [default: 150000000]")
@click.option("--max-pages", type=click.IntRange(1), metavar="N", help="Refuse longer documents. [default: 5000]")
@click.option("--max-failures", type=click.IntRange(1), metavar="N", help="Stop after N failures.")
@click.option("--recursive/--no-recursive", default=True, help="Read folders inside folders too. [default: recursive]")
@click.option("--overwrite", is_flag=True, help="Read all again, and replace files that bayou did not write.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
@click.option("--verbose", "-v", is_flag=True, help="A line for each file, and where faults come from.")
@click.pass_context
def read(ctx: click.Context, paths: tuple[str, ...], **flags: Unpack[ReadFlags]) -> int:
    """Read documents: PDF, PNG, JPEG, WebP, TIFF, BMP, GIF.

    PATH is a file, a folder, a pattern like "scans/*.png", or - for standard input. Without --output the result goes to
    standard output. With it, letter.png gives DIR/letter.png.txt, a folder is mirrored in DIR, and the same command
    again reads only what is missing, changed or failed.

    \b
    Exit codes: 0 all read; 10 some of several inputs failed. A single input that fails gives
    3 can't be used, 4 password, 5 limit, 6 can't write, 1 other. 2 wrong call, 7 model, 8 missing extra,
    130 interrupted.
    """
    from bayou.cli.read_report import ReadReport

    make_reader: MakeReader | None = ctx.obj
    options = _run_options(flags)
    found = _find(paths, flags, options)
    with ReadReport(found, options, flags["quiet"], flags["verbose"]) as report:
        return _run(found, options, make_reader or partial(loaded_reader, quiet=flags["quiet"]), report)


def _run(found: Found, options: RunOptions, make_reader: MakeReader, report: ReadReport) -> int:
    from bayou.reading.folder_run import read_to_folder, read_to_texts
    from bayou.reading.folder_workers import StopRun

    try:
        if not found.sources:
            pass  # each path that leads nowhere was told
        elif options.output is None:
            read_to_texts(found.sources, options, make_reader, report)
        else:
            report.remarks(read_to_folder(found.sources, options, make_reader, report))
    except StopRun as stop:
        report.stopped(stop.failure)
        return stop.failure.exit_code
    except KeyboardInterrupt:
        report.interrupted()
        return INTERRUPTED
    report.summary()
    return report.exit_code


def _settings(flags: ReadFlags) -> ReadSettings:
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
    )


def _run_options(flags: ReadFlags) -> RunOptions:
    from bayou.reading.folder_run import RunOptions

    formats, output = flags["formats"], flags["output"]
    if output is None and len(formats) > 1:
        raise UsageError(f"{' and '.join(formats)}: more than one format needs --output DIR")
    if output is None and "pdf" in formats:
        raise UsageError("a PDF isn't for standard output; give a folder with --output DIR")
    if output is None and flags["overwrite"]:
        raise UsageError("--overwrite is about files, and there are none without --output DIR")
    if output is not None and output.suffix.lower() in FILE_SUFFIXES and not output.exists():
        raise UsageError(f"{output} looks like a file; --output is a folder, where results are called letter.png.txt")
    if flags["quiet"] and flags["verbose"]:
        raise UsageError("--quiet and --verbose can't both be meant")
    return RunOptions(
        settings=_settings(flags),
        formats=formats,
        output=output,
        jobs=flags["jobs"],
        max_failures=flags["max_failures"],
        overwrite=flags["overwrite"],
        version=version(),
    )


def _find(paths: tuple[str, ...], flags: ReadFlags, options: RunOptions) -> Found:
    from bayou.reading.folder_inputs import STDIN, find_sources
    from bayou.reading.folder_outputs import SINGLE_DOCUMENT_FORMATS
    from bayou.reading.manifest import own_files

    if STDIN in paths and sys.stdin.isatty():
        say("reading standard input: this is for a document that is piped in; Ctrl-C ends")
    found = find_sources(
        paths,
        recursive=flags["recursive"],
        output=options.output,
        own_files=own_files(options.output) if options.output is not None else (),
        read_stdin=lambda: sys.stdin.buffer.read(),
    )
    single = SINGLE_DOCUMENT_FORMATS.intersection(options.formats)
    if options.output is None and single and len(found.sources) > 1:
        raise UsageError(f"several documents as {min(single)} need --output DIR, a file for each")
    return found
