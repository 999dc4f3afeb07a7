"""How often readers invent text on crops without any, and how often they refuse real text. Knows counts; no pixels.

    python -m benchmarks.invention [--each 100] [--data DIR] [--engines nano rapidocr]

Crops are drawn by ``benchmarks.textless_crops``; one counts as invented where a letter or digit is read. The real words
and lines of ``DIR`` are read in the same run, since who says nothing invents nothing. RapidOCR stands there twice: its
recogniser alone, as elsewhere in these benchmarks, and with the border that it draws for pages (texts below a score of
.5 are dropped). Figures go to ``results/invention.json``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bayou.scorers.text import exact_match
from benchmarks import measurement, truth
from benchmarks.engines import Engine, Reading, named
from benchmarks.kept_fonts import faces_kept
from benchmarks.textless_crops import DRAWERS, draw

RAPIDOCR_BORDER = 0.5
"""Its ``text_score``."""
MOST_SHOWN = 12


def says(reading: Reading) -> bool:
    """Whether there is a letter or digit in it."""
    return any(letter.isalnum() for letter in reading.text)


def textless_rows(name: str, readings: Sequence[Reading], kinds: Sequence[str]) -> list[dict[str, object]]:
    """A row for each kind, and one for all."""
    found = []
    for kind in [*dict.fromkeys(kinds), "all without text"]:
        chosen = [reading for reading, own in zip(readings, kinds, strict=True) if kind in (own, "all without text")]
        invented = [reading.text for reading in chosen if says(reading)]
        row = {"engine": name, "kind": kind, "n": len(chosen), "invented": len(invented) / len(chosen)}
        found.append({**row, "letters": sum(map(len, invented)), "examples": invented[:MOST_SHOWN]})
    return found


def real_row(name: str, readings: Sequence[Reading], crops: Sequence[truth.Labelled]) -> dict[str, object]:
    """How much real text is refused, and how much is read right."""
    refused = [crop.text for reading, crop in zip(readings, crops, strict=True) if not says(reading)]
    right = [exact_match(r.text, crop.text, folded=True) for r, crop in zip(readings, crops, strict=True)]
    row = {"engine": name, "kind": "real words and lines", "n": len(crops), "refused": len(refused) / len(crops)}
    return {**row, "right": sum(right) / len(right), "examples": refused[:MOST_SHOWN]}


def bordered(readings: Sequence[Reading]) -> list[Reading]:
    """Readings without those that RapidOCR drops on pages."""
    return [one if (one.confidence or 0.0) >= RAPIDOCR_BORDER else Reading("", 0.0) for one in readings]


def measure(
    engine: Engine, drawn: Sequence[tuple[str, Path]], real: Sequence[truth.Labelled]
) -> list[dict[str, object]]:
    """All rows of an engine."""
    engine.start()
    kinds = [kind for kind, _ in drawn]
    textless = engine.read_crops([path for _, path in drawn], "line")
    crops = [crop for kind in ("word", "line") for crop in real if crop.kind == kind]
    texts: list[Reading] = []
    for kind in ("word", "line"):
        texts += engine.read_crops([crop.path for crop in crops if crop.kind == kind], kind)
    ways = {engine.name: (textless, texts)}
    if engine.name == "RapidOCR":
        ways["RapidOCR with its border"] = (bordered(textless), bordered(texts))
    found = []
    for name, (empty, full) in ways.items():
        found += textless_rows(name, empty, kinds)
        if crops:
            found.append(real_row(name, full, crops))
    return found


def main() -> None:
    """Draws the crops and has each engine read them."""
    parser = argparse.ArgumentParser(description="Invented text on crops without any.")
    parser.add_argument("--each", type=int, default=100, help="crops of each kind")
    parser.add_argument("--data", type=Path, default=truth.default_folder(), help="folder with words and lines")
    parser.add_argument("--engines", nargs="+", default=["nano", "rapidocr"])
    options = parser.parse_args()
    found: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="bayou-") as folder:
        faces, drawn = faces_kept(), []
        for kind in DRAWERS:
            for number in range(options.each):
                path = Path(folder) / f"{kind} {number:04}.png"
                draw(kind, number, faces).save(path)
                drawn.append((kind, path))
        for name in options.engines:
            new = measure(named(name, "nano"), drawn, truth.crops(options.data))
            columns = ("engine", "kind", "n", "invented", "refused", "right")
            measurement.show([{key: row.get(key) for key in columns} for row in new])
            found += new
    print(measurement.write("invention", {"each": options.each, "data": options.data.name}, found))


if __name__ == "__main__":
    main()
