"""``bayou train``: hands over to a recipe's own program. Knows which recipes there are; not what they do."""

from __future__ import annotations

from collections.abc import Callable

import click

from bayou.errors import MissingExtraError, UsageError

RECIPES = ("nano",)
TRAIN_PACKAGES = frozenset({"torch", "onnx", "fontTools", "tensorboard"})
"""What the extra `train` brings, by the names they are imported under."""


@click.command(
    short_help="Train a member of the family.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("recipe", metavar="MEMBER")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def train(recipe: str, arguments: tuple[str, ...]) -> int:
    """Train a member of the family: nano. What follows its name goes to the training program.

    \b
    bayou train nano --help            what can be set
    pip install "bayou[train]"         what training needs and reading doesn't
    """
    if recipe not in RECIPES:
        raise UsageError(f"no recipe is called {recipe!r}; there is {', '.join(RECIPES)}")
    return load_recipe(recipe)(list(arguments))


def load_recipe(recipe: str) -> Callable[[list[str]], int]:
    """The program of a recipe; MissingExtraError where a package of the extra `train` isn't installed."""
    try:
        from bayou.recipes import nano
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in TRAIN_PACKAGES:
            raise
        message = f'training {recipe} needs the package {error.name}: pip install "bayou[train]"'
        raise MissingExtraError(message) from error
    return nano.main
