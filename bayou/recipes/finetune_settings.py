"""How a model is fine-tuned, as one typed value. Knows no torch and no data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bayou.training.settings import Device, Learning, Precision


@dataclass(frozen=True, slots=True)
class FinetuneSettings:
    """What a user may set for nano.

    Attributes:
        method: ``lora``, ``dora`` (low-rank adapters) or ``full`` (all weights of what learns).
        rank: Of adapters.
        alpha: Of adapters; their strength is alpha / rank.
        learns: The decoder alone (``decoder``), the tower's neck and head too (``neck``), or all of the tower
            (``tower``: slow on a processor, best for letters that look like nothing known).
        epochs: Times that every view of a line is seen.
        views: Views of each line: moved, blurred, brightened and so on.
        replay: Share of ordinary synthetic lines among those learned from, against forgetting; 0: none.
        held_out: Share of the lines kept from learning, to judge by; whole pictures at a time.
        lines_a_batch: Lines in a step.
        learning_rate: Its peak; it falls over the run.
        tower_share: The tower's learning rate as a share of the others'.
        ctc_weight: Weight of the tower's own loss beside the text's.
        most_forgotten: Ordinary lines, as a share, that may be read exactly no more than before.
        int8_tower: Whether the folder also says how its tower computes in 8 bits: faster, and calibrated anew.
        device: ``cpu``, ``cuda``, or ``auto``: a GPU where there is one.
        precision: In what the network computes while it learns; ``auto``: bf16 on a GPU, else float32.
        seed: Of all that is drawn.
    """

    method: Literal["lora", "dora", "full"] = "lora"
    rank: int = 32
    alpha: float = 32.0
    learns: Learning = "neck"
    epochs: int = 6
    views: int = 3
    replay: float = 0.5
    held_out: float = 0.2
    lines_a_batch: int = 16
    learning_rate: float = 1e-3
    tower_share: float = 1.0
    ctc_weight: float = 1.0
    most_forgotten: float = 0.03
    int8_tower: bool = True
    device: Device = "auto"
    precision: Precision = "auto"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class TileFinetuneSettings:
    """What a user may set for members with square tiles, such as 800m and 2b.

    Attributes:
        method: ``lora``, ``dora`` (low-rank adapters on the matrices of what learns) or ``full`` (all its weights).
        rank: Of adapters.
        alpha: Of adapters; their strength is alpha / rank.
        projector: Whether the projector learns beside the decoder.
        vision: Whether the tower learns too.
        epochs: Times that each sample is seen.
        samples_a_step: About so many in an optimiser step.
        held_out: Share of the samples kept from learning, to judge by; those about one picture stay together.
        learning_rate: Its peak; null: 2e-4 for adapters, 2e-5 for full.
        answer_exponent: An answer of n tokens weighs n^(1 - this): 0 by tokens, 1 by answers.
        weight_decay: Of matrices.
        max_tiles: Largest grid of a picture.
        recompute: Whether layers are computed again for gradients instead of kept: less memory, a third more work.
        device: ``cpu``, ``cuda``, or ``auto``: a GPU where there is one.
        precision: Of matrix products while it learns; ``auto``: bf16 on a GPU, else float32.
        seed: Of all that is drawn.
        gpu: What ``--plan`` counts with; nothing else goes by it.
    """

    method: Literal["lora", "dora", "full"] = "lora"
    rank: int = 16
    alpha: float = 32.0
    projector: bool = False
    vision: bool = False
    epochs: int = 5
    samples_a_step: int = 8
    held_out: float = 0.2
    learning_rate: float | None = None
    answer_exponent: float = 0.5
    weight_decay: float = 0.0
    max_tiles: int = 6
    recompute: bool = True
    device: Device = "auto"
    precision: Precision = "auto"
    seed: int = 0
    gpu: str = "RTX4090"
