"""What an export begins with: a member's folder, its configuration and its weights. Knows files; no other format."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bayou.engine.checkpoint import WEIGHTS_FILE, checked_weights
from bayou.engine.loading import model_folder
from bayou.engine.quantization import read_weights
from bayou.engine.weight_files import Weights
from bayou.errors import ModelError, UsageError
from bayou.model.config import LineVisionConfig, LineVitConfig, VLMConfig
from bayou.model.released import RELEASED_TEMPLATE, read_config


@dataclass(frozen=True, eq=False, slots=True)
class StoredMember:
    """A member to export; its weights are mapped, not in memory."""

    name: str
    folder: Path
    config: VLMConfig
    weights: Weights

    @property
    def reads_lines(self) -> bool:
        """Whether it is nano."""
        return isinstance(self.config.vision, LineVisionConfig)

    def refuse_lines(self, kind: str, reason: str) -> None:
        """Raises UsageError where this is nano."""
        if self.reads_lines:
            raise UsageError(f"{self.name} can't be exported to {kind}: {reason}")

    def refuse_other_templates(self, kind: str) -> None:
        """Raises UsageError where the tokenizer isn't the released Mississippi's."""
        if self.config.template != RELEASED_TEMPLATE:
            message = f"only Mississippi's tokenizer is written, and {self.name} has that of {self.config.template!r}"
            raise UsageError(f"{self.name} can't be exported to {kind}: {message}")

    def copy(self, names: tuple[str, ...], target: Path) -> None:
        """Copy files of the folder.

        Raises:
            ModelError: One is missing.
        """
        for name in names:
            try:
                shutil.copyfile(self.folder / name, target / name)
            except FileNotFoundError as error:
                raise ModelError(f"{name} is missing", str(self.folder)) from error


def open_member(model: str | Path) -> StoredMember:
    """A model by name or folder, every tensor's name and shape checked.

    Raises:
        UsageError: There is no such model, or it is nano-vit.
        ModelError: Its files are missing, damaged or not of this family.
    """
    folder = model_folder(model)
    config = read_config(folder)
    if isinstance(config.vision, LineVitConfig):
        raise UsageError(f"{config.name} stands for comparison and isn't exported", str(folder))
    lines = isinstance(config.vision, LineVisionConfig)
    weights = read_weights(folder / WEIGHTS_FILE) if lines else checked_weights(folder, config)
    path = Path(model)
    name = config.name or (path.resolve().name if path.exists() else path.name)
    return StoredMember(name, folder, config, weights)
