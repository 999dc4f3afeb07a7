"""The settings of a line reader's training, as one typed value. Knows no torch and no data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TowerPart = Literal["all", "neck"]


@dataclass(frozen=True, slots=True)
class LineTrainingConfig:
    """Everything that decides one stage of nano's training.

    Attributes:
        output: Folder of the run: features, checkpoints, logs, and the model folder ``model/``.
        real: Folder of real crops (see docs/data.md), or None.
        start: Model folder whose projector and decoder the first stage goes on from, or None: from nothing.
        tower_precision: In what the frozen tower computes the features to learn from: ``float32`` or ``bf16``.
        synthetic_lines: Different synthetic lines to render.
        real_views: Times each real crop is seen with another random margin.
        steps: Optimiser steps of the whole run; the learning rate falls to nothing over them.
        lines_a_batch: Lines in one rank's batch.
        validation_lines: Synthetic lines of each category to watch by.
        tower_share: The tower's learning rate as a share of the others'; 0 (the first stage) leaves it as it is.
        tower_part: What of the tower trains where it does: ``all``, from pixels, or ``neck`` (with the character head),
            from what the frozen backbone makes of each line once.
        ctc_weight: Weight of the tower's own loss beside the text's, where the tower trains.
        real_share: Share of real crops among the lines, where the tower trains.
        int8_tower: Whether the folder to ship also says how its tower computes in 8 bits.
        draft_noise: Share of drafted characters shown wrongly to the decoder, so that it learns to look.
    """

    output: Path
    real: Path | None = None
    seed: int = 0
    start: Path | None = None
    tower_precision: str = "float32"
    synthetic_lines: int = 90_000
    real_views: int = 1
    steps: int = 6_000
    lines_a_batch: int = 48
    learning_rate: float = 1.5e-3
    final_learning_rate: float = 1e-5
    warmup_steps: int = 200
    weight_decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.98)
    gradient_clip: float = 1.0
    tower_share: float = 0.0
    tower_part: TowerPart = "all"
    ctc_weight: float = 0.3
    real_share: float = 0.35
    int8_tower: bool = True
    draft_noise: float = 0.04
    average_decay: float = 0.999
    checkpoint_every: int = 250
    validate_every: int = 500
    validation_lines: int = 60
    log_every: int = 20
