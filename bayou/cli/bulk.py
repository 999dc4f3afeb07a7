"""``bayou bulk``: options in, a run on Ray, messages and an exit code out. Knows the command line; reads nothing."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

import click

from bayou.cli.exit_codes import INTERRUPTED, PARTIAL_FAILURE
from bayou.cli.folder_command import OpeningFlags, read_settings
from bayou.cli.model_options import MemorySize, make_reader, model_options
from bayou.cli.terminal import say
from bayou.errors import UsageError

if TYPE_CHECKING:
    from bayou.bulk.items import Receipt
    from bayou.bulk.progress import Pace
    from bayou.bulk.run import BulkOptions
    from bayou.bulk.summary import Summary

EVERY_SECONDS = {True: 2.0, False: 30.0}
"""How often a line of progress is told: to a terminal, where it replaces the last, and to a file."""


class BulkFlags(OpeningFlags):
    """The options of ``bayou bulk`` as click gives them; None where an option was not given."""

    output: str
    format: Literal["parquet", "jsonl"]
    column: str | None
    id_column: str | None
    schema: str | None
    address: str | None
    concurrency: int | None
    cpus: float
    gpus: float
    dashboard: bool
    pages_a_file: int
    seconds_a_page: float
    memory_a_page: int | None
    overwrite: bool
    retry_failed: bool
    quiet: bool


@click.command(short_help="Read very many documents, on Ray.")
@click.argument("source", metavar="INPUT")
@click.option("--output", "-o", required=True, metavar="PLACE", help="Folder or bucket for the results.")
@click.option("--to", "format", type=click.Choice(["parquet", "jsonl"]), default="parquet", help="[default: parquet]")
@click.option("--column", metavar="NAME", help="Of a Parquet input: bytes, paths or URLs; image.bytes for a part.")
@click.option("--id-column", metavar="NAME", help="Of a Parquet input: what results call the documents.")
@click.option("--schema", metavar="NAME|FILE", help="Extract this from each document too: see `bayou extract`.")
@click.option(
    "--address", metavar="ADDRESS", help="Ray's: auto, host:6379, ray://host:10001. [default: start one here]"
)
@click.option("--concurrency", type=click.IntRange(1), metavar="N", help="Workers. [default: one a processor]")
@click.option("--cpus", type=click.FloatRange(0), default=1.0, metavar="N", help="Processors a worker. [default: 1]")
@click.option("--gpus", type=click.FloatRange(0), default=0.0, metavar="N", help="GPUs a worker; 0.5: two share one.")
@click.option("--dashboard", is_flag=True, help="The web page of a Ray that is started here.")
@click.option("--pages-a-file", type=click.IntRange(1), default=64, metavar="N", help="Most a file. [default: 64]")
@click.option(
    "--seconds-a-page", type=click.FloatRange(0.1), default=300.0, metavar="N", help="Longest, twice. [default: 300]"
)
@click.option("--memory-a-page", type=MemorySize(), metavar="SIZE", help="What the process reading it may hold.")
@model_options(max_new_tokens=4096)
@click.option("--pages", metavar="RANGES", help="Only these pages of each document, for instance 1-5,8 or 12-.")
@click.option("--dpi", type=click.FloatRange(20, 1200), metavar="N", help="Of drawn PDF pages. [default: 200]")
@click.option("--password", envvar="BAYOU_PASSWORD", help="For encrypted PDFs; unseen in the variable BAYOU_PASSWORD.")
@click.option("--force-ocr", is_flag=True, help="Ignore the text that a PDF carries, and read its pages as pictures.")
@click.option("--max-pixels", type=click.IntRange(1), metavar="N", help="Refuse larger pages. [default: 150000000]")
@click.option("--max-pages", type=click.IntRange(1), metavar="N", help="Refuse longer documents. [default: 5000]")
@click.option("--overwrite", is_flag=True, help="Begin anew, whatever bayou has written there.")
@click.option("--retry-failed", is_flag=True, help="Read again what failed in an earlier run.")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
@click.pass_context
def bulk(ctx: click.Context, source: str, **flags: Unpack[BulkFlags]) -> int:
    """Read very many documents, on Ray: one row a page, in Parquet or JSON Lines.

    INPUT is a folder, a bucket (s3://, gs://), a list of paths and URLs (.txt), or Parquet with --column. The same
    command again, after any stop, reads only what is missing. PLACE/_report.html tells how it went.

    \b
    Exit codes: 0 all read; 10 some pages failed, and say why in their rows.
    1 Ray gave up, 2 wrong call, 3 input, 6 output, 7 model, 8 missing extra,
    130 interrupted.
    """
    from bayou.bulk.remote import run_anywhere

    options = _options(ctx, source, flags)
    report = BulkReport(flags["quiet"])
    try:
        summary = run_anywhere(options, report)
    except KeyboardInterrupt:
        report.end()
        say("interrupted; the same command again goes on from here")
        return INTERRUPTED
    finally:
        report.end()
    report.summary(summary, options.output)
    return PARTIAL_FAILURE if summary.failures else 0


def _options(ctx: click.Context, source: str, flags: BulkFlags) -> BulkOptions:
    from bayou.bulk.cluster import ClusterOptions
    from bayou.bulk.listing import Columns
    from bayou.bulk.plan import Cut
    from bayou.bulk.run import BulkOptions
    from bayou.bulk.settings import BulkSettings, PageLimits

    if flags["overwrite"] and flags["retry_failed"]:
        raise UsageError("--overwrite reads everything again, what failed too: leave --retry-failed away")
    read = read_settings(flags)
    folder = Path(read.model)
    read = replace(
        read,
        model=str(folder.absolute()) if folder.is_dir() else read.model,  # workers may stand elsewhere
        threads=max(1, round(flags["cpus"])),  # else each worker would use every core, and wait for the others
    )
    return BulkOptions(
        input=source,
        output=flags["output"],
        make_reader=ctx.obj or make_reader,
        format=flags["format"],
        columns=Columns(flags["column"], flags["id_column"]),
        settings=BulkSettings(
            read, _schema(flags["schema"]), PageLimits(flags["seconds_a_page"], flags["memory_a_page"])
        ),
        cluster=ClusterOptions(
            flags["address"], flags["concurrency"], flags["cpus"], flags["gpus"], flags["dashboard"]
        ),
        cut=Cut(flags["pages_a_file"]),
        overwrite=flags["overwrite"],
        retry_failed=flags["retry_failed"],
    )


def _schema(word: str | None) -> str:
    """A ready schema's name, or the JSON Schema itself: workers have no files of this computer."""
    if word is None:
        return ""
    from bayou.reading.schemas import READY, load_schema

    schema = load_schema(word)
    return word if word in READY else json.dumps(schema.json)


class BulkReport:
    """Progress and results to standard error."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._on_terminal = sys.stderr.isatty()
        self._pace: Pace | None = None
        self._told = time.monotonic()
        self._open = False

    def note(self, text: str) -> None:
        if not self._quiet:
            self.end()
            say(text)

    def looking(self, done: int, total: int) -> None:
        self._progress(f"looking into documents: {done:,} of {total:,}")

    def begin(self, pages: int, done: int) -> None:
        from bayou.bulk.progress import Pace

        self._pace = Pace(pages, done, time.monotonic())
        self.note(f"{_count(pages, 'page')}, {done:,} of them read before")

    def receipt(self, receipt: Receipt) -> None:
        now = time.monotonic()
        if self._pace is not None:
            self._pace.add(receipt.rows, receipt.failures, now)
            self._progress(self._pace.line(now))

    def end(self) -> None:
        """The line of progress stays as it is; what comes next begins a new one."""
        if self._open:
            sys.stderr.write("\n")
            self._open = False

    def summary(self, summary: Summary, output: str) -> None:
        """The last lines."""
        from bayou.bulk.shown_urls import shown

        if self._quiet:
            return
        failed = "".join(f", {count:,} {kind}" for kind, count in summary.failures.items())
        failed = f"{sum(summary.failures.values()):,} failed ({failed[2:]})" if failed else "none failed"
        run = summary.run
        say(f"{_count(summary.pages, 'page')} of {_count(summary.documents, 'document')}, {failed}")
        say(f"this run: {_count(run.pages, 'page')} in {run.seconds:.1f} s, {run.pages_a_second:.2f} pages/s")
        say(f"report: {shown(output.rstrip('/'))}/_report.html")

    def _progress(self, text: str) -> None:
        now = time.monotonic()
        if self._quiet or now - self._told < EVERY_SECONDS[self._on_terminal]:
            return
        self._told = now
        if self._on_terminal:
            sys.stderr.write(f"\r\x1b[Kbayou: {text}")
            sys.stderr.flush()
            self._open = True
        else:
            say(text)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
