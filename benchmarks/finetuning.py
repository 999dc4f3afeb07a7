"""How well nano learns a font that it fails on, from few lines on a processor. Knows fine-tuning as a user calls it.

    python -m benchmarks.finetuning FONT.ttf --work DIR [--lines 100 300] [--settings learns=tower …]

Draws lines of the font as ``examples.draw_lines`` does, fine-tunes the shipped nano on them with each of the settings
(one run for every word after ``--settings``, settings within a word parted by commas), and reads 200 other lines of the
font and 300 ordinary ones before and after. Figures go to ``results/finetuning.json``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bayou.config import override
from bayou.data.sample import LineSample
from bayou.data.synthetic.lines import render_line
from bayou.engine.loading import model_folder
from bayou.engine.model import load
from bayou.recipes.finetune_nano import Scores, finetune_nano, read_scores
from bayou.recipes.finetune_settings import FinetuneSettings
from bayou.recipes.given_lines import GivenPage, given_lines
from bayou.training.sample_sheet import ReadSample, sample_sheet
from benchmarks import measurement
from examples.draw_lines import draw

TEST_LINES, TEST_SEED = 200, 1
ORDINARY_LINES, ORDINARY_SEED = 300, 77_001
SHOWN, SHEET_WIDTH = 10, 620


def drawn(path: Path) -> list[LineSample]:
    """The lines of a file of crops."""
    return [line.sample() for line in given_lines(path) if not isinstance(line, GivenPage)]


def row(model: str, lines: int, seconds: float | None, font: Scores | None, ordinary: Scores | None) -> measurement.Row:
    """One model's figures."""
    assert font is not None and ordinary is not None
    return {
        "model": model,
        "lines_given": lines,
        "processor_minutes": None if seconds is None else seconds / 60,
        "font_exact": font.exact,
        "font_cer": font.cer,
        "ordinary_exact": ordinary.exact,
        "ordinary_cer": ordinary.cer,
    }


def draw_readings(models: Sequence[Path], samples: Sequence[LineSample], target: Path) -> None:
    """Some lines with each model's readings below them, side by side."""
    sheets = []
    for folder in models:
        read = load(folder).read_lines([sample.image for sample in samples])
        shown = [ReadSample(s.image, s.text, r.text.strip()) for s, r in zip(samples, read, strict=True)]
        sheets.append(sample_sheet(shown)[:, :SHEET_WIDTH])
    Image.fromarray(np.concatenate(sheets, axis=1)).save(target, optimize=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Fine-tunes with every setting and number of lines."""
    parser = argparse.ArgumentParser(description="Fine-tuning nano on a font that it fails on.")
    parser.add_argument("font", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for pictures and models")
    parser.add_argument("--lines", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--settings", nargs="+", default=["method=lora", "method=dora", "method=full"])
    parser.add_argument("--picture", type=Path, help="where to draw readings before and after the first setting")
    options = parser.parse_args(argv)
    start = model_folder("nano")
    test = drawn(draw(options.font, TEST_LINES, options.work / "test", TEST_SEED))
    ordinary = [render_line(ORDINARY_SEED, number) for number in range(ORDINARY_LINES)]
    values = {
        "font": options.font.stem,
        "test_lines": TEST_LINES,
        "ordinary_lines": ORDINARY_LINES,
        "defaults": in_words(FinetuneSettings()),
    }
    rows = [row("nano as shipped", 0, None, read_scores(start, test), read_scores(start, ordinary))]
    for count in options.lines:
        data = draw(options.font, count, options.work / f"lines{count}")
        for changes in options.settings:
            settings = override(FinetuneSettings(), changes.split(","))
            output = options.work / f"{count}-{changes.replace('=', '-').replace(',', '-')}"
            began = time.process_time()
            finetune_nano(start, data, output, settings, force=True)
            seconds = time.process_time() - began
            name = f"fine-tuned: {changes.replace(',', ', ')}"
            rows.append(row(name, count, seconds, read_scores(output, test), read_scores(output, ordinary)))
            measurement.show(rows)
            measurement.write("finetuning", values, rows)
            if options.picture is not None and changes == options.settings[0] and count == options.lines[-1]:
                draw_readings([start, output], test[:SHOWN], options.picture)


def in_words(settings: FinetuneSettings) -> str:
    """The defaults that decide most."""
    adapters = f"{settings.method}, rank {settings.rank}"
    return f"{adapters}, {settings.learns}, {settings.epochs} epochs, {settings.views} views, replay {settings.replay}"


if __name__ == "__main__":
    main()
