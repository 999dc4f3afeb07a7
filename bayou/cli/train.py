"""``bayou train``: hands over to a recipe's own program. Knows which recipes there are; not what they do."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import click

from bayou.cli.extras import missing_package
from bayou.errors import UsageError

RECIPES = ("nano", "small", "base", "tiny")


@click.command(
    short_help="Train a member of the family.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("recipe", metavar="RECIPE")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[NAME=VALUE]... [--plan]")
def train(recipe: str, arguments: tuple[str, ...]) -> int:
    """Train a member of the family: nano, small (0.8B), base (2B) or tiny (to try it out).

    \b
    bayou train small --help                 what can be set
    bayou train small --plan plan.gpus=64    what it would need and take
    bayou train tiny output=runs/tiny        run it, or go on with it
    torchrun --nproc-per-node 8 -m bayou train small data=shards
    pip install "bayou[train]"               what training needs and reading doesn't
    """
    if recipe not in RECIPES:
        raise UsageError(f"no recipe is called {recipe!r}; there is {', '.join(RECIPES)}")
    try:
        return load_recipe(recipe)(list(arguments))
    except ModuleNotFoundError as error:
        raise missing_package(error, f"training {recipe}") from error


def load_recipe(recipe: str) -> Callable[[list[str]], int]:
    """The program of a recipe."""
    program: Callable[[list[str]], int] = vars(import_module(f"bayou.recipes.{recipe}"))["main"]
    return program
