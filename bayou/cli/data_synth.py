"""``bayou data synth``: documents from nothing. Knows arguments and messages; making pages is the data room's."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from bayou.cli.terminal import say, write_result
from bayou.errors import MissingExtraError

_SECONDS = 10.0
"""Between two reports where nobody sits at a terminal."""


@click.command("synth", short_help="Make documents from nothing, as shards.")
@click.option("--kind", "kinds", multiple=True, default=("all",), metavar="KIND", help="all, or one; may be repeated.")
@click.option("--pages", type=click.IntRange(1), required=True, metavar="N", help="How many.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed, other pages.")
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where they go.")
@click.option("--to", type=click.Choice(("shards", "files")), default="shards", show_default=True,
              help="Shards to train with; or a picture, JSON and Markdown a page.")  # fmt: skip
@click.option(
    "--damage", default="", metavar="HOW", help="clean, print, scan, photo or fold for all.  [default: a mix]"
)
@click.option("--texts/--no-texts", default=True, help="Quote this machine's documentation too, for a richer language.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes.  [default: one a processor]")
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
def synth_command(
    kinds: tuple[str, ...], pages: int, seed: int, output: Path, to: str, damage: str, texts: bool, **rest: object
) -> None:
    """Make documents from nothing: letters, invoices, receipts, forms, papers and more, with all that stands on them.

    The same seed makes the same pages, on the same machine with the same fonts. The same command goes on where it was
    stopped. Kinds: letter, invoice, receipt, form, paper, table, ticket, cheque, chart, business-card, identity-card,
    blank, unreadable.

    \b
    bayou data synth --pages 10000 --output pages
    bayou data synth --kind invoice --kind receipt --pages 20 --to files --output look
    """
    try:
        from bayou.data.synthetic.documents.maker import KINDS
        from bayou.data.synthetic.documents.output import Order, make_pages
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "fontTools":
            raise
        raise MissingExtraError('making pages needs the package fonttools: pip install "bayou[data]"') from error
    chosen = KINDS if "all" in kinds else tuple(dict.fromkeys(kinds))
    order = Order(pages, seed, chosen, damage, texts, "shards" if to == "shards" else "files")
    workers = rest["workers"]
    count = workers if isinstance(workers, int) else os.cpu_count() or 1
    make_pages(order, output, count, _Progress(pages, bool(rest["quiet"])))
    write_result(f"{output}\n")


class _Progress:
    """Tells how many pages are there: always on a terminal, now and then elsewhere."""

    def __init__(self, pages: int, quiet: bool) -> None:
        self.pages, self.quiet = pages, quiet
        self.began = self.told = time.monotonic()
        self.first = -1

    def __call__(self, there: int) -> None:
        if self.first < 0:
            self.first = there
        if self.quiet:
            return
        now = time.monotonic()
        rate = (there - self.first) / max(0.001, now - self.began)
        text = f"{there:,} of {self.pages:,} pages, {rate:.0f} a second"
        if sys.stderr.isatty():
            click.echo(f"\rbayou: {text}" + "\n" * (there >= self.pages), err=True, nl=False)
        elif there >= self.pages or now - self.told > _SECONDS:
            self.told = now
            say(text)
