"""How fast nano learns on this computer, stage by stage, and how long steps wait for data. Knows the stages' feeds.

    python -m benchmarks.nano_training [--device cpu] [--steps 40] [--lines 1024] [--workers 0 1]

One process, one thread of the processor (or one GPU). Decoder and neck learn from what the frozen tower makes of each
line once, whose time stands beside; the tower learns from pixels, rendered by the training process (0 workers) or ahead
by others. A page is 50 lines. Figures go to ``results/nano_training.json``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bayou.data.mixed_lines import MixedLines
from bayou.data.synthetic.lines import render_line
from bayou.engine.loading import model_folder
from bayou.recipes.nano import TOWER, new_nano
from bayou.recipes.nano_lines import SOURCES, published_drafter, vocabulary
from bayou.training.frozen_tower import FrozenTower
from bayou.training.line_batches import DraftedFeed
from bayou.training.line_columns import ColumnFeed, column_lines
from bayou.training.line_features import drafted_lines
from bayou.training.line_pixels import PixelFeed
from bayou.training.line_pool import LineLabels, LinePool
from bayou.training.line_trainer import Feed, Judgement, LineTrainer, learning_parts
from bayou.training.parallel import Ranks, join_ranks
from bayou.training.run_curves import read_runs
from bayou.training.settings import DECODER, NECK, LineData, LineRun, LineTrainingConfig
from bayou.training.settings import TOWER as TOWER_STAGE
from benchmarks import measurement

LINES_A_PAGE = 50
SEED = 5_001
_PARTS = 8
"""Stretches that a run's figures are logged in; the first is left out, since it is the warm-up."""


def measured(run: LineRun, feed: Feed, ranks: Ranks) -> tuple[float, float]:
    """Lines a second and the share of the time that steps waited for data."""
    model = new_nano(0, model_folder("nano"), TOWER).to(ranks.device)
    LineTrainer(run, model, learning_parts(model, run.stage), feed, ranks, lambda _: Judgement({})).run()
    (log,) = read_runs([run.folder])
    rates, waits = (log.curves[name].values[1:] for name in ("lines_per_second", "data_wait"))
    return len(rates) / float(np.sum(1 / np.array(rates))), float(np.mean(waits))


def row(run: LineRun, rate: tuple[float, float], made: float | None, device: str) -> measurement.Row:
    """A stage's figures."""
    return {
        "stage": run.stage.name,
        "device": device,
        "lines_a_batch": run.stage.lines_a_batch,
        "workers": run.config.data.workers,
        "lines_per_s": rate[0],
        "pages_per_s": rate[0] / LINES_A_PAGE,
        "data_wait": rate[1],
        "made_once_ms_a_line": made,
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measures the three stages."""
    parser = argparse.ArgumentParser(description="Speed of nano's training.")
    parser.add_argument("--device", choices=("cpu", "cuda", "auto"), default="cpu")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--lines", type=int, default=1024, help="different lines of the first two stages")
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1], help="rendering processes, of the last stage")
    parser.add_argument("--tower-lines-a-batch", type=int, default=TOWER_STAGE.lines_a_batch)
    parser.add_argument("--pool-batches", type=int, default=LineData().pool_batches)
    options = parser.parse_args(argv)
    ranks = join_ranks(0, 1, "", options.device)
    drafter, device = published_drafter(), ranks.device.type
    assert isinstance(drafter.tower, FrozenTower)
    rows = []
    settings = {"steps": options.steps, "different_lines": options.lines, "vocabulary": len(vocabulary())}
    with tempfile.TemporaryDirectory() as folder:
        every = max(1, options.steps // _PARTS)
        config = LineTrainingConfig(Path(folder), SEED, device=options.device, log_every=every)
        config = replace(config, checkpoint_every=10**9, validate_every=10**9)
        samples, rng = [render_line(SEED, number) for number in range(options.lines)], np.random.default_rng(SEED)
        for stage in (DECODER, NECK):
            run = LineRun(config, replace(stage, steps=options.steps))
            began = time.monotonic()
            if stage is DECODER:
                drafted = list(drafted_lines(samples, drafter, rng, SOURCES))
                feed: Feed = DraftedFeed(run, drafted, drafter.tokenizer.vocab_size, SOURCES)
            else:
                columns = list(column_lines(samples, drafter.tower, drafter, rng, SOURCES))
                feed = ColumnFeed(run, columns, drafter, SOURCES)
            made = (time.monotonic() - began) / len(samples) * 1000
            rows.append(row(run, measured(run, feed, ranks), made, device))
        labels = LineLabels(drafter.alphabet, drafter.tokenizer)
        for workers in options.workers:
            stage = replace(
                TOWER_STAGE,
                name=f"tower, {workers} workers",
                steps=options.steps,
                lines_a_batch=options.tower_lines_a_batch,
            )
            data = LineData(workers=workers, pool_batches=options.pool_batches)
            run = LineRun(replace(config, data=data), stage)
            pool = LinePool(MixedLines(SEED), labels, SOURCES, data.pool_batches, stage.lines_a_batch)
            rows.append(row(run, measured(run, PixelFeed(run, pool), ranks), None, device))
            measurement.show(rows)
            measurement.write("nano_training", settings, rows)


if __name__ == "__main__":
    main()
