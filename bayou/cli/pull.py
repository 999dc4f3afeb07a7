"""``bayou pull``: a model by name, onto this computer. Knows arguments and a bar; fetching is the engine's."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from bayou.cli.terminal import megabytes, say, write_result
from bayou.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from bayou.engine.pull import PullEvent, PullResult


@click.command(short_help="Fetch a model from the Hugging Face Hub.")
@click.argument("model")
@click.option("--revision", metavar="NAME", help="A branch, tag or commit of it. [default: main]")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder for its files, new or empty. [default: one among this user's data]",
)
@click.option(
    "--local",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Register a folder placed by hand; it is checked where it is, and no network is asked.",
)
@click.option("--quiet", "-q", is_flag=True, help="Only errors, and the folder.")
def pull(model: str, revision: str | None, output: Path | None, local: Path | None, quiet: bool) -> None:
    """Fetch a model from the Hugging Face Hub, check it, and print its folder.

    MODEL is 800m, 2b or a Hub id. --model of other commands then knows it by both names. An interrupted pull goes on
    with the same command. This alone of bayou's commands asks the Hub; HF_TOKEN is sent if it is set, nothing else is.
    """
    if local is not None and (revision is not None or output is not None):
        raise UsageError("--local registers a folder as it is: --revision and --output are for what is fetched")
    from bayou.engine.pull import pull, register

    if local is not None:
        result = register(model, local)
    else:
        with _PullReport(quiet) as report:
            result = pull(model, revision, output, report.event)
    if not quiet:
        say(_told(result, local is not None))
    write_result(f"{result.model.folder}\n")


def _told(result: PullResult, by_hand: bool) -> str:
    done = "checked and registered" if by_hand else "was here, checked" if result.was_there else "fetched and checked"
    at = f" at {result.model.revision[:12]}" if result.model.revision else ""
    use = "" if result.answers else "; only its network is read: bayou export openvino takes it, read and ask don't"
    return f"{result.repository}{at}: {megabytes(result.size)} {done}{use}"


class _PullReport:
    """What is told meanwhile: a bar on a terminal, and why it takes longer. A context manager."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty() and not self._quiet:
            self._bar = _progress_bar()
            self._task = self._bar.add_task("asking the Hub", total=None)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
        if isinstance(error, KeyboardInterrupt):
            say("what was fetched is kept: the same command goes on from here")

    def event(self, event: PullEvent) -> None:
        """Takes in what happens."""
        from bayou.engine.pull import Fetching

        if isinstance(event, Fetching):
            if self._bar is not None and self._task is not None:
                self._bar.update(self._task, description=event.name, completed=event.done, total=event.total)
        elif self._bar is not None:
            self._bar.console.print(f"bayou: {event.reason}", markup=False, highlight=False, soft_wrap=True)
        elif not self._quiet:
            say(event.reason)


def _progress_bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)
