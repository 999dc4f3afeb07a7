"""0.8B: the stages that the paper tells of, and what it does not tell decided in docs/training.md. Knows no torch.

Told: first the projector alone on 3 % of 11 M conversations, then projector and decoder on all of them, then 8 M
samples of reading alone. Not told: what trains in the last stage, rates, batches, lengths, mixtures.
"""

from __future__ import annotations

from pathlib import Path

from bayou.recipes.vlm_command import open_mixtures, run_recipe
from bayou.training.vlm_settings import EngineSettings, ExpectedSample, Stage, VLMTrainingConfig

_TALK = ExpectedSample(tiles=4.0, text_tokens=200, answer_tokens=120)
_PAGE = ExpectedSample(tiles=6.0, text_tokens=500, answer_tokens=440)

SETTINGS = VLMTrainingConfig(
    output=Path("runs/small"),
    member="800m",
    stages=(
        Stage("projector", 1_670, projector=1e-3, expect=_TALK),
        Stage("general", 55_700, projector=2e-4, language=4e-5, expect=_TALK),
        Stage("ocr", 65_400, vision=2e-6, projector=2e-5, language=2e-5, expect=_PAGE),
    ),
    engine=EngineSettings(recompute=()),  # by the plan's estimate 80 GB hold it; 24 GB need both parts recomputed
)


def main(argv: list[str]) -> int:
    """``bayou train small``: returns the exit code."""
    about = "Train Mississippi 0.8B: projector, then projector and decoder, then reading with all parts."
    return run_recipe("small", SETTINGS, argv, about, open_mixtures)
