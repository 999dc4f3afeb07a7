"""What ``bayou read`` tells while it runs and at its end. Knows outcomes, streams and exit codes; reads nothing."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bayou.cli.exit_codes import PARTIAL_FAILURE
from bayou.cli.terminal import say, write_result
from bayou.reading.folder_inputs import Found
from bayou.reading.folder_run import Outcome, RunOptions
from bayou.reading.folder_workers import Failure

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ReadReport:
    """Results to standard output; messages, and on a terminal a progress bar, to standard error. A context manager."""

    def __init__(self, found: Found, options: RunOptions, quiet: bool, verbose: bool) -> None:
        self._found = found
        self._options = options
        self._quiet = quiet
        self._verbose = verbose
        self._start = time.perf_counter()
        self._counts: Counter[str] = Counter()
        self._pages = 0
        self._pages_read = 0
        self._codes: list[int] = []
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        on_terminal = sys.stderr.isatty() and not self._quiet
        if on_terminal and self._found.sources and (self._options.output is not None or not sys.stdout.isatty()):
            self._bar = _progress_bar()
            self._task = self._bar.add_task("reading", total=len(self._found.sources), pages="")
            self._bar.start()
        for note in self._found.notes:
            self._note(note)
        for problem in self._found.problems:
            self._fail(Failure(str(problem), problem.exit_code))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def exit_code(self) -> int:
        """0, the code of the one input that failed, or that of a partial failure."""
        if not self._codes:
            return 0
        one_input = len(self._found.sources) + len(self._found.problems) == 1
        return self._codes[0] if one_input else PARTIAL_FAILURE

    def outcome(self, outcome: Outcome) -> None:
        """Takes in what became of one source, as it happens."""
        self._counts[outcome.status] += 1
        self._pages += outcome.pages if outcome.status == "read" else 0
        if outcome.text:
            write_result(outcome.text)
        for remark in outcome.remarks:
            self._note(remark if outcome.status == "unchanged" else f"{outcome.source.label}: {remark}")
        if outcome.failure is not None:
            self._fail(outcome.failure)
        elif self._verbose:
            took = "" if outcome.status == "unchanged" else f", {outcome.seconds:.1f} s"
            self._note(f"{outcome.source.label}: {outcome.status}, {_counted(outcome.pages, 'page')}{took}")
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)

    def page(self) -> None:
        """Takes in that one more page is read, which is all that moves while a long document is."""
        self._pages_read += 1
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, pages=_counted(self._pages_read, "page"))

    def remarks(self, remarks: Sequence[str]) -> None:
        """What the run as a whole has to say."""
        for remark in remarks:
            self._note(remark)

    def summary(self) -> None:
        """The last line: always where something failed, else on a terminal or where it was asked for."""
        several = len(self._found.sources) + len(self._found.problems) > 1
        if self._quiet or not (several or self._verbose):
            return
        if not (self._codes or self._verbose or (sys.stderr.isatty() and self._options.output is not None)):
            return
        begun = self._counts.total()
        left = len(self._found.sources) - begun
        if left:
            failures = _counted(len(self._codes), "failure")
            self._note(f"stopped after {failures}; {_counted(left, 'file')} not begun")
        seconds = time.perf_counter() - self._start
        failed = len(self._codes)
        parts = [f"{self._counts['read']} read", f"{self._counts['unchanged']} unchanged", f"{failed} failed"]
        self._note(f"{', '.join(parts)} in {seconds:.1f} s ({_counted(self._pages, 'page')})")

    def stopped(self, failure: Failure) -> None:
        """The run can't go on, whatever the file."""
        self._fail(failure)

    def interrupted(self) -> None:
        """Ctrl-C."""
        done = self._counts["read"] + self._counts["unchanged"]
        rest = "; the same command again goes on from here" if self._options.output is not None else ""
        self._say(f"interrupted: {done} of {_counted(len(self._found.sources), 'file')} done{rest}")

    def _fail(self, failure: Failure) -> None:
        self._codes.append(failure.exit_code)
        self._say(failure.message)
        if self._verbose and failure.trace:
            self._say(failure.trace.rstrip())

    def _note(self, message: str) -> None:
        if not self._quiet:
            self._say(message)

    def _say(self, message: str) -> None:
        if self._bar is None:
            say(message)
        else:  # above the bar; the console prints what it is given, whatever brackets are in a file's name
            self._bar.console.print(f"bayou: {message}", markup=False, highlight=False, soft_wrap=True)


def _progress_bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
