"""nano's training run (needs torch): from the published tower and seeded synthetic lines to a model folder.

Stages as in the paper: projector and decoder first, on what the frozen tower makes of each line. Every number of the
run is in ``LineTrainingConfig``; ``python -m bayou train nano --help`` lists those that a command may set.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import multiprocessing

from bayou.data.real import RealLine, RealLines
from bayou.data.sample import LineSample
from bayou.data.synthetic.alphabet import ALPHABET
from bayou.data.synthetic.lines import MIX, render_line
from bayou.data.validation import CATEGORIES, validation_lines
from bayou.inputs.characters import CharacterTokenizer
from bayou.model.family import nano_config
from bayou.model.line_vision_import import import_tower, read_characters
from bayou.model.line_vlm import LineVLM
from bayou.reading.wheel_models import RECOGNISER, wheel_model
from bayou.training.frozen_tower import FrozenTower
from bayou.training.line_export import write_line_model
from bayou.training.line_features import SHARD_LINES, DraftedLine, Drafter, drafted_lines, read_shard, write_shard
from bayou.training.line_trainer import LineTrainer
from bayou.training.line_validation import LineJudge
from bayou.training.parallel import Ranks, join_ranks
from bayou.training.settings import LineTrainingConfig

THRESHOLD = 0.9
"""A correction counts only where the decoder is at least this sure; see docs/models/nano.md."""

_REAL = ("sroie", "icdar2015_words")
SOURCES = (
    *(f"synthetic/{name}" for name in MIX),
    *_REAL,
    *(f"validation/{category.name}" for category in CATEGORIES),
    *(f"validation/{name}" for name in _REAL),
)
"""Where a line comes from; shards hold its place in this list."""

KEPT_SIGNS = "¦¨´¯¸′″≤≥≠≈≡∞√∑∫∂∆Ωπ↑↓↔⇒■□▪▫▲△▼▽◆◇○●◦★☆✔✗✘☐☑☒♦♣♠♥♪⅓⅔⅛⅜⅝⅞⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉ⅠⅡⅢⅣⅤ℃℉"
"""Too rare to render lines with, but known to the tower's head: as they are in the vocabulary, a draft can be kept."""


def vocabulary() -> tuple[str, ...]:
    """The characters that nano writes: Latin script of the European languages, digits and common signs."""
    return tuple(dict.fromkeys(ALPHABET + KEPT_SIGNS))


def new_nano(seed: int) -> tuple[LineVLM, Drafter]:
    """A nano with the published tower, and projector and decoder from nothing; and the tower as drafter."""
    torch.manual_seed(seed)
    model = LineVLM(nano_config(CharacterTokenizer(vocabulary()).vocab_size))
    published = wheel_model(RECOGNISER)
    import_tower(model.vision_model, published)
    return model, Drafter(FrozenTower(published), read_characters(published), CharacterTokenizer(vocabulary()))


def _synthetic(config: LineTrainingConfig, shard: int) -> Iterator[LineSample]:
    first = shard * SHARD_LINES
    for index in range(first, min(first + SHARD_LINES, config.synthetic_lines)):
        yield render_line(config.seed, index)


def _real(lines: Sequence[RealLine], seed: int, view: int) -> Iterator[LineSample]:
    for line in lines:
        yield line.sample(random.Random(f"{seed}:{view}:{line.key}"))


def build_features(config: LineTrainingConfig, drafter: Drafter, ranks: Ranks) -> list[DraftedLine]:
    """This rank's share of the features: made where missing, then read."""
    folder = config.output / "features"
    jobs: list[tuple[str, Iterator[LineSample]]] = []
    if config.real is not None:
        real = RealLines.find(config.real).lines
        parts = [real[first : first + SHARD_LINES] for first in range(0, len(real), SHARD_LINES)]
        for view in range(config.real_views):
            for number, part in enumerate(parts):
                jobs.append((f"real-{config.seed}-{view}-{number:03d}", _real(part, config.seed, view)))
    for shard in range(-(-config.synthetic_lines // SHARD_LINES)):
        jobs.append((f"synthetic-{config.seed}-{shard:05d}", _synthetic(config, shard)))
    lines: list[DraftedLine] = []
    for number, (name, samples) in enumerate(jobs):
        if number % ranks.world != ranks.rank:
            continue
        path = folder / f"{name}.safetensors"
        if not path.exists():
            rng = np.random.default_rng([config.seed, number])
            write_shard(path, list(drafted_lines(samples, drafter, rng, SOURCES)))
        lines += read_shard(path)
    return lines


def build_validation(config: LineTrainingConfig, drafter: Drafter) -> list[DraftedLine]:
    """The fixed lines to watch training by: held-out fonts, and where there are real crops, those kept for this."""
    path = config.output / "features" / f"validation-{config.validation_lines}.safetensors"
    if not path.exists():
        samples = validation_lines(config.validation_lines)
        if config.real is not None:
            kept = RealLines.find(config.real, "validation").lines
            for name in _REAL:
                group = [line for line in kept if line.source == name][: 3 * config.validation_lines]
                samples += [replace(line.sample(), source=f"validation/{name}") for line in group]
        write_shard(path, list(drafted_lines(samples, drafter, np.random.default_rng(config.seed), SOURCES)))
    return read_shard(path)


def train_rank(rank: int, world: int, rendezvous: str, config: LineTrainingConfig) -> None:
    """One process of the run."""
    ranks = join_ranks(rank, world, rendezvous)
    model, drafter = new_nano(config.seed)
    lines = build_features(config, drafter, ranks)
    judge = LineJudge(build_validation(config, drafter) if ranks.first else [], SOURCES, drafter.tokenizer, THRESHOLD)
    trainer = LineTrainer(config, model, lines, ranks, judge)
    trainer.resume()
    trainer.run()
    if ranks.first:
        write_line_model(config.output / "model", model, drafter.alphabet, drafter.tokenizer, THRESHOLD)


def main(argv: list[str]) -> int:
    """``bayou train nano``: returns the exit code."""
    parser = argparse.ArgumentParser(prog="bayou train nano", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--output", type=Path, required=True, help="folder of the run; the same command goes on in it")
    parser.add_argument("--real", type=Path, help="folder of real crops (docs/data.md)")
    parser.add_argument("--ranks", type=int, default=1, help="processes, one for each core")
    defaults = {f.name: f.default for f in dataclasses.fields(LineTrainingConfig)}
    for name in ("seed", "synthetic_lines", "real_views", "steps", "lines_a_batch", "validation_lines"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=defaults[name])
    parser.add_argument("--learning-rate", type=float, default=defaults["learning_rate"])
    values = vars(parser.parse_args(argv))
    world = values.pop("ranks")
    config = LineTrainingConfig(**values)
    config.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as meeting:
        rendezvous = (Path(meeting) / "rendezvous").as_uri()
        multiprocessing.spawn(train_rank, (world, rendezvous, config), nprocs=world)  # type: ignore[no-untyped-call]
    return 0
