"""What further looks and a fitted confidence are worth on lines kept from training. Knows scores, not readers.

    python -m benchmarks.confidence --real DIR [--model nano]

``DIR`` holds real crops (docs/data.md); those kept for validation are read, beside synthetic lines and crops without
text, never those that are trained on, and never the measuring set of ``benchmarks.accuracy``. The fitted confidence is
cross-validated: each line is told by numbers fitted to the others. Figures go to ``results/confidence.json``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bayou.data.sample import LineSample
from bayou.data.synthetic.no_text import SOURCE as NO_TEXT
from bayou.engine.line_confidence import certainty
from bayou.engine.line_reading import LineReading
from bayou.engine.model import load
from bayou.engine.second_looks import is_doubtful, look_again
from bayou.recipes.line_confidence import LINES_PER_CATEGORY, JudgedLines, cross_validated, judged, known_lines
from bayou.scorers.calibration import auroc, expected_calibration_error
from bayou.scorers.text import exact_match
from benchmarks import measurement

BELIEVED = 0.5

Rows = list[dict[str, object]]


def part_of(source: str) -> str:
    """Which row of the tables a line counts in."""
    return NO_TEXT if source.startswith(NO_TEXT) else "synthetic" if source.startswith("validation/") else source


def look_rows(lines: Sequence[LineSample], first: Sequence[LineReading], final: Sequence[LineReading]) -> Rows:
    """What is read right at first sight and after further looks; of receipts only letters and digits are known."""
    parts = [part_of(line.source) for line in lines]
    rows: Rows = []
    for name in sorted(set(parts) - {NO_TEXT}):
        chosen = [i for i, part in enumerate(parts) if part == name]
        known = [i for i in chosen if lines[i].case_known]
        for looks, readings in (("first", first), ("further", final)):
            folded = [exact_match(readings[i].text, lines[i].text, folded=True) for i in chosen]
            strict = [exact_match(readings[i].text, lines[i].text) for i in known]
            rows.append(
                {
                    "table": "looks",
                    "part": name,
                    "looks": looks,
                    "lines": len(chosen),
                    "doubtful_at_first": sum(is_doubtful(first[i]) for i in chosen) / len(chosen),
                    "exact_folded": sum(folded) / len(chosen),
                    "case_known": len(known),
                    "exact_strict": sum(strict) / len(known) if known else None,
                    "further_looks": sum(len(readings[i].looks) for i in chosen) / len(chosen),
                }
            )
    return rows


def confidence_rows(lines: Sequence[LineSample], found: JudgedLines) -> Rows:
    """What the formula and the fitted confidence are worth, part by part."""
    asked = [part_of(line.source) for line in lines]
    part = np.array([part_of(source) for source in found.sources])
    formula = np.array([certainty(reading) for reading in found.readings])
    rows: Rows = []
    for name in sorted(set(part)):
        chosen = part == name
        right = found.right[chosen]
        for kind, values in (("formula", formula[chosen]), ("fitted", cross_validated(found)[chosen])):
            wrong_and_believed = float(((values >= BELIEVED) & ~right).sum())
            rows.append(
                {
                    "table": "confidence",
                    "part": name,
                    "confidence": kind,
                    "lines": asked.count(name),
                    "read": int(chosen.sum()),
                    "right": float(right.mean()),
                    "calibration_error": expected_calibration_error(values.tolist(), right.tolist()),
                    "auroc_wrong": auroc((-values).tolist(), (~right).tolist())
                    if 0 < right.sum() < len(right)
                    else None,
                    "wrong_and_believed": wrong_and_believed / asked.count(name),
                }
            )
    return rows


def main() -> None:
    """Reads the lines, looks again at the doubtful ones, fits, and scores both confidences on each part."""
    parser = argparse.ArgumentParser(description="Further looks and nano's confidence on lines kept from training.")
    parser.add_argument("--real", type=Path, required=True, help="folder of real crops (docs/data.md)")
    parser.add_argument("--model", default="nano")
    parser.add_argument("--lines", type=int, default=LINES_PER_CATEGORY, help="synthetic lines of each category")
    options = parser.parse_args()
    lines = known_lines(options.real, options.lines)
    crops, look = [line.image for line in lines], partial(load(options.model).read_lines, second_looks=False)
    first = look(crops)
    final = look_again(crops, first, look)
    rows = look_rows(lines, first, final)
    measurement.show(rows)
    others = confidence_rows(lines, judged(final, lines))
    measurement.show(others)
    settings = {"model": options.model, "believed_from": BELIEVED, "lines_a_category": options.lines}
    print(measurement.write("confidence", settings, [*rows, *others]))


if __name__ == "__main__":
    main()
