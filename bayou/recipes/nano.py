"""nano's training run (needs torch): from the published tower and seeded synthetic lines to a model folder.

Stages as in the paper: projector and decoder first, on what the frozen tower makes of each line. Every number of the
run is in ``LineTrainingConfig``; ``python -m bayou train nano --help`` lists those that a command may set.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.multiprocessing.spawn import spawn

from bayou.data.real import RealLine, RealLines
from bayou.data.sample import LineSample
from bayou.data.synthetic.alphabet import ALPHABET
from bayou.data.synthetic.lines import MIX, render_line
from bayou.data.validation import CATEGORIES, validation_lines
from bayou.engine.folder_calibration import calibrate_folder
from bayou.engine.loading import VOCABULARY_FILE, WEIGHTS_FILE
from bayou.engine.quantization import read_weights
from bayou.errors import UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.family import nano_config
from bayou.model.line_vision_import import import_tower, read_characters
from bayou.model.line_vlm import LineVLM
from bayou.model.weights import check_shapes
from bayou.reading.wheel_models import RECOGNISER, wheel_model
from bayou.training.frozen_tower import FrozenTower
from bayou.training.line_batches import DraftedFeed
from bayou.training.line_columns import ColumnFeed, ColumnLine, LearningNeck, column_lines
from bayou.training.line_export import Spelling, write_line_model
from bayou.training.line_features import DraftedLine, Drafter, drafted_lines, trusted_text
from bayou.training.line_pixels import LearningTower, PixelFeed
from bayou.training.line_trainer import Feed, LineTrainer
from bayou.training.line_validation import LineJudge
from bayou.training.parallel import Ranks, join_ranks
from bayou.training.settings import LineTrainingConfig
from bayou.training.shards import read_shard, write_shard

THRESHOLD = 0.9
"""A correction counts only where the decoder is at least this sure; so while training, then chosen on validation."""

Watch = Callable[[], LineJudge]
Kept = TypeVar("Kept")
Make = Callable[[Iterable[LineSample], np.random.Generator], Iterator[Kept]]

TOWER_STAGE_RATE, TOWER_SHARE, TOWER_STAGE_LINES = 2e-4, 0.1, 8
"""The second stage's learning rate, the tower's share of it (small: it comes trained), and lines in a batch."""

NECK_STAGE_RATE, NECK_SHARE, NECK_STAGE_LINES = 3e-4, 0.3, 32
"""The neck stage's learning rate, the neck's share of it, and lines in a batch."""

NECK = ("vision_model.neck.", "vision_model.head.")
BLENDS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of what a stage learned that are tried after it: between the old weights and the new ones often lie better."""

SHARD_LINES = 2048
_CALIBRATION_LINES = 80
_REAL = ("sroie", "icdar2015_words")
SOURCES = (
    *(f"synthetic/{name}" for name in MIX),
    *_REAL,
    *(f"validation/{category.name}" for category in CATEGORIES),
    *(f"validation/{name}" for name in _REAL),
)
"""Where a line comes from; shards hold its place in this list."""

KEPT_SIGNS = "¦¨´¯¸′″≤≥≠≈≡∞√∑∫∂∆Ωπ↑↓↔⇒■□▪▫▲△▼▽◆◇○●◦★☆✔✗✘☐☑☒♦♣♠♥♪⅓⅔⅛⅜⅝⅞⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉ⅠⅡⅢⅣⅤ℃℉"
"""Too rare to render lines with, but known to the tower's head; so a draft of them can be kept."""


def vocabulary() -> tuple[str, ...]:
    """The characters that nano writes: Latin script of the European languages, digits and common signs."""
    return tuple(dict.fromkeys(ALPHABET + KEPT_SIGNS))


def new_nano(seed: int, start: Path | None = None, keep_neck: bool = False) -> LineVLM:
    """A nano with the published tower; projector and decoder from nothing, or from the model folder ``start``.

    Args:
        keep_neck: Take the tower's neck and character head from ``start`` too.

    Raises:
        ModelError: The folder is damaged, or its model is of another shape.
        UsageError: The folder's vocabulary is another.
    """
    torch.manual_seed(seed)
    model = LineVLM(nano_config(CharacterTokenizer(vocabulary()).vocab_size))
    if start is not None:
        if CharacterTokenizer.from_file(start / VOCABULARY_FILE).characters != vocabulary():
            raise UsageError("this model writes other characters than the recipe's", str(start))
        weights = read_weights(start / WEIGHTS_FILE)
        tensors = {name: torch.from_numpy(weight.dense().copy()) for name, weight in weights.items()}
        check_shapes(
            {n: tuple(t.shape) for n, t in model.state_dict().items()},
            {n: w.shape for n, w in weights.items()},
            str(start),
        )
        model.load_state_dict(tensors)
    learned = {n: v.clone() for n, v in model.state_dict().items() if keep_neck and n.startswith(NECK)}
    # Last: the features to learn from are the published tower's, to the bit.
    import_tower(model.vision_model, wheel_model(RECOGNISER))
    model.load_state_dict(learned, strict=False)
    return model


def published_drafter(precision: str = "float32") -> Drafter:
    """The published tower, frozen, as drafter."""
    published = wheel_model(RECOGNISER)
    tower = FrozenTower(published, precision=precision)
    return Drafter(tower, read_characters(published), CharacterTokenizer(vocabulary()))


def _synthetic(config: LineTrainingConfig, shard: int) -> Iterator[LineSample]:
    first = shard * SHARD_LINES
    for index in range(first, min(first + SHARD_LINES, config.synthetic_lines)):
        yield render_line(config.seed, index)


def _real(lines: Sequence[RealLine], seed: int, view: int) -> Iterator[LineSample]:
    for line in lines:
        yield line.sample(random.Random(f"{seed}:{view}:{line.key}"))


def sample_shards(config: LineTrainingConfig) -> list[tuple[str, Iterator[LineSample]]]:
    """All of a run's samples in named parts, real ones first."""
    parts: list[tuple[str, Iterator[LineSample]]] = []
    if config.real is not None:
        real = RealLines.find(config.real).lines
        pieces = [real[first : first + SHARD_LINES] for first in range(0, len(real), SHARD_LINES)]
        for view in range(config.real_views):
            for number, piece in enumerate(pieces):
                parts.append((f"real-{config.seed}-{view}-{number:03d}", _real(piece, config.seed, view)))
    for shard in range(-(-config.synthetic_lines // SHARD_LINES)):
        parts.append((f"synthetic-{config.seed}-{shard:05d}", _synthetic(config, shard)))
    return parts


def build_features(config: LineTrainingConfig, make: Make[Kept], kind: type[Kept], ranks: Ranks) -> list[Kept]:
    """This rank's share of what the frozen tower makes of the samples: made where missing, then read."""
    lines: list[Kept] = []
    for number, (name, samples) in enumerate(sample_shards(config)):
        if number % ranks.world != ranks.rank:
            continue
        path = config.output / "features" / f"{name}.safetensors"
        if not path.exists():
            write_shard(path, list(make(samples, np.random.default_rng([config.seed, number]))))
        lines += read_shard(path, kind)
    return lines


def validation_samples(config: LineTrainingConfig) -> list[LineSample]:
    """The fixed lines to watch training by: held-out fonts, and where there are real crops, those kept for this."""
    samples = validation_lines(config.validation_lines)
    if config.real is not None:
        kept = RealLines.find(config.real, "validation").lines
        for name in _REAL:
            group = [line for line in kept if line.source == name][: 3 * config.validation_lines]
            samples += [replace(line.sample(), source=f"validation/{name}") for line in group]
    return samples


def _drafted(samples: Sequence[LineSample], drafter: Drafter, seed: int) -> list[DraftedLine]:
    return list(drafted_lines(samples, drafter, np.random.default_rng(seed), SOURCES))


def _calibration_crops(config: LineTrainingConfig) -> list[NDArray[np.uint8]]:
    """Lines of every kind, printed and where there are any real, to choose the tower's 8-bit steps on."""
    crops = [render_line(config.seed + 2, index).image for index in range(_CALIBRATION_LINES)]
    if config.real is not None:
        lines = RealLines.find(config.real).lines
        crops += [
            line.image() for line in random.Random(config.seed).sample(lines, min(len(lines), _CALIBRATION_LINES))
        ]
    return crops


def _train(config: LineTrainingConfig, model: LineVLM, feed: Feed, ranks: Ranks, watch: Watch) -> None:
    """One stage, then its model folders: ``model`` in float32 to train on from, ``shipped`` to read with."""

    def judge(judged: LineVLM) -> dict[str, float]:
        return watch()(judged)

    before = {name: value.clone() for name, value in model.state_dict().items()}
    trainer = LineTrainer(config, model, feed, ranks, judge)
    trainer.resume()
    trainer.run()
    if ranks.first:
        if config.tower_share:
            _blend(config, model.eval(), before, watch)
        threshold, shares = watch().choose_threshold(model.eval())
        _keep(config.output / "threshold.json", threshold, shares)
        spelling = Spelling(read_characters(wheel_model(RECOGNISER)), CharacterTokenizer(vocabulary()))
        write_line_model(config.output / "model", model, spelling, threshold, quantised=False)
        write_line_model(config.output / "shipped", model, spelling, threshold, quantised=True)
        if config.int8_tower:
            calibrate_folder(config.output / "shipped", _calibration_crops(config))
    ranks.barrier()


def _blend(config: LineTrainingConfig, model: LineVLM, before: dict[str, torch.Tensor], watch: Watch) -> None:
    """Leave the model at the best of ``BLENDS`` between ``before`` and what it learned, by the validation lines."""
    after = {name: value.clone() for name, value in model.state_dict().items()}

    def blended(share: float) -> float:
        model.load_state_dict({name: before[name].lerp(value, share) for name, value in after.items()})
        return float(watch().weighted_exact(model).sum())

    shares = {share: blended(share) for share in BLENDS}
    chosen = max(BLENDS, key=lambda share: shares[share])
    blended(chosen)
    _keep(config.output / "blend.json", chosen, {str(share): exact for share, exact in shares.items()})


def _keep(path: Path, chosen: float, exact: dict[str, float]) -> None:
    """Write down a choice that was made on the validation lines."""
    path.write_text(json.dumps({"chosen": chosen, "exact": exact}, indent=1) + "\n")


def train_decoder(config: LineTrainingConfig, model: LineVLM, ranks: Ranks) -> None:
    """The first stage: projector and decoder, the tower frozen."""
    keep_vocabulary(config.output)
    made_by = published_drafter(config.tower_precision)
    lines = build_features(config, lambda some, rng: drafted_lines(some, made_by, rng, SOURCES), DraftedLine, ranks)
    feed = DraftedFeed(config, lines, model.config.language.vocab_size, ranks.rank)
    drafter = published_drafter()  # judged is what reads later: float32
    watched = _drafted(validation_samples(config), drafter, config.seed) if ranks.first else []
    _train(config, model, feed, ranks, lambda: LineJudge(watched, SOURCES, drafter.tokenizer, THRESHOLD))


def train_tower(config: LineTrainingConfig, model: LineVLM, ranks: Ranks) -> None:
    """The second stage: all of it, the tower in small steps and with real crops in the mix."""
    drafter = published_drafter()
    real = None if config.real is None else RealLines.find(config.real)

    def sample(number: int) -> LineSample | None:
        if real is None or random.Random(f"{config.seed}:{number}").random() >= config.real_share:
            return render_line(config.seed + 1, number)
        drawn = real.sample(config.seed + 1, number)
        if drawn.case_known:
            return drawn
        [(_, classes)] = drafter.draft(prepare_line(drawn.image)[None])
        text = trusted_text(drawn, drafter.spell(classes))
        return None if text is None else replace(drawn, text=text)

    samples = validation_samples(config) if ranks.first else []
    learning = Drafter(LearningTower(model.vision_model), drafter.alphabet, drafter.tokenizer)

    def watch() -> LineJudge:
        return LineJudge(_drafted(samples, learning, config.seed), SOURCES, drafter.tokenizer, THRESHOLD)

    feed = PixelFeed(config, sample, drafter.alphabet, drafter.tokenizer, (ranks.rank, ranks.world))
    _train(config, model, feed, ranks, watch)


def train_neck(config: LineTrainingConfig, model: LineVLM, ranks: Ranks) -> None:
    """The second stage on a processor: neck and character head too, on what the frozen backbone makes of each line."""
    keep_vocabulary(config.output)
    drafter = published_drafter()
    assert isinstance(drafter.tower, FrozenTower)
    backbone = drafter.tower
    lines = build_features(
        config, lambda some, rng: column_lines(some, backbone, drafter, rng, SOURCES), ColumnLine, ranks
    )
    samples = validation_samples(config) if ranks.first else []
    learning = Drafter(LearningNeck(backbone, model.vision_model), drafter.alphabet, drafter.tokenizer)

    def watch() -> LineJudge:
        return LineJudge(_drafted(samples, learning, config.seed), SOURCES, drafter.tokenizer, THRESHOLD)

    _train(config, model, ColumnFeed(config, lines, drafter, ranks.rank), ranks, watch)


def keep_vocabulary(folder: Path) -> None:
    """Remember the vocabulary of a run's features; another one later would read them wrongly.

    Raises:
        UsageError: The run was begun with another vocabulary.
    """
    path = folder / "features" / "vocabulary.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and CharacterTokenizer.from_file(path).characters != vocabulary():
        raise UsageError("the run was begun with another vocabulary; take another --output", str(folder))
    CharacterTokenizer(vocabulary()).save(path)


def train_rank(rank: int, world: int, rendezvous: str, stages: Sequence[LineTrainingConfig]) -> None:
    """One process of the run."""
    ranks = join_ranks(rank, world, rendezvous)
    model = new_nano(stages[0].seed, stages[0].start, keep_neck=bool(stages[0].tower_share))
    for config in stages:
        if not config.tower_share:
            train_decoder(config, model, ranks)
        elif config.tower_part == "neck":
            train_neck(config, model, ranks)
        else:
            train_tower(config, model, ranks)


def main(argv: list[str]) -> int:
    """``bayou train nano``: returns the exit code."""
    parser = argparse.ArgumentParser(prog="bayou train nano", description="Train nano, the family's line reader.")
    parser.add_argument("--output", type=Path, required=True, help="folder of the run; the same command goes on in it")
    parser.add_argument("--real", type=Path, help="folder of real crops (docs/data.md)")
    parser.add_argument("--start", type=Path, help="model folder whose projector and decoder to go on from")
    parser.add_argument("--ranks", type=int, default=1, help="processes, one for each core")
    parser.add_argument(
        "--tower-precision", choices=("float32", "bf16"), default="float32", help="of the features made once"
    )
    defaults = {f.name: f.default for f in dataclasses.fields(LineTrainingConfig)}
    for name in ("seed", "synthetic_lines", "real_views", "steps", "lines_a_batch", "validation_lines"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=defaults[name])
    parser.add_argument("--learning-rate", type=float, default=defaults["learning_rate"])
    parser.add_argument("--neck-steps", type=int, default=0, help="steps of a second stage: neck and head train too")
    parser.add_argument(
        "--tower-steps", type=int, default=0, help="steps of a last stage in which all of the tower trains"
    )
    parser.add_argument(
        "--int8-tower",
        action=argparse.BooleanOptionalAction,
        default=defaults["int8_tower"],
        help="whether the folder to ship says how its tower computes in 8 bits: twice as fast",
    )
    values = vars(parser.parse_args(argv))
    world, neck_steps, tower_steps = values.pop("ranks"), values.pop("neck_steps"), values.pop("tower_steps")
    first = LineTrainingConfig(**values)
    neck = replace(first, output=first.output / "neck", steps=neck_steps, tower_share=NECK_SHARE, tower_part="neck")
    tower = replace(first, output=first.output / "tower", steps=tower_steps, tower_share=TOWER_SHARE)
    planned = (
        first,
        replace(neck, learning_rate=NECK_STAGE_RATE, lines_a_batch=NECK_STAGE_LINES),
        replace(tower, learning_rate=TOWER_STAGE_RATE, lines_a_batch=TOWER_STAGE_LINES),
    )
    stages = [stage for stage in planned if stage.steps]
    if not stages:
        parser.error("nothing to train: --steps, --neck-steps and --tower-steps are all 0")
    with tempfile.TemporaryDirectory() as meeting:
        rendezvous = (Path(meeting) / "rendezvous").as_uri()
        spawn(train_rank, (world, rendezvous, stages), nprocs=world)
    return 0
