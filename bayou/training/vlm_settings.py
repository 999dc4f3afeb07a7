"""The settings of a square-tile member's training, as typed values. Knows no torch, no data and no network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bayou.data.packing import Budget
from bayou.errors import UsageError
from bayou.inputs.template import TOKENS_PER_TILE

PARTS = ("vision", "projector", "language")


@dataclass(frozen=True, slots=True)
class Source:
    """A data set and its weight among a stage's: 2 is met twice as often as 1.

    Attributes:
        name: Folder of shards below ``data``.
        weight: Above 0.
    """

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ExpectedSample:
    """What a stage's samples are taken to be like, for ``--plan`` alone.

    Attributes:
        tiles: Tiles of a sample.
        text_tokens: Its tokens beside the visual ones.
        answer_tokens: Of these, learnt.
    """

    tiles: float = 4.0
    text_tokens: float = 200.0
    answer_tokens: float = 120.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a run, with an optimiser of its own.

    Attributes:
        name: Of the stage; its model is kept in the run's folder under it.
        steps: Optimiser steps.
        vision: Peak learning rate of the tower; 0 leaves it as it is.
        projector: Peak learning rate of the projector; 0 leaves it as it is.
        language: Peak learning rate of the decoder; 0 leaves it as it is.
        sources: Data sets and their weights; none: those that ``bayou data build`` made for a stage of this name.
        warmup: Share of the steps over which the rates rise from nothing.
        final: Share of the peak that is left at the last step; half a cosine leads there.
        tokens_a_pack: Length of a sequence, visual tokens included.
        tiles_a_pack: Tiles of a sequence at most.
        packs_a_step: Sequences of one optimiser step, over all processes.
        max_tiles: Largest grid of a picture.
        msac: Two passes a picture; null: as the member itself does.
        expect: What its samples are taken to be like, for ``--plan``.
    """

    name: str
    steps: int
    vision: float = 0.0
    projector: float = 0.0
    language: float = 0.0
    sources: tuple[Source, ...] = ()
    warmup: float = 0.03
    final: float = 0.0
    tokens_a_pack: int = 8192
    tiles_a_pack: int = 26
    packs_a_step: int = 32
    max_tiles: int = 6
    msac: bool | None = None
    expect: ExpectedSample = field(default_factory=ExpectedSample)

    @property
    def rates(self) -> dict[str, float]:
        """Peak learning rate of each part, by the names of ``PARTS``."""
        return {"vision": self.vision, "projector": self.projector, "language": self.language}

    @property
    def budget(self) -> Budget:
        return Budget(self.tokens_a_pack, self.tiles_a_pack)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How a run computes; none of it changes what is learnt, but for rounding.

    Attributes:
        device: ``auto`` takes CUDA where there is some.
        precision: Of matrix products; parameters, sums of gradients and the optimiser are float32 always.
        compile: Backend of ``torch.compile`` for the layers, or ``off``. Sequences are then padded to one shape.
        recompute: Parts whose layers are computed again for gradients instead of kept: less memory, a third more work.
        shard_over: Processes among which weights are shared out, with copies beside each other; 0: all.
        loss_rows: Rows of logits that exist at a time.
        workers: Threads of a process that read and cut pictures.
        prefetch: Steps prepared in advance.
        timeout: Seconds to wait for another process before it counts as lost.
    """

    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["float32", "bf16"] = "bf16"
    compile: Literal["off", "inductor", "aot_eager"] = "off"
    recompute: tuple[Literal["vision", "language"], ...] = ("vision", "language")
    shard_over: int = 0
    loss_rows: int = 1024
    workers: int = 4
    prefetch: int = 2
    timeout: int = 600


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What ``--plan`` assumes; none of it is measured here.

    Attributes:
        gpu: One of those whose figures ``bayou.training.gpus`` lists.
        gpus: How many.
        mfu: Share of the GPU's peak that the run reaches, recomputation not counted as work.
        fill: Share of a pack that is filled.
    """

    gpu: str = "H100"
    gpus: int = 8
    mfu: float = 0.3
    fill: float = 0.95


@dataclass(frozen=True, slots=True)
class VLMTrainingConfig:
    """Everything that decides a run.

    Attributes:
        output: Folder of the run; the same command goes on in it.
        member: Whose shape to train: 800m, 2b, tiny-800m, tiny-2b. Not asked for where ``start`` says it.
        data: Folder that holds the sources' folders of shards, such as the output of ``bayou data build``.
        start: Checkpoint folder in the released format to go on from, or null.
        vision_start: Folder of an InternViT or InternVL checkpoint to take the tower from, or null.
        language_start: Folder of a decoder of Danube's shape (Llama or Mistral) to take the decoder from, or null.
        tokenizer: Folder with the tokenizer's files; null: that of ``start``.
        seed: Of random weights and of the order of the data.
        stages: What is learnt, one after another.
        lanes: Rows of packs read side by side; a multiple of the number of processes, and a divisor of each stage's
            ``packs_a_step``. The data a step sees depend on it, and not on the number of processes.
        look_ahead: Samples of a lane to choose from when a pack is filled.
        answer_exponent: An answer of n tokens weighs n^(1 - this): 0 by tokens, 1 by answers.
        weight_decay: Of matrices; norms, biases and embeddings have none.
        betas: Of AdamW.
        gradient_clip: Largest norm of a step's gradient.
        checkpoint_every: Steps between checkpoints.
        checkpoints_kept: How many of them stay.
        log_every: Steps between rows of the log.
        predict_every: Steps between written-down predictions; 0: none.
        engine: How it computes.
        plan: What ``--plan`` assumes.
    """

    output: Path
    stages: tuple[Stage, ...]
    member: str = "800m"
    data: Path = Path("data")
    start: Path | None = None
    vision_start: Path | None = None
    language_start: Path | None = None
    tokenizer: Path | None = None
    seed: int = 0
    lanes: int = 8
    look_ahead: int = 48
    answer_exponent: float = 0.5
    weight_decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.95)
    gradient_clip: float = 1.0
    checkpoint_every: int = 250
    checkpoints_kept: int = 2
    log_every: int = 10
    predict_every: int = 0
    engine: EngineSettings = field(default_factory=EngineSettings)
    plan: PlanSettings = field(default_factory=PlanSettings)


def check_settings(config: VLMTrainingConfig, world: int) -> None:
    """Refuse what can't be run.

    Raises:
        UsageError: It says which setting, and what would do.
    """
    names = [stage.name for stage in config.stages]
    if not names or len(set(names)) < len(names):
        raise UsageError(f"stages need names of their own, not {', '.join(names) or 'none'}")
    if config.lanes < 1 or config.lanes % world:
        raise UsageError(
            f"lanes={config.lanes} can't be shared out among {world} processes; take a multiple of {world}"
        )
    if not 0 <= config.answer_exponent <= 1:
        raise UsageError(f"answer_exponent={config.answer_exponent} is not from 0 to 1")
    for stage in config.stages:
        if stage.steps < 1 or not any(stage.rates.values()) or min(stage.rates.values()) < 0:
            raise UsageError(f"stages.{stage.name}: it needs steps, and a part with a learning rate above 0")
        if stage.packs_a_step < 1 or stage.packs_a_step % config.lanes:
            raise UsageError(
                f"stages.{stage.name}.packs_a_step={stage.packs_a_step} must be a multiple of lanes={config.lanes}"
            )
        if stage.tokens_a_pack < TOKENS_PER_TILE or stage.tiles_a_pack < 1 or stage.max_tiles < 1:
            raise UsageError(f"stages.{stage.name}: a pack must hold a tile and its {TOKENS_PER_TILE} tokens")


def what_decides(config: VLMTrainingConfig) -> dict[str, object]:
    """The settings that a run in progress can't change, by name: those that decide the order of its data."""
    return {
        "member": config.member,
        "seed": config.seed,
        "lanes": config.lanes,
        "look_ahead": config.look_ahead,
        "answer_exponent": config.answer_exponent,
        **{
            f"stages.{stage.name}.{name}": value
            for stage in config.stages
            for name, value in (
                ("sources", [[source.name, source.weight] for source in stage.sources]),
                ("tokens_a_pack", stage.tokens_a_pack),
                ("tiles_a_pack", stage.tiles_a_pack),
                ("packs_a_step", stage.packs_a_step),
                ("max_tiles", stage.max_tiles),
                ("msac", stage.msac),
            )
        },
    }
