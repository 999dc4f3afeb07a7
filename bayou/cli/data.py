"""``bayou data``: training data, built and checked. Knows which commands there are; their work is the data room's."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "build": ("bayou.cli.data_build", "Make shards of training data from a recipe."),
    "list": ("bayou.cli.data_list", "List the public data sets that the recipes name, with licence and size."),
    "check": ("bayou.cli.data_check", "Compare finished shards with their checksums."),
    "synth": ("bayou.cli.data_synth", "Make documents from nothing, as shards."),
}
"""Where each command is, imported only when it is used, and what it does."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = vars(import_module(COMMANDS[cmd_name][0]))[f"{cmd_name}_command"]
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])


@click.group(cls=_LazyGroup, short_help="Build, list and check training data.")
def data() -> None:
    """Training data: conversations about pictures, in shards that `bayou train` reads.

    \b
    bayou data list small                        public data sets, licences, sizes
    bayou data build mine.toml --output data     from your own files
    bayou data build small root=/sets -o data    from public data sets that you have fetched
    """
