"""What a line's confidence is worth on real crops kept from training. Knows scores; not how a confidence is made up.

    python -m benchmarks.confidence --real DIR [--model nano]

``DIR`` holds real crops (docs/data.md); those kept for validation are read, never those that are trained on, and never
the measuring set of ``benchmarks.accuracy``. Shows calibration for several values of the one constant in
``bayou.reading.confidence``; figures go to ``results/confidence.json``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bayou.data.real import RealLines
from bayou.engine.line_reading import LineReading
from bayou.engine.model import load
from bayou.reading.confidence import agreement_confidence
from bayou.scorers.calibration import auroc, expected_calibration_error
from bayou.scorers.text import fold
from benchmarks import measurement

LETTERS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0, 150.0)


def confidence(reading: LineReading, letters: float) -> float:
    """nano's confidence in a line were the constant ``letters``."""
    if not reading.text:
        return 0.0
    draft = [float(p) for p in reading.draft.probabilities]
    decoder = [float(p) for p in reading.probabilities]
    return agreement_confidence(draft, decoder, reading.surest_disagreement, letters)


def main() -> None:
    """Reads the crops once and scores every value."""
    parser = argparse.ArgumentParser(description="Calibration of nano's confidence on real crops kept from training.")
    parser.add_argument("--real", type=Path, required=True, help="folder of real crops (docs/data.md)")
    parser.add_argument("--model", default="nano")
    options = parser.parse_args()
    kept = [line for line in RealLines.find(options.real, "validation").lines if fold(line.text)]
    readings = load(options.model).read_lines([line.image() for line in kept])
    right = [fold(reading.text) == fold(line.text) for reading, line in zip(readings, kept, strict=True)]
    rows = []
    for letters in LETTERS:
        confidences = [confidence(reading, letters) for reading in readings]
        rows.append(
            {
                "letters": letters,
                "n": len(kept),
                "right": sum(right) / len(right),
                "calibration_error": expected_calibration_error(confidences, right),
                "auroc_wrong": auroc([-c for c in confidences], [not r for r in right]),
            }
        )
    measurement.show(rows)
    print(measurement.write("confidence", {"model": options.model}, rows))


if __name__ == "__main__":
    main()
