"""``bayou read``: options in, a run, messages and an exit code out. Knows the command line; not how one reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from bayou.cli.folder_command import FolderFlags, find, opening_options, read_settings, run, running_options
from bayou.cli.model_options import model_options
from bayou.cli.terminal import version
from bayou.errors import UsageError

if TYPE_CHECKING:
    from bayou.reading.folder_run import RunOptions

FORMATS = ("text", "markdown", "html", "json", "tsv", "hocr", "alto", "pdf", "csv")
ALIASES = {"txt": "text", "md": "markdown"}
FILE_SUFFIXES = frozenset({".txt", ".md", ".html", ".json", ".tsv", ".hocr", ".xml", ".pdf", ".csv"})


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
@opening_options
@model_options(max_new_tokens=4096)
@running_options
@click.pass_context
def read(ctx: click.Context, paths: tuple[str, ...], **flags: Unpack[FolderFlags]) -> int:
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
    from bayou.reading.folder_outputs import SINGLE_DOCUMENT_FORMATS

    options = _run_options(flags)
    found = find(paths, flags)
    single = SINGLE_DOCUMENT_FORMATS.intersection(options.formats)
    if options.output is None and single and len(found.sources) > 1:
        raise UsageError(f"several documents as {min(single)} need --output DIR, a file for each")
    with ReadReport(found, options, flags["quiet"], flags["verbose"]) as report:
        code = run(found, options, ctx.obj, report, flags["quiet"])
        if code is None:
            report.summary()
    return report.exit_code if code is None else code


def _run_options(flags: FolderFlags) -> RunOptions:
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
        settings=read_settings(flags),
        formats=formats,
        output=output,
        jobs=flags["jobs"],
        max_failures=flags["max_failures"],
        overwrite=flags["overwrite"],
        version=version(),
    )
