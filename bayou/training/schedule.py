"""The learning rate over the steps of a run. Knows numbers alone."""

from __future__ import annotations

import math


def cosine_rate(step: int, steps: int, warmup: int, peak: float, final: float) -> float:
    """Linear rise over ``warmup`` steps, then half a cosine from ``peak`` to ``final`` at the last of ``steps``."""
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, steps - warmup))
    return final + (peak - final) * 0.5 * (1.0 + math.cos(math.pi * progress))
