"""Fine-tunes a member of the family (needs torch): which recipe a model's folder calls for. Knows no data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bayou.engine.loading import model_folder
from bayou.errors import OutputError, UsageError
from bayou.model.config import LineVisionConfig
from bayou.model.released import read_config
from bayou.recipes.finetune_nano import finetune_nano
from bayou.recipes.finetune_settings import FinetuneSettings


def finetune_model(
    model: str, data: Path, output: Path, settings: FinetuneSettings, force: bool, say: Callable[[str], None]
) -> None:
    """Teach ``model`` what ``data`` says, into the folder ``output``.

    Raises:
        UsageError: There is no such model, or it can't be fine-tuned.
        OutputError: ``output`` is the model itself, or no folder.
    """
    folder = model_folder(model)
    if output.exists() and (not output.is_dir() or output.resolve() == folder.resolve()):
        raise OutputError("choose a folder of its own for the new model", str(output))
    if not isinstance(read_config(folder).vision, LineVisionConfig):
        raise UsageError(f"{model} is not a nano: fine-tuning members with square tiles is not part of this version")
    finetune_nano(folder, data, output, settings, force, say)
