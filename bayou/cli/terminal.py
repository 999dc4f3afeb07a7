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


def megabytes(size: float) -> str:
    """A size for people: ``12.3 MB`` (millions of bytes)."""
    return f"{size / 1e6:,.1f} MB"


def version() -> str:
    """Of the package that runs, installed or not."""
    return str(vars(sys.modules["bayou"])["__version__"])
