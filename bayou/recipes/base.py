"""2B: the stages that the paper tells of, and what it does not tell decided in docs/training.md. Knows no torch.

Told: tower and projector on 5.3 M samples four times over, the decoder frozen; then 12 M samples of general tasks with
two passes a picture (MSAC). Not told: what trains in the last stage, rates, batches, lengths, mixtures.
"""

from __future__ import annotations

from pathlib import Path

from bayou.recipes.vlm_command import open_mixtures, run_recipe
from bayou.training.vlm_settings import EngineSettings, ExpectedSample, Stage, VLMTrainingConfig

_PLAIN = ExpectedSample(tiles=4.0, text_tokens=200, answer_tokens=120)
_TWO_PASSES = ExpectedSample(tiles=7.0, text_tokens=350, answer_tokens=250)

SETTINGS = VLMTrainingConfig(
    output=Path("runs/base"),
    member="2b",
    stages=(
        Stage("alignment", 107_300, vision=2e-5, projector=2e-4, msac=False, expect=_PLAIN),
        Stage("general", 106_300, vision=2e-6, projector=2e-5, language=2e-5, expect=_TWO_PASSES),
    ),
    engine=EngineSettings(recompute=("language",)),
)


def main(argv: list[str]) -> int:
    """``bayou train base``: returns the exit code."""
    about = "Train Mississippi 2B: tower and projector first, then all parts with two passes a picture."
    return run_recipe("base", SETTINGS, argv, about, open_mixtures)
