"""Results to standard output and messages to standard error. Knows streams; not what is said."""

from __future__ import annotations

import os
import sys

import click


class OutputClosed(Exception):
    """Whoever read standard output (``| head``) has gone."""


def write_result(text: str) -> None:
    """Writes a result to standard output at once: UTF-8 wherever it goes, in a terminal's own way to a terminal.

    Raises:
        OutputClosed: Nobody reads it any more.
    """
    result: str | bytes = text if sys.stdout.isatty() else text.encode("utf-8", errors="replace")
    try:
        click.echo(result, nl=False)
    except BrokenPipeError as error:
        _abandon_output()
        raise OutputClosed from error


def flush_output() -> None:
    """Sends on what waits in standard output's buffer; OutputClosed as ``write_result``."""
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        _abandon_output()
        raise OutputClosed from error


def _abandon_output() -> None:
    """Points standard output at nothing, or Python complains once more when it flushes at exit."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def say(message: str) -> None:
    """A message to standard error, in the program's name."""
    click.echo(f"bayou: {message}", err=True)


class ConversionReport:
    """Tells that a model is being converted, which takes long and happens once; how far it is, on a terminal alone."""

    def __init__(self) -> None:
        self._percent = -1

    def __call__(self, share: float) -> None:
        """``share`` of it, 0 to 1, is done."""
        percent, first = int(share * 100), self._percent < 0
        if percent == self._percent:
            return
        self._percent = percent
        if sys.stderr.isatty():
            click.echo(
                f"\rbayou: converting the model, once: {percent} %" + "\n" * (percent == 100), err=True, nl=False
            )
        elif first:
            say("converting the model for this computer, which happens once")


def megabytes(size: float) -> str:
    """A size for people: ``12.3 MB`` (millions of bytes)."""
    return f"{size / 1e6:,.1f} MB"


def version() -> str:
    """Of the package that runs, installed or not."""
    return str(vars(sys.modules["bayou"])["__version__"])
