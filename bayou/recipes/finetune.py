"""Fine-tunes a member of the family (needs torch): which recipe a model's folder calls for. Knows no data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bayou.config import SettingsError, override
from bayou.engine.loading import model_folder
from bayou.engine.pulled import SHORT_NAMES, pulled_models
from bayou.errors import OutputError, UsageError
from bayou.model.config import LineVisionConfig, LineVitConfig
from bayou.model.released import read_config
from bayou.recipes.finetune_nano import finetune_nano
from bayou.recipes.finetune_settings import FinetuneSettings, TileFinetuneSettings
from bayou.recipes.finetune_tiles import finetune_tiles, plan_tiles

T = TypeVar("T")


def finetune_model(
    model: str, data: Path, output: Path, given: Sequence[str], force: bool, say: Callable[[str], None]
) -> None:
    """Teach ``model`` what ``data`` says, into the folder ``output``.

    Args:
        given: Settings as name=value.

    Raises:
        UsageError: There is no such model or setting, or the model can't be fine-tuned.
        OutputError: ``output`` is the model itself, or no folder.
    """
    folder = model_folder(model)
    if output.exists() and (not output.is_dir() or output.resolve() == folder.resolve()):
        raise OutputError("choose a folder of its own for the new model", str(output))
    config = read_config(folder)
    if isinstance(config.vision, LineVitConfig):
        raise UsageError(f"{config.name} stands for comparison and isn't fine-tuned", str(folder))
    if isinstance(config.vision, LineVisionConfig):
        finetune_nano(folder, data, output, _chosen(FinetuneSettings(), given), force, say)
    else:
        finetune_tiles(model, folder, data, output, _chosen(TileFinetuneSettings(), given), force, say)


def plan_model(model: str, data: Path | None, given: Sequence[str]) -> str:
    """What fine-tuning ``model`` would need and take; a member's name will do where its weights aren't here.

    Raises:
        UsageError: There is no such model or setting, or it is nano.
    """
    settings = _chosen(TileFinetuneSettings(), given)
    if model in SHORT_NAMES and not Path(model).exists() and SHORT_NAMES[model] not in pulled_models():
        return plan_tiles(model, None, data, settings)
    folder = model_folder(model)
    if isinstance(read_config(folder).vision, LineVisionConfig):
        raise UsageError("--plan is for members with square tiles; nano learns on any computer, in minutes")
    return plan_tiles(model, folder, data, settings)


def _chosen(defaults: T, given: Sequence[str]) -> T:
    try:
        return override(defaults, given)
    except SettingsError as error:
        raise UsageError(f"{error}; bayou finetune --help lists the settings") from error
