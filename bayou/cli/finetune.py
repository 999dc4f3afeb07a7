"""``bayou finetune``: teaches a model a user's own lines. Knows arguments; the recipes know what to do with them."""

from __future__ import annotations

from pathlib import Path

import click

from bayou.cli.extras import missing_package
from bayou.cli.terminal import say
from bayou.config import SettingsError, override
from bayou.errors import UsageError
from bayou.recipes.arguments import setting_lines
from bayou.recipes.finetune_settings import FinetuneSettings


class _WithSettings(click.Command):
    """Lists the settings below the options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write("Settings:\n")
        for line in setting_lines(FinetuneSettings(), formatter.width):
            formatter.write(f"{line}\n")


@click.command(cls=_WithSettings, short_help="Teach a model your own lines.")
@click.argument("model")
@click.argument("settings", nargs=-1, metavar="[name=value]...")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON lines: pictures and what they say (docs/guide/finetuning.md).",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder of the new model."
)
@click.option("--force", is_flag=True, help="Save it even where it reads worse than before.")
def finetune(model: str, settings: tuple[str, ...], data: Path, output: Path, force: bool) -> None:
    """Teach a model your own lines, and keep what it reads better.

    MODEL is nano, or the folder of one. A part of the lines is kept from learning; how it is read before and after is
    printed. The new model is used with bayou read --model DIR. The same command goes on after an interruption.

    \b
    bayou finetune nano --data my.jsonl --output runs/mine
    bayou finetune nano --data my.jsonl --output runs/mine learns=tower epochs=20
    pip install "bayou[train]"         what this needs and reading doesn't
    """
    try:
        chosen = override(FinetuneSettings(), settings)
    except SettingsError as error:
        raise UsageError(f"{error}; bayou finetune --help lists the settings") from error
    try:
        from bayou.recipes.finetune import finetune_model
    except ModuleNotFoundError as error:
        raise missing_package(error, "fine-tuning") from error
    finetune_model(model, data, output, chosen, force, say)
    say(f"saved: bayou read PAGE --model {output}")
