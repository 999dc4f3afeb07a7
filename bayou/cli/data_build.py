"""``bayou data build``: a recipe to shards. Knows arguments and messages; building is the data room's."""

from __future__ import annotations

from pathlib import Path

import click

from bayou import config
from bayou.cli.terminal import megabytes, say, write_result
from bayou.errors import UsageError


@click.command("build", short_help="Make shards of training data from a recipe.")
@click.argument("recipe")
@click.argument("changes", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where they go.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Threads that decode. [default: one a processor]")
@click.option("--quiet", "-q", is_flag=True, help="Only errors, and the report's place.")
def build_command(recipe: str, changes: tuple[str, ...], output: Path, jobs: int | None, quiet: bool) -> None:
    """Make shards of training data: duplicates and what is in an evaluation set removed, licences kept.

    RECIPE is a .toml or .json file, or a name: small, base. NAME=VALUE changes a setting of it. The same command goes
    on where it was stopped. The sources of small and base are asked from the Hugging Face Hub, unless root=DIR names
    the folder where they are.

    \b
    bayou data build mine.toml --output data
    bayou data build small root=/sets 'only=["docvqa","sroie"]' --output data
    """
    from bayou.data.build import build
    from bayou.data.build_report import HTML_NAME, write_report
    from bayou.data.recipe import load_recipe
    from bayou.recipes.data_sets import named_recipe

    chosen = load_recipe(Path(recipe)) if recipe.endswith((".toml", ".json")) else named_recipe(recipe)
    try:
        chosen = config.override(chosen, changes)
    except config.SettingsError as error:
        raise UsageError(str(error)) from error
    built = build(chosen, output, jobs, (lambda _: None) if quiet else say)
    write_report(built, output)
    kept = sum(counts.get("kept", 0) for _, counts in built.sources)
    refused = sum(n for _, counts in built.sources for name, n in counts.items() if name.startswith("refused/"))
    if not quiet:
        size = megabytes(sum(counts.get("bytes", 0) for _, counts in built.sources))
        say(f"{kept:,} samples kept ({size}), {refused:,} not taken")
    write_result(f"{output / HTML_NAME}\n")
