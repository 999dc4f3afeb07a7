"""Teaches nano a user's lines (needs torch): from its folder and a file of lines to a folder to read with.

Nothing is saved that reads the user's held-out lines worse, or has forgotten ordinary lines, unless told to.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from bayou.data.held_out import held_out_names
from bayou.data.line_views import line_views
from bayou.data.real import RealLine
from bayou.data.sample import LineSample
from bayou.data.synthetic.lines import render_line
from bayou.engine.draft import read_alphabet
from bayou.engine.folder_calibration import calibrate_folder
from bayou.engine.loading import ALPHABET_FILE, CONFIDENCE_FILE, CONFIG_FILE, VOCABULARY_FILE, WEIGHTS_FILE
from bayou.engine.model import load
from bayou.errors import BayouError, InputError, UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.model.line_vision import LineVision
from bayou.model.line_vlm import LineVLM
from bayou.model.released import read_config
from bayou.reading.lines import LineDetector
from bayou.reading.nano_lines import NanoRecogniser
from bayou.recipes.finetune_folder import claim_run, move_in
from bayou.recipes.finetune_settings import FinetuneSettings
from bayou.recipes.given_lines import SOURCE, given_lines, placed_lines
from bayou.recipes.line_weights import load_line_weights
from bayou.scorers.text import ErrorRate, character_errors
from bayou.training.adapters import AdapterSettings, add_adapters, merge_adapters, save_adapters
from bayou.training.line_batches import DraftedFeed, device_of
from bayou.training.line_columns import ColumnFeed, LearningNeck, column_lines
from bayou.training.line_export import Spelling, write_line_model
from bayou.training.line_features import DraftedLine, Drafter, drafted_lines
from bayou.training.line_pixels import LearningTower, PixelFeed
from bayou.training.line_pool import LineLabels, LinePool
from bayou.training.line_trainer import Feed, Judgement, LineTrainer, learning_parts
from bayou.training.line_validation import LineJudge, read_samples
from bayou.training.parallel import Ranks, find_device
from bayou.training.sample_sheet import sample_sheet
from bayou.training.settings import LineData, LineRun, LineStage, LineTrainingConfig

ORDINARY = "ordinary"
SOURCES = (SOURCE, ORDINARY)
ORDINARY_JUDGED = 200
"""Ordinary lines that are read before and after."""

_ORDINARY_SEED, _JUDGED_SEED, _CALIBRATION_SEED = 1, 2, 3
_FEWEST_LINES = 10
_CALIBRATION_LINES = 40
_SHOWN = 12
_POOL_BATCHES = 8
_NEW = "candidate"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scores:
    """How lines are read: how many, the share read exactly, and the character error rate."""

    lines: int
    exact: float
    cer: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Before and after, on the user's held-out lines and on ordinary ones (None where none could be drawn)."""

    yours_before: Scores
    yours_after: Scores
    ordinary_before: Scores | None
    ordinary_after: Scores | None


@dataclass(frozen=True, slots=True)
class _Lines:
    """The user's lines to learn from and those kept from it, and ordinary ones to judge by."""

    learned: list[RealLine]
    held_out: list[LineSample]
    ordinary: list[LineSample]


def finetune_nano(
    folder: Path, data: Path, output: Path, settings: FinetuneSettings, force: bool = False, say: Say = print
) -> Outcome:
    """Teach a nano the lines of ``data``; ``output`` is then a folder for ``bayou read --model``.

    Args:
        folder: Of the nano to begin with.
        data: JSON lines, as ``bayou.recipes.given_lines`` says.
        output: Of the new model; its run is kept in ``run/`` there, and the same call goes on with it.
        force: Save it even where it reads worse.
        say: Told what goes on.

    Raises:
        InputError: The data can't be used.
        UsageError: Settings that can't be.
        BayouError: It became worse, and isn't saved.
    """
    _check(settings)
    lines = _find_lines(folder, data, settings, say)
    run = _run(output, settings, lines)
    claim_run(run.config.output, settings, data, folder / WEIGHTS_FILE)
    yours, ordinary = read_scores(folder, lines.held_out), read_scores(folder, lines.ordinary)
    say(f"before: {_said(yours, ordinary)}")
    candidate = _learn(folder, lines, run, settings, say)
    outcome = Outcome(
        _known(yours),
        _known(read_scores(candidate, lines.held_out)),
        ordinary,
        read_scores(candidate, lines.ordinary),
    )
    say(f"after:  {_said(outcome.yours_after, outcome.ordinary_after)}")
    worse = _worse(outcome, settings)
    if worse and not force:
        raise BayouError(f"not saved: {worse}; --force saves it all the same", str(output))
    move_in(candidate, output, outcome)
    return outcome


def _check(settings: FinetuneSettings) -> None:
    if not 0 < settings.held_out < 1 or not 0 <= settings.replay < 1:
        raise UsageError("held_out lies between 0 and 1, replay from 0 to below 1")
    if min(settings.rank, settings.epochs, settings.views, settings.lines_a_batch) < 1:
        raise UsageError("rank, epochs, views and lines_a_batch are at least 1")


def _find_lines(folder: Path, data: Path, settings: FinetuneSettings, say: Say) -> _Lines:
    """The user's lines, those that nano can't write left out, parted by picture."""
    tokenizer = CharacterTokenizer.from_file(folder / VOCABULARY_FILE)
    found: list[RealLine] = []
    reader: tuple[LineDetector, NanoRecogniser] | None = None
    for given in given_lines(data):
        if isinstance(given, RealLine):
            found.append(given)
            continue
        reader = reader or (LineDetector(), NanoRecogniser(load(folder)))
        placed = placed_lines(given, *reader)
        say(f"{given.key}: {len(placed)} of {len(given.texts)} lines found on the page")
        found += placed
    strange = {c for line in found for c in line.text if not tokenizer.writes(c)}
    lines = [line for line in found if not strange.intersection(line.text)]
    if strange:
        shown = " ".join(sorted(strange)[:20])
        say(f"{len(found) - len(lines)} lines left out: nano doesn't write {shown}")
    if len(lines) < _FEWEST_LINES:
        raise InputError(f"only {len(lines)} lines to learn from; {_FEWEST_LINES} are the fewest", str(data))
    learned, held_out = _parted(lines, settings)
    ordinary = []
    if settings.replay:
        ordinary = [_ordinary(settings.seed + _JUDGED_SEED, number) for number in range(ORDINARY_JUDGED)]
    say(f"{len(learned)} lines to learn from, {len(held_out)} held out")
    return _Lines(learned, [line.sample() for line in held_out], ordinary)


def _parted(lines: Sequence[RealLine], settings: FinetuneSettings) -> tuple[list[RealLine], list[RealLine]]:
    """Lines of one picture stay together, unless there are too few pictures to hold one out."""
    pictures = sorted({_picture_of(line) for line in lines})
    name = _picture_of if len(pictures) * settings.held_out >= 1 else (lambda line: line.key)
    kept = held_out_names(map(name, lines), settings.held_out, settings.seed)
    return [line for line in lines if name(line) not in kept], [line for line in lines if name(line) in kept]


def _picture_of(line: RealLine) -> str:
    return line.key.rpartition("#")[0]


def _ordinary(seed: int, number: int) -> LineSample:
    return replace(render_line(seed, number), source=ORDINARY)


def _run(output: Path, settings: FinetuneSettings, lines: _Lines) -> LineRun:
    views = len(lines.learned) * settings.views
    seen = views / (1 - settings.replay) * settings.epochs
    steps = max(1, round(seen / settings.lines_a_batch))
    stage = LineStage(
        "stage", settings.learns, steps, settings.lines_a_batch, settings.learning_rate,
        warmup_steps=max(1, steps // 20), tower_share=settings.tower_share,
    )  # fmt: skip
    config = LineTrainingConfig(
        output=output / "run",
        seed=settings.seed,
        start=None,
        device=settings.device,
        precision=settings.precision,
        data=LineData(pool_batches=_POOL_BATCHES),
        ctc_weight=settings.ctc_weight,
        average_decay=0.99,
        checkpoint_every=max(1, steps // 4),
        validate_every=max(1, steps // 2),
        log_every=max(1, min(20, steps // 20)),
    )
    return LineRun(config, stage)


def read_scores(folder: Path, samples: Sequence[LineSample]) -> Scores | None:
    """How a model's folder reads lines, through the same engine as ``bayou read``; None of no lines."""
    if not samples:
        return None
    model = load(folder)
    read = [reading.text.strip() for reading in model.read_lines([sample.image for sample in samples])]
    truths = [sample.text for sample in samples]
    exact = sum(text == truth for text, truth in zip(read, truths, strict=True))
    errors = [character_errors(text, truth) for text, truth in zip(read, truths, strict=True)]
    return Scores(len(samples), exact / len(samples), sum(errors, ErrorRate(0, 0)).rate)


def _known(scores: Scores | None) -> Scores:
    assert scores is not None
    return scores


def _said(yours: Scores | None, ordinary: Scores | None) -> str:
    parts = [
        f"{name} {scores.exact:.1%} of {scores.lines} lines exactly, {scores.cer:.2%} of characters wrong"
        for name, scores in (("yours", yours), (ORDINARY, ordinary))
        if scores is not None
    ]
    return "; ".join(parts)


def _worse(outcome: Outcome, settings: FinetuneSettings) -> str:
    """What became worse, or ""."""
    before, after = outcome.yours_before, outcome.yours_after
    if after.exact < before.exact or (after.exact == before.exact and after.cer >= before.cer):
        return f"your held-out lines are read no better ({before.exact:.1%} exactly before, {after.exact:.1%} after)"
    if outcome.ordinary_before is not None and outcome.ordinary_after is not None:
        lost = outcome.ordinary_before.exact - outcome.ordinary_after.exact
        if lost > settings.most_forgotten:
            return f"{lost:.1%} of ordinary lines were forgotten; more replay or a lower learning_rate may help"
    return ""


class _Backbone:
    """A model's own backbone, in the place of the published one."""

    def __init__(self, tower: LineVision) -> None:
        self.tower = tower

    @torch.inference_mode()
    def columns(self, pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        found = self.tower.columns(torch.from_numpy(pixels).to(device_of(self.tower)))
        classes = self.tower.head(self.tower.neck(found)).argmax(-1)
        return found[:, :, 0].transpose(1, 2).cpu().numpy(), classes.cpu().numpy()


def _learn(folder: Path, lines: _Lines, run: LineRun, settings: FinetuneSettings, say: Say) -> Path:
    """Train, and write the new model; gives its folder, within the run's."""
    torch.manual_seed(settings.seed)
    ranks = Ranks(device=find_device(settings.device))
    model = LineVLM(read_config(folder))
    load_line_weights(model, folder)
    model = model.to(ranks.device)
    tokenizer = CharacterTokenizer.from_file(folder / VOCABULARY_FILE)
    drafter = Drafter(LearningTower(model.vision_model), read_alphabet(folder / ALPHABET_FILE)[:-1], tokenizer)
    feed, drafting = _feed(model, drafter, lines, run, settings)
    parts = learning_parts(model, run.stage)
    adapter = AdapterSettings(settings.rank, settings.alpha, settings.method == "dora")
    if settings.method != "full":
        add_adapters(parts, adapter)
    threshold = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))["threshold"]
    judged = [*lines.held_out, *lines.ordinary]

    def draft(some: Sequence[LineSample]) -> list[DraftedLine]:
        return list(drafted_lines(some, drafting, np.random.default_rng(settings.seed), SOURCES))

    def watch() -> LineJudge:
        return LineJudge(draft(judged), SOURCES, tokenizer, threshold)

    def judge(now: LineVLM) -> Judgement:
        watching = watch()
        return Judgement(watching(now), sample_sheet(read_samples(now, lines.held_out[:_SHOWN], draft, watching)))

    trainer = LineTrainer(run, model, parts, feed, ranks, judge)
    if trainer.resume():
        say(f"going on at step {trainer.step} of {run.stage.steps}")
    else:
        say(f"{run.stage.steps} steps of {run.stage.lines_a_batch} lines; {run.folder} has the log and pictures")
    trainer.run()
    candidate = run.config.output / _NEW
    shutil.rmtree(candidate, ignore_errors=True)
    if settings.method != "full":
        save_adapters(model, adapter, run.config.output / "adapter", str(folder))
        merge_adapters(model)
    chosen, _ = watch().choose_threshold(model.eval())
    spelling = Spelling(drafter.alphabet, tokenizer)
    write_line_model(candidate, model, spelling, chosen, quantised=True)
    _keep_confidence(folder, candidate, say)
    if settings.int8_tower:
        crops = [sample.image for sample in line_views(lines.learned[:_CALIBRATION_LINES], 1, 0)]
        if settings.replay:
            crops += [_ordinary(settings.seed + _CALIBRATION_SEED, n).image for n in range(_CALIBRATION_LINES)]
        calibrate_folder(candidate, crops)
    return candidate


def _keep_confidence(folder: Path, candidate: Path, say: Say) -> None:
    """How sure the model is of its lines was fitted before: a user's few lines are too few to fit it anew."""
    fitted = folder / CONFIDENCE_FILE
    if fitted.is_file():
        shutil.copyfile(fitted, candidate / CONFIDENCE_FILE)
        say("confidence: as fitted for the model before; python -m bayou.recipes.line_confidence fits it anew")


def _feed(
    model: LineVLM, drafter: Drafter, lines: _Lines, run: LineRun, settings: FinetuneSettings
) -> tuple[Feed, Drafter]:
    """What to learn from, and what drafts the lines that are judged, for what learns."""
    views = list(line_views(lines.learned, settings.views, settings.seed))
    count = round(len(views) * settings.replay / (1 - settings.replay))
    ordinary = [_ordinary(settings.seed + _ORDINARY_SEED, number) for number in range(count)]
    samples = [*views, *ordinary]
    rng = np.random.default_rng(settings.seed)
    if settings.learns == "decoder":
        drafted = list(drafted_lines(samples, drafter, rng, SOURCES))
        return DraftedFeed(run, drafted, drafter.tokenizer.vocab_size, SOURCES), drafter
    if settings.learns == "neck":
        assert isinstance(model.vision_model, LineVision)  # nano-vit was refused
        backbone = _Backbone(model.vision_model)
        columns = list(column_lines(samples, backbone, drafter, rng, SOURCES))
        learning = Drafter(LearningNeck(backbone, model.vision_model), drafter.alphabet, drafter.tokenizer)
        return ColumnFeed(run, columns, drafter, SOURCES), learning
    labels = LineLabels(drafter.alphabet, drafter.tokenizer)
    order = rng.permutation(len(samples))
    pool = LinePool(
        lambda number: samples[order[number % len(samples)]], labels, SOURCES, _POOL_BATCHES, settings.lines_a_batch
    )
    return PixelFeed(run, pool), drafter
