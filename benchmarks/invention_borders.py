"""Where to draw the borders below which a lone crop says nothing. Knows scores; not how anything is read.

    python -m benchmarks.invention_borders --real DIR [--each 100] [--most 1200]

Crops without text (``benchmarks.textless_crops``, other seeds than those that ``benchmarks.invention`` reports on),
real crops kept from training (``DIR``, docs/data.md) and drawn lines in fonts kept from training are read once; then
each border of ``bayou.reading.lone_lines`` is tried, the others staying as they are. Mirrored text is left out: that is
refused by reading it flipped, not by a border. Figures go to ``results/invention_borders.json``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from bayou.data.real import RealLines
from bayou.data.validation import validation_lines
from bayou.engine.model import load
from bayou.reading.lone_lines import Borders
from bayou.reading.nano_lines import NanoRecogniser
from bayou.reading.recogniser import RecognisedLine
from bayou.scorers.text import character_errors, fold
from benchmarks import measurement
from benchmarks.kept_fonts import faces_kept
from benchmarks.textless_crops import DRAWERS, draw

FIRST_SEED = 1000
KINDS = tuple(kind for kind in DRAWERS if kind != "mirrored text")
DRAWN_EACH = 40
Rule = Callable[[RecognisedLine], bool]
LEVELS = (0.0, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.78, 0.8, 0.82, 0.85, 0.88, 0.9, 0.92, 0.95, 0.97, 0.98)
CONFIDENCES = (0.02, 0.05, 0.1, 0.2, 0.3)
MOST_WRONG = 0.5
"""A reading with a smaller share of its label's letters wrong is of text, though not right: it should be told, too."""


def rules() -> dict[str, Rule]:
    """What could be asked of a reading."""
    found: dict[str, Rule] = {"nothing": lambda read: True, "a legibility of .5": lambda read: read.legibility >= 0.5}
    for least in CONFIDENCES:
        found[f"a confidence of {least:g}"] = _confident(least)
    found["the borders"] = Borders().let_pass
    for border in fields(Borders):
        for least in LEVELS:
            found[f"the borders, {border.name} {least:g}"] = replace(Borders(), **{border.name: least}).let_pass
    return found


def _confident(least: float) -> Rule:
    return lambda read: read.confidence >= least


def rows(empty: Sequence[RecognisedLine], real: Sequence[tuple[RecognisedLine, str]]) -> list[dict[str, object]]:
    """What each rule lets through of nothing, and refuses of what is read right, or nearly."""
    right = [(read, text) for read, text in real if fold(read.text) == fold(text)]
    near = [
        (read, text)
        for read, text in real
        if read.text and 0 < character_errors(fold(read.text), fold(text)).rate < MOST_WRONG
    ]
    found = []
    for name, rule in rules().items():
        invented = sum(rule(read) for read in empty if any(map(str.isalnum, read.text)))
        refused = [text for read, text in right if not rule(read)]
        nearly = sum(not rule(read) for read, _ in near)
        row = {"asked": name, "invented": invented / len(empty), "right_ones_refused": len(refused) / len(real)}
        found.append({**row, "nearly_right_ones_refused": nearly / len(real), "refused": refused[:12]})
    return found


def main() -> None:
    """Reads all crops once."""
    parser = argparse.ArgumentParser(description="Borders of lone crops.")
    parser.add_argument("--real", type=Path, required=True, help="folder of real crops (docs/data.md)")
    parser.add_argument("--each", type=int, default=100, help="crops of each kind without text")
    parser.add_argument("--most", type=int, default=1200, help="real crops")
    parser.add_argument("--model", default="nano")
    options = parser.parse_args()
    recogniser, faces = NanoRecogniser(load(options.model)), faces_kept()
    numbers = range(FIRST_SEED, FIRST_SEED + options.each)
    empty = recogniser.recognise([np.asarray(draw(kind, n, faces)) for kind in KINDS for n in numbers])
    kept = [line for line in RealLines.find(options.real, "validation").lines if fold(line.text)]
    kept = kept[:: max(1, len(kept) // options.most)]
    lines = [*(line.sample() for line in kept), *validation_lines(DRAWN_EACH)]
    read = recogniser.recognise([line.image for line in lines])
    found = rows(empty, list(zip(read, (line.text for line in lines), strict=True)))
    measurement.show([{key: row[key] for key in row if key != "refused"} for row in found])
    settings = {"empty": len(empty), "real": len(kept), "drawn": len(lines) - len(kept)}
    print(measurement.write("invention_borders", settings, found))


if __name__ == "__main__":
    main()
