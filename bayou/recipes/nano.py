"""nano's training run (needs torch): from the published tower and seeded synthetic lines to a model folder.

Stages as in the paper: projector and decoder first, on what the frozen tower makes of each line. Every number of the
run is in ``LineTrainingConfig``; ``bayou train nano --help`` lists them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch.multiprocessing.spawn import spawn

from bayou.config import save
from bayou.data.mixed_lines import MixedLines
from bayou.data.sample import LineSample
from bayou.engine.folder_calibration import calibrate_folder
from bayou.engine.loading import VOCABULARY_FILE
from bayou.errors import UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.model.line_vision import LineVision
from bayou.model.line_vision_import import import_tower
from bayou.model.line_vlm import LineVLM
from bayou.reading.wheel_models import RECOGNISER, wheel_model
from bayou.recipes.arguments import read_arguments
from bayou.recipes.line_confidence import fit_confidence
from bayou.recipes.line_weights import load_line_weights
from bayou.recipes.nano_lines import (
    SOURCES,
    build_features,
    calibration_crops,
    head_alphabet,
    model_config,
    pack_real,
    published_drafter,
    validation_samples,
    vocabulary,
    with_trusted_texts,
)
from bayou.recipes.nano_plan import plan_text
from bayou.training.frozen_tower import FrozenTower
from bayou.training.line_batches import DraftedFeed
from bayou.training.line_columns import ColumnFeed, ColumnLine, LearningNeck, RememberedBackbone, column_lines
from bayou.training.line_export import Spelling, write_line_model
from bayou.training.line_features import DraftedLine, Drafter, drafted_lines
from bayou.training.line_pixels import LearningTower, PixelFeed
from bayou.training.line_pool import LineLabels, LinePool
from bayou.training.line_trainer import Feed, Judgement, LineTrainer, learning_parts
from bayou.training.line_validation import Draft, LineJudge, read_samples
from bayou.training.parallel import Ranks, end_with_parent, join_ranks
from bayou.training.sample_sheet import sample_sheet
from bayou.training.settings import LineRun, LineTrainingConfig

THRESHOLD = 0.9
"""A correction counts only where the decoder is at least this sure; so while training, then chosen on validation."""

TOWER = ("vision_model.",)
NECK = ("vision_model.neck.", "vision_model.head.")
BLENDS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of what a stage learned that are tried after it: between the old weights and the new ones often lie better."""

SHOWN_LINES = 16
ABOUT = "Train nano, the family's line reader, from the published tower and synthetic lines. The same command goes on."


def new_model(config: LineTrainingConfig) -> LineVLM:
    """What a run begins from, on the processor.

    Raises:
        ModelError, UsageError: As ``new_nano``.
    """
    if config.tower == "vit":
        return new_nano_vit(config.seed, config.start)
    learns = next(stage.learns for stage in config.stages if stage.steps)
    return new_nano(config.seed, config.start, {"decoder": (), "neck": NECK, "tower": TOWER}[learns])


def new_nano_vit(seed: int, start: Path | None = None) -> LineVLM:
    """A nano-vit from nothing, or from the model folder ``start``.

    Raises:
        ModelError: The folder is damaged, or its model is of another shape.
    """
    torch.manual_seed(seed)
    model = LineVLM(model_config("vit"))
    if start is not None:
        load_line_weights(model, start)
    return model


def new_nano(seed: int, start: Path | None = None, kept: tuple[str, ...] = ()) -> LineVLM:
    """A nano with the published tower; projector and decoder from nothing, or from the model folder ``start``.

    Args:
        kept: How the names begin of what of the tower is taken from ``start`` too.

    Raises:
        ModelError: The folder is damaged, or its model is of another shape.
        UsageError: The folder's vocabulary is another.
    """
    torch.manual_seed(seed)
    model = LineVLM(model_config("published"))
    if start is not None:
        if CharacterTokenizer.from_file(start / VOCABULARY_FILE).characters != vocabulary():
            raise UsageError("this model writes other characters than the recipe's", str(start))
        load_line_weights(model, start)
    learned = {n: v.clone() for n, v in model.state_dict().items() if n.startswith(kept) and start is not None and kept}
    # Last: the features to learn from are the published tower's, to the bit.
    assert isinstance(model.vision_model, LineVision)
    import_tower(model.vision_model, wheel_model(RECOGNISER))
    model.load_state_dict(learned, strict=False)
    return model


def _learn(run: LineRun, model: LineVLM, feed: Feed, ranks: Ranks, draft: Draft) -> bool:
    """One stage, then its model folders: ``model`` in float32 to train on from, ``shipped`` to read with.

    Args:
        draft: The lines to watch as the tower, as it is then, drafts them.

    Returns:
        Whether it came to its end; else the same command goes on.
    """
    config = run.config
    samples = validation_samples(config) if ranks.first else []
    if config.tower != "published":
        samples = with_trusted_texts(samples)  # a tower from nothing can't tell which labels to trust
    shown = samples[:: max(1, len(samples) // SHOWN_LINES)]
    tokenizer = CharacterTokenizer(vocabulary())

    def watch(some: Sequence[LineSample]) -> LineJudge:
        return LineJudge(draft(some), SOURCES, tokenizer, THRESHOLD)

    def judge(judged: LineVLM) -> Judgement:
        now = watch(samples)
        return Judgement(now(judged), sample_sheet(read_samples(judged, shown, draft, now)))

    before = {name: value.clone() for name, value in model.state_dict().items()}
    trainer = LineTrainer(run, model, learning_parts(model, run.stage), feed, ranks, judge)
    trainer.resume()
    if not trainer.run():
        return False
    if ranks.first:
        if run.stage.learns != "decoder" and config.tower == "published":
            _blend(run.folder, model.eval(), before, lambda: watch(samples))
        threshold, shares = watch(samples).choose_threshold(model.eval())
        _keep(run.folder / "threshold.json", threshold, shares)
        write_folders(run.folder, model, threshold, config)
    ranks.barrier()
    return True


def write_folders(folder: Path, model: LineVLM, threshold: float, config: LineTrainingConfig) -> None:
    """Into ``folder``: ``model`` in float32 to train on from and, of a nano, ``shipped`` to read with.

    Args:
        threshold: How sure the decoder must be for a correction to count.
        config: Says whose lines the 8 bits and the confidence are fitted to.
    """
    spelling = Spelling(head_alphabet(config.tower), CharacterTokenizer(vocabulary()))
    write_line_model(folder / "model", model, spelling, threshold, quantised=False)
    if config.tower == "published":
        write_line_model(folder / "shipped", model, spelling, threshold, quantised=True)
        if config.int8_tower:
            calibrate_folder(folder / "shipped", calibration_crops(config))
        fit_confidence(folder / "shipped", config.data.real, config.data.validation_lines)


def _blend(folder: Path, model: LineVLM, before: dict[str, torch.Tensor], watch: Callable[[], LineJudge]) -> None:
    """Leave the model at the best of ``BLENDS`` between ``before`` and what it learned, by the validation lines."""
    after = {name: value.clone() for name, value in model.state_dict().items()}
    scores: dict[str, dict[str, float]] = {}

    def blended(share: float) -> float:
        model.load_state_dict({name: before[name].lerp(value, share) for name, value in after.items()})
        judge = watch()
        scores[str(share)] = judge(model)
        return float(np.mean([scores[str(share)][f"validation/{name}/exact"] for name in judge.names]))

    shares = {share: blended(share) for share in BLENDS}
    chosen = max(BLENDS, key=lambda share: shares[share])
    model.load_state_dict({name: before[name].lerp(value, chosen) for name, value in after.items()})
    _keep(folder / "blend.json", chosen, {str(share): exact for share, exact in shares.items()})
    (folder / "blend_scores.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


def _keep(path: Path, chosen: float, exact: dict[str, float]) -> None:
    """Write down a choice that was made on the validation lines."""
    path.write_text(json.dumps({"chosen": chosen, "exact": exact}, indent=1) + "\n", encoding="utf-8")


def drafting(drafter: Drafter, seed: int) -> Draft:
    """Drafts samples with a tower as it is when asked."""
    return lambda some: list(drafted_lines(some, drafter, np.random.default_rng(seed), SOURCES))


def train_decoder(run: LineRun, model: LineVLM, ranks: Ranks) -> bool:
    """The first stage: projector and decoder, the tower frozen."""
    made_by = published_drafter(run.config.tower_precision)
    part = ranks.rank, ranks.world
    lines = build_features(run, lambda some, rng: drafted_lines(some, made_by, rng, SOURCES), DraftedLine, part)
    feed = DraftedFeed(run, lines, model.config.language.vocab_size, SOURCES, ranks.rank)
    # Judged is what reads later: in float32.
    return _learn(run, model, feed, ranks, drafting(published_drafter(), run.config.seed))


def train_neck(run: LineRun, model: LineVLM, ranks: Ranks) -> bool:
    """Neck and character head too, on what the frozen backbone makes of each line."""
    drafter = published_drafter()
    assert isinstance(drafter.tower, FrozenTower)
    backbone = drafter.tower
    part = ranks.rank, ranks.world
    lines = build_features(run, lambda some, rng: column_lines(some, backbone, drafter, rng, SOURCES), ColumnLine, part)
    assert isinstance(model.vision_model, LineVision)
    learning = Drafter(
        LearningNeck(RememberedBackbone(backbone), model.vision_model), drafter.alphabet, drafter.tokenizer
    )
    feed = ColumnFeed(run, lines, drafter, SOURCES, ranks.rank)
    return _learn(run, model, feed, ranks, drafting(learning, run.config.seed))


def train_tower(run: LineRun, model: LineVLM, ranks: Ranks) -> bool:
    """All of it, from pixels: the tower in small steps and with real crops in the mix."""
    config, data = run.config, run.config.data
    real = None
    if data.real is not None:
        real = run.folder / "real.safetensors"
        if ranks.first and not real.exists():
            pack_real(data.real, real, data.workers)
        ranks.barrier()
    alphabet, tokenizer = head_alphabet(config.tower), CharacterTokenizer(vocabulary())
    pool = LinePool(
        MixedLines(
            config.seed + 1,
            real,
            data.real_share,
            data.receipt_share,
            asdict(data.mix),
            data.digits,
            data.digit_share,
            data.no_text_share,
        ),
        LineLabels(alphabet, tokenizer),
        SOURCES,
        data.pool_batches,
        run.stage.lines_a_batch,
        ranks.rank,
        ranks.world,
    )
    learning = Drafter(LearningTower(model.vision_model), alphabet, tokenizer)
    return _learn(run, model, PixelFeed(run, pool), ranks, drafting(learning, config.seed))


STAGES = {"decoder": train_decoder, "neck": train_neck, "tower": train_tower}


def train_rank(rank: int, world: int, rendezvous: str, config: LineTrainingConfig) -> None:
    """One process of the run."""
    ranks = join_ranks(rank, world, rendezvous, config.device)
    stages = [stage for stage in config.stages if stage.steps]
    model = new_model(config).to(ranks.device)
    if config.channels_last:
        for kernel in (p for p in model.vision_model.parameters() if p.ndim == 4):
            kernel.data = kernel.data.to(memory_format=torch.channels_last)
    for stage in stages:
        if not STAGES[stage.learns](LineRun(config, stage), model, ranks):
            return


def _spawned_rank(rank: int, world: int, rendezvous: str, config: LineTrainingConfig) -> None:
    end_with_parent()
    train_rank(rank, world, rendezvous, config)


def main(argv: list[str]) -> int:
    """``bayou train nano``: returns the exit code.

    Raises:
        UsageError: A setting that there isn't, or settings that don't go together.
    """
    call = read_arguments("nano", LineTrainingConfig(), argv, ABOUT)
    if call is None:
        return 0
    config = call.settings
    check(config)
    if call.plan:
        print(plan_text(config))
        return 0
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if rank == 0:
        config.output.mkdir(parents=True, exist_ok=True)
        save(config, config.output / "settings.json")
    if world > 1:  # torchrun started this process, and the others
        train_rank(rank, world, "env://", config)
    elif config.ranks == 1:
        train_rank(0, 1, "", config)
    else:
        with tempfile.TemporaryDirectory() as meeting:
            rendezvous = (Path(meeting) / "rendezvous").as_uri()
            spawn(_spawned_rank, (config.ranks, rendezvous, config), nprocs=config.ranks)
    return 0


def check(config: LineTrainingConfig) -> None:
    """Raises UsageError for settings that can't be."""
    if not any(stage.steps for stage in config.stages):
        raise UsageError("nothing to train: every stage has 0 steps")
    if config.tower == "vit" and any(stage.steps for stage in config.stages if stage.learns != "tower"):
        raise UsageError("tower=vit comes untrained, so it learns at once: stages.decoder.steps=0 stages.tower.steps=N")
    if config.tower == "vit" and any(stage.still_blocks for stage in config.stages):
        raise UsageError("stages.tower.still_blocks is for the published tower, which comes trained")
    if min(stage.still_blocks for stage in config.stages) < 0:
        raise UsageError("still_blocks counts blocks from the first: 0 or more")
    names = [stage.name for stage in config.stages]
    if len(set(names)) < len(names):
        raise UsageError("two stages have the same name, and so the same folder")
    data = config.data
    if not any(asdict(data.mix).values()) or min(asdict(data.mix).values()) < 0:
        raise UsageError("data.mix: at least one share is above 0, and none below")
    if (data.digit_lines or data.digit_share) and data.digits is None:
        raise UsageError("data.digit_lines or data.digit_share needs data.digits, the folder of single digits")
    if min(data.pool_batches, data.window_pools, data.views, data.ahead, config.ranks) < 1:
        raise UsageError("data.pool_batches, data.window_pools, data.views, data.ahead and ranks are at least 1")
    if config.ranks > 1 and int(os.environ.get("WORLD_SIZE", 1)) > 1:
        raise UsageError("torchrun says how many ranks there are: leave ranks at 1")
