"""What nano's 8-bit tower changes on real crops kept from training, and what reading doubtful lines again gives back.

    python -m benchmarks.eight_bits --real DIR [--model nano]

``DIR`` holds real crops (docs/data.md); those kept for validation are read. Knows drafts; no decoder.
Figures go to ``results/eight_bits.json``, a row for each value of ``SURE_IN_8_BITS``: 0 is the 8-bit tower alone.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.data.real import RealLines
from bayou.engine import line_tokens
from bayou.engine.line_reader import draft_of
from bayou.engine.model import Model, load
from bayou.inputs.line_images import prepare_line
from bayou.scorers.text import fold
from benchmarks import measurement

SURE = (0.0, 0.7, 0.8, 0.9)


def drafts(model: Model, lines: list[NDArray[np.float32]]) -> tuple[list[str], float]:
    """The tower's reading of each line, and the seconds it took."""
    start = time.perf_counter()
    found = [draft_of(encoded).text for encoded in model.runtime.encode(lines)]
    return found, time.perf_counter() - start


def main() -> None:
    """Reads the crops once in float32 and once for every value."""
    parser = argparse.ArgumentParser(description="nano's 8-bit tower beside its float32 one.")
    parser.add_argument("--real", type=Path, required=True, help="folder of real crops (docs/data.md)")
    parser.add_argument("--model", default="nano")
    options = parser.parse_args()
    kept = [line for line in RealLines.find(options.real, "validation").lines if fold(line.text)]
    lines = [prepare_line(line.image()) for line in kept]
    expected, seconds = drafts(load(options.model, precision="float32"), lines)
    model = load(options.model)
    rows: list[dict[str, object]] = []
    for sure in (None, *SURE):
        found = expected
        if sure is not None:
            line_tokens.SURE_IN_8_BITS = sure
            found, seconds = drafts(model, lines)
        right = [fold(text) == fold(line.text) for text, line in zip(found, kept, strict=True)]
        changed = [a != b for a, b in zip(found, expected, strict=True)]
        rows.append(
            {
                "tower": "float32" if sure is None else "int8",
                "sure_from": sure,
                "n": len(kept),
                "changed": sum(changed) / len(kept),
                "exact_folded": sum(right) / len(kept),
                "seconds_each": seconds / len(kept),
            }
        )
    measurement.show(rows)
    print(measurement.write("eight_bits", {"model": options.model}, rows))


if __name__ == "__main__":
    main()
