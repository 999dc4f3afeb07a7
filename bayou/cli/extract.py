"""``bayou extract``: documents in, records by a schema out. Knows the command line; not how values are found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Unpack

import click

from bayou.cli.folder_command import FolderFlags, find, opening_options, read_settings, run, running_options
from bayou.cli.model_options import model_options
from bayou.cli.terminal import version
from bayou.errors import UsageError

if TYPE_CHECKING:
    from bayou.reading.folder_run import RunOptions
    from bayou.reading.schemas import Schema

FORMATS = ("json", "jsonl", "csv", "xlsx")
READY = "invoice, receipt, identity-card, bank-cheque, business-card, table"
RECORD = "record"
"""The format of the folder run: a file with the whole extraction for each document."""


class ExtractFlags(FolderFlags):
    """The options as click gives them."""

    schema: str
    values: bool


def parse_formats(ctx: click.Context, _: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """``("json,csv",)`` as ``("json", "csv")``, each once."""
    formats = tuple(
        dict.fromkeys(name.strip().lower() for value in values for name in value.split(",") if name.strip())
    )
    for format in formats:
        if format not in FORMATS:
            raise click.BadParameter(f"{format!r} is not a format; choose from {', '.join(FORMATS)}")
    return formats or ("json",)


@click.command(short_help="Read records off documents: fields with their evidence.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--schema",
    "-s",
    required=True,
    metavar="SCHEMA",
    help=f"What a record is to hold: {READY}; a JSON Schema's file; or package.module:Model, a Pydantic class.",
)
@click.option(
    "--to",
    "formats",
    multiple=True,
    callback=parse_formats,
    metavar="FORMAT[,FORMAT]",
    help=f"{', '.join(FORMATS)}; several at once with --output. [default: json]",
)
@click.option("--values", is_flag=True, help="The record alone on standard output, without its evidence.")
@opening_options
@model_options(max_new_tokens=1024)
@running_options
@click.pass_context
def extract(ctx: click.Context, paths: tuple[str, ...], **flags: Unpack[ExtractFlags]) -> int:
    """Read records off documents: each value with its confidence and where it is printed, or null with the reason.

    \b
    bayou extract invoice.png --schema invoice
    bayou extract receipts --schema receipt --to csv,xlsx --output out

    PATH as for `bayou read`. With --output each document gives DIR/NAME.record.json; csv, jsonl and xlsx gather all
    of the run's in DIR/records.csv and so on. The same command again reads only what is missing, changed or failed.
    What isn't found is null, also where the schema requires it; the field's reason says why.

    \b
    Exit codes: 0 all read; 10 some of several inputs failed. A single input that fails gives
    3 can't be used, 4 password, 5 limit, 6 can't write, 1 other. 2 wrong call, 7 model, 8 missing extra,
    130 interrupted.
    """
    from bayou.cli.record_report import RecordReport
    from bayou.reading.record_tables import check_workbooks
    from bayou.reading.schemas import load_schema

    schema = load_schema(flags["schema"])
    if "xlsx" in flags["formats"]:
        check_workbooks()
    options = _run_options(flags, schema)
    found = find(paths, flags)
    if options.output is None and flags["formats"] == ("json",) and len(found.sources) > 1:
        raise UsageError("several records as json need --output DIR, a file for each; or --to jsonl, a line for each")
    with RecordReport(found, options, flags["quiet"], flags["verbose"]) as report:
        report.show(flags["formats"][0], schema.json, flags["values"])
        code = run(found, options, ctx.obj, report, flags["quiet"])
        if code is None:
            if options.output is not None:
                report.gather(options.output, flags["formats"], schema.json, flags["overwrite"])
            report.summary()
    return report.exit_code if code is None else code


def _run_options(flags: ExtractFlags, schema: Schema) -> RunOptions:
    from bayou.reading.folder_run import RunOptions

    formats, output = flags["formats"], flags["output"]
    if output is None and len(formats) > 1:
        raise UsageError(f"{' and '.join(formats)}: more than one format needs --output DIR")
    if output is None and "xlsx" in formats:
        raise UsageError("a workbook isn't for standard output; give a folder with --output DIR")
    if output is None and flags["overwrite"]:
        raise UsageError("--overwrite is about files, and there are none without --output DIR")
    if output is not None and flags["values"]:
        raise UsageError("--values is about standard output; the files of --output hold records and evidence")
    if output is not None and output.suffix.lower().lstrip(".") in FORMATS and not output.exists():
        raise UsageError(f"{output} looks like a file; --output is a folder, where all records are called records.csv")
    if flags["quiet"] and flags["verbose"]:
        raise UsageError("--quiet and --verbose can't both be meant")
    return RunOptions(
        settings=read_settings(flags, json.dumps(schema.json)),
        formats=(RECORD,),
        output=output,
        jobs=flags["jobs"],
        max_failures=flags["max_failures"],
        overwrite=flags["overwrite"],
        version=version(),
    )
