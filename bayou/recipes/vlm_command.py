"""What the recipes of square-tile members have in common: a command to a plan, or a run. Knows no torch until then."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bayou.recipes.arguments import read_arguments
from bayou.training.member_shape import member_config
from bayou.training.packed_feed import OpenStream
from bayou.training.vlm_plan import plan_text
from bayou.training.vlm_settings import Stage, VLMTrainingConfig


def run_recipe(
    recipe: str,
    defaults: VLMTrainingConfig,
    argv: Sequence[str],
    about: str,
    open_streams: Callable[[VLMTrainingConfig], OpenStream],
) -> int:
    """What ``bayou train RECIPE …`` does; returns the exit code.

    Raises:
        BayouError: of all kinds; the message says what to do.
    """
    call = read_arguments(recipe, defaults, argv, about)
    if call is None:
        return 0
    if call.plan:
        print(plan_text(call.settings, member_config(call.settings)))
        return 0
    from bayou.recipes.vlm_run import train

    train(call.settings, open_streams(call.settings))
    return 0


def open_mixtures(config: VLMTrainingConfig) -> OpenStream:
    """A stage's samples from folders of shards below ``data``: those it names, else those built for it.

    Raises:
        InputError: from the stream's making: a folder isn't there or not whole, or nothing was built.
    """
    from bayou.data.built_mixture import built_parts
    from bayou.data.mixture import Mixture, Part

    def opened(stage: Stage, number: int) -> Mixture:
        parts = [Part(source.name, config.data / source.name, source.weight) for source in stage.sources]
        return Mixture(parts or built_parts(config.data, stage.name), config.seed * len(config.stages) + number)

    return opened
