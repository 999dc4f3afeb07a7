"""What a run would need and take, before anything runs. Knows settings and counts; no torch, no data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bayou.inputs.template import TOKENS_PER_TILE
from bayou.model.config import VLMConfig
from bayou.training.costs import Adapted, Load, memory, parameters, training
from bayou.training.gpus import gpu_named
from bayou.training.vlm_settings import PARTS, Stage, VLMTrainingConfig, check_settings


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage, by what its samples are expected to be like.

    Attributes:
        stage: Its settings.
        samples: Seen in all.
        tokens: Of packs, visual ones included, padding and gaps not.
        tiles: In all.
        operations: By part, as MFU counts them.
        memory: Bytes a process needs, by what for.
        hours: On the plan's GPUs.
    """

    stage: Stage
    samples: float
    tokens: float
    tiles: float
    operations: dict[str, float]
    memory: dict[str, float]
    hours: float


def samples_a_pack(stage: Stage, fill: float) -> float:
    """How many samples of the expected kind a pack holds: as many as the scarcer of its two budgets lets in."""
    expect = stage.expect
    tokens = expect.text_tokens + TOKENS_PER_TILE * expect.tiles
    by_tiles = stage.tiles_a_pack / expect.tiles if expect.tiles else float("inf")
    return fill * min(stage.tokens_a_pack / tokens, by_tiles)


def plan_stage(config: VLMTrainingConfig, shape: VLMConfig, stage: Stage, adapted: Adapted | None = None) -> StagePlan:
    """The plan of one stage, in which parts learn or only adapters.

    Raises:
        UsageError: The GPU is not listed.
    """
    plan, expect, gpu = config.plan, stage.expect, gpu_named(config.plan.gpu)
    packed = samples_a_pack(stage, plan.fill)
    samples = packed * stage.packs_a_step * stage.steps
    document = expect.text_tokens + TOKENS_PER_TILE * expect.tiles
    load = Load(samples * document, samples * expect.answer_tokens, samples * expect.tiles, document)
    operations = {part: work.all for part, work in training(shape, load, stage.rates).items()}
    hours = sum(operations.values()) / (plan.gpus * gpu.flops * plan.mfu) / 3600
    need = memory(shape, stage, config.engine, config.engine.shard_over or plan.gpus, adapted)
    return StagePlan(stage, samples, load.tokens, load.tiles, operations, need, hours)


def plan_text(config: VLMTrainingConfig, shape: VLMConfig, adapted: Adapted | None = None) -> str:
    """The page that ``--plan`` prints.

    Raises:
        UsageError: The settings can't be run on so many processes, or the GPU is not listed.
    """
    check_settings(config, config.plan.gpus)
    return "\n".join(_lines(config, shape, adapted))


def _lines(config: VLMTrainingConfig, shape: VLMConfig, adapted: Adapted | None) -> Iterator[str]:
    plan, gpu, counts = config.plan, gpu_named(config.plan.gpu), parameters(shape)
    parts = ", ".join(f"{part} {counts[part]:,}" for part in PARTS)
    yield f"{shape.name or config.start}: {sum(counts.values()):,} parameters ({parts})"
    if adapted is not None:
        yield f"learning: {adapted.learnt:,} parameters of adapters, on matrices of {adapted.matrices:,} elements"
    yield (
        f"on {plan.gpus} {gpu.name} ({gpu.flops / 1e12:,.0f} TFLOPS, {gpu.memory / 1e9:,.0f} GB as published), "
        f"assuming {plan.mfu:.0%} of that and packs {plan.fill:.0%} full; nothing here is measured"
    )
    hours = 0.0
    for stage in config.stages:
        made = plan_stage(config, shape, stage, adapted)
        hours += made.hours
        rates = ", ".join(f"{part} {rate:g}" if rate else f"{part} frozen" for part, rate in stage.rates.items())
        yield ""
        yield f"stage {stage.name}: {rates}"
        yield (
            f"  {stage.steps:,} steps of {stage.packs_a_step} packs of {stage.tokens_a_pack:,} tokens and "
            f"{stage.tiles_a_pack} tiles, {stage.packs_a_step / plan.gpus:g} a GPU"
        )
        yield (
            f"  expecting {stage.expect.tiles:g} tiles and {stage.expect.text_tokens:g} tokens of text a sample: "
            f"{_short(made.samples)} samples, {_short(made.tokens)} tokens, {_short(made.tiles)} tiles"
        )
        shares = ", ".join(f"{part} {_short(made.operations[part])}" for part in PARTS)
        yield f"  {_short(sum(made.operations.values()))} floating-point operations ({shares})"
        need = sum(made.memory.values())
        room = "fits" if need < 0.9 * gpu.memory else "does NOT fit"
        yield f"  {need / 1e9:.1f} GB a GPU, estimated ({room}): " + ", ".join(
            f"{name} {size / 1e9:.1f}" for name, size in made.memory.items()
        )
        yield f"  {made.hours:,.2f} hours"
    yield ""
    yield f"in all {hours:,.2f} hours, {hours * plan.gpus:,.1f} GPU-hours"


def _short(number: float) -> str:
    for size, unit in ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.3g}"
