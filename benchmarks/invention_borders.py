"""Where to draw the border below which a lone crop says nothing. Knows scores; not how anything is read.

    python -m benchmarks.invention_borders --real DIR [--each 40] [--most 1200]

Crops without text (``benchmarks.textless_crops``, other seeds than those that ``benchmarks.invention`` reports on) and
real crops kept from training (``DIR``, docs/data.md) are read once; then each border of ``bayou.reading.lone_lines`` is
tried, the others staying as they are. Faint crops are not read flipped here. Figures go to
``results/invention_borders.json``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bayou.data.real import RealLines
from bayou.engine.model import load
from bayou.reading.lone_lines import Borders
from bayou.reading.nano_lines import NanoRecogniser
from bayou.reading.recogniser import RecognisedLine
from bayou.scorers.text import fold
from benchmarks import measurement
from benchmarks.kept_fonts import faces_kept
from benchmarks.textless_crops import DRAWERS, draw

FIRST_SEED = 1000
Rule = Callable[[RecognisedLine], bool]
SURE = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
LETTER = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9)


def rules() -> dict[str, Rule]:
    """What could be asked of a reading."""
    found: dict[str, Rule] = {"nothing": lambda read: True, "a legibility of .5": lambda read: read.legibility >= 0.5}
    for least in SURE:
        found[f"a confidence of {least:g}"] = _confident(least)
    for least in SURE:
        found[f"the borders, {least:g} of words"] = Borders(sure=least).let_pass
    for least in LETTER:
        found[f"the borders, {least:g} of letters alone"] = Borders(letter=least).let_pass
    return found


def _confident(least: float) -> Rule:
    return lambda read: read.confidence >= least


def rows(empty: Sequence[RecognisedLine], real: Sequence[tuple[RecognisedLine, str]]) -> list[dict[str, object]]:
    """What each rule lets through of nothing, and refuses of what is read right."""
    right = [(read, text) for read, text in real if fold(read.text) == fold(text)]
    found = []
    for name, rule in rules().items():
        invented = sum(rule(read) for read in empty if any(map(str.isalnum, read.text)))
        refused = [text for read, text in right if not rule(read)]
        row = {"asked": name, "invented": invented / len(empty), "right_ones_refused": len(refused) / len(real)}
        found.append({**row, "refused": refused[:12]})
    return found


def main() -> None:
    """Reads all crops once."""
    parser = argparse.ArgumentParser(description="Borders of lone crops.")
    parser.add_argument("--real", type=Path, required=True, help="folder of real crops (docs/data.md)")
    parser.add_argument("--each", type=int, default=40, help="crops of each kind without text")
    parser.add_argument("--most", type=int, default=1200, help="real crops")
    parser.add_argument("--model", default="nano")
    options = parser.parse_args()
    recogniser, faces = NanoRecogniser(load(options.model)), faces_kept()
    numbers = range(FIRST_SEED, FIRST_SEED + options.each)
    empty = recogniser.recognise([np.asarray(draw(kind, n, faces)) for kind in DRAWERS for n in numbers])
    kept = [line for line in RealLines.find(options.real, "validation").lines if fold(line.text)]
    kept = kept[:: max(1, len(kept) // options.most)]
    real = zip(recogniser.recognise([line.image() for line in kept]), (line.text for line in kept), strict=True)
    found = rows(empty, list(real))
    measurement.show([{key: row[key] for key in row if key != "refused"} for row in found])
    print(measurement.write("invention_borders", {"empty": len(empty), "real": len(kept)}, found))


if __name__ == "__main__":
    main()
