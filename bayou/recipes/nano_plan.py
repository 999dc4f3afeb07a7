"""What a run of nano will take, said before it starts (needs torch). Knows measured rates; starts nothing."""

from __future__ import annotations

import torch

from bayou.model.line_vlm import LineVLM
from bayou.recipes.nano_lines import model_config
from bayou.training.line_trainer import learning_parts
from bayou.training.settings import LineTrainingConfig

LINES_A_SECOND = {"decoder": 60.0, "neck": 35.0, "tower": 3.0, "vit": 50.0}
"""Of one processor core, about as in docs/models/nano.md; ``benchmarks.nano_training`` measures them on a computer.

None is known of a GPU yet.
"""

_BYTES_KEPT, _BYTES_LEARNING = 4, 16
"""A parameter's bytes; and those of its gradient, its two averages in the optimiser and its averaged weight."""


def plan_text(config: LineTrainingConfig) -> str:
    """Parameters by part, lines, steps and hours of each stage."""
    with torch.device("meta"):
        model = LineVLM(model_config(config.tower))
    sizes = {name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()}
    rows = [f"{name:<16}{size:>12,} parameters" for name, size in sizes.items()]
    hours = 0.0
    for stage in config.stages:
        if not stage.steps:
            rows.append(f"stage {stage.name}: left out")
            continue
        learning_parts(model, stage)
        learned = sum(p.numel() for p in model.parameters() if p.requires_grad)
        seen = stage.steps * stage.lines_a_batch * config.ranks
        taken = seen / (LINES_A_SECOND["vit" if config.tower == "vit" else stage.learns] * config.ranks) / 3600
        memory = (_BYTES_KEPT * sum(sizes.values()) + _BYTES_LEARNING * learned) / 1e6
        hours += taken
        rows.append(
            f"stage {stage.name}: {learned:,} parameters learn, {stage.steps:,} steps, {seen:,} line views, "
            f"{memory:.0f} MB of weights and optimiser a rank, {taken:.1f} hours on {config.ranks} processor core(s)"
        )
    if any(stage.steps and stage.learns != "tower" for stage in config.stages):
        rows.append("before it: each line once through the frozen tower, 30 to 60 ms of a core each")
    rows.append(f"together {hours:.1f} hours of steps; on a GPU it was not measured yet")
    return "\n".join(rows)
