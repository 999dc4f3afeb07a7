"""``bayou finetune``: teaches a model a user's own lines or pages. Knows arguments; recipes do the rest."""

from __future__ import annotations

from pathlib import Path

import click

from bayou.cli.extras import missing_package
from bayou.cli.terminal import say
from bayou.errors import UsageError
from bayou.recipes.arguments import setting_lines
from bayou.recipes.finetune_settings import FinetuneSettings, TileFinetuneSettings


class _WithSettings(click.Command):
    """Lists the settings below the options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for whose, defaults in (("nano", FinetuneSettings()), ("800m, 2b and their like", TileFinetuneSettings())):
            formatter.write_paragraph()
            formatter.write(f"Settings of {whose}:\n")
            for line in setting_lines(defaults, formatter.width):
                formatter.write(f"{line}\n")


@click.command(cls=_WithSettings, short_help="Teach a model your own pages.")
@click.argument("model")
@click.argument("settings", nargs=-1, metavar="[name=value]...")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON lines: pictures and what they say, or conversations (docs/guide/finetuning.md).",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the new model.")
@click.option("--force", is_flag=True, help="Save it even where it is worse than before.")
@click.option("--plan", is_flag=True, help="Say what it would need and take, and start nothing (800m, 2b).")
def finetune(
    model: str, settings: tuple[str, ...], data: Path | None, output: Path | None, force: bool, plan: bool
) -> None:
    """Teach a model your own pages, and keep what it reads better.

    MODEL is nano, 800m, 2b, a Hub id that was pulled, or a model's folder. A part of the data is kept from learning;
    how it does on that before and after is printed. The new model is used with bayou read --model DIR, and unless it is
    a nano with bayou ask --model DIR too. The same command goes on after an interruption.

    \b
    bayou finetune nano --data my.jsonl --output runs/mine
    bayou finetune nano --data my.jsonl --output runs/mine learns=tower epochs=20
    bayou finetune 800m --data my.jsonl --output runs/mine method=dora projector=true
    bayou finetune 800m --plan         what a GPU of 24 GB would make of it
    pip install "bayou[train]"         what this needs and reading doesn't
    """
    if not plan and (data is None or output is None):
        raise UsageError("--data FILE and --output DIR are needed")
    try:
        from bayou.recipes.finetune import finetune_model, plan_model
    except ModuleNotFoundError as error:
        raise missing_package(error, "fine-tuning") from error
    if plan:
        click.echo(plan_model(model, data, settings))
        return
    assert data is not None and output is not None
    finetune_model(model, data, output, settings, force, say)
    say(f"saved: bayou read PAGE --model {output}")
