"""The program ``bayou``: which commands there are, and how an error becomes a message and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from bayou.cli.exit_codes import BROKEN_PIPE, INTERRUPTED
from bayou.cli.terminal import OutputClosed, flush_output, say, version
from bayou.errors import BayouError

if TYPE_CHECKING:
    from bayou.reading.folder_workers import MakeReader

COMMANDS = {
    "read": "Read documents: files, folders, patterns, or - for standard input.",
    "extract": "Read records off documents: fields with their evidence.",
    "ask": "Ask a question about pictures and pages, or talk about them.",
    "search": "Find words in documents.",
    "serve": "Read over HTTP, with a web page (needs the extra `serve`).",
    "bulk": "Read very many documents, on Ray (needs the extra `bulk`).",
    "pull": "Fetch a model from the Hugging Face Hub, or register one placed by hand.",
    "doctor": "Tell what bayou finds on this computer, and what is missing.",
    "cache": "List or clear what bayou keeps between runs.",
    "export": "Write a model in another program's format: gguf, transformers, openvino.",
    "data": "Build, list and check training data.",
    "evaluate": "Measure a model on benchmarks (needs the extra `evaluate`).",
    "train": "Train a member of the family (needs the extra `train`).",
    "finetune": "Teach a model your own pages (needs the extra `train`).",
    "plot": "Draw how training runs went (needs the extra `train`).",
}
"""Each command is the object of its name in ``bayou.cli.<name>``, imported only when it is used."""


class LazyGroup(click.Group):
    """Commands whose modules are imported when one is called, so that ``bayou --help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = vars(import_module(f"bayou.cli.{cmd_name}"))[cmd_name]
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"bayou {version()}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def bayou() -> None:
    """Reads documents on this computer, offline: photos, scans, PDFs and folders of them.

    \b
    bayou read letter.jpg                            the text, to the terminal
    bayou read scans --to markdown,pdf --output out  a folder, to files
    bayou extract bill.png --schema invoice          its fields, as JSON
    bayou ask letter.jpg "Who wrote it?" --model 2b  an answer, to the terminal
    """


def main(argv: Sequence[str] | None = None, make_reader: MakeReader | None = None) -> int:
    """Runs the program and gives its exit code.

    Args:
        argv: The arguments after the program's name; None for those of this process.
        make_reader: Makes the readers of ``bayou read``; None for bayou's own.
    """
    try:
        code = bayou.main(args=argv, prog_name="bayou", standalone_mode=False, obj=make_reader)
        flush_output()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BayouError as error:
        say(str(error))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return INTERRUPTED
    except OutputClosed:
        return BROKEN_PIPE
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
