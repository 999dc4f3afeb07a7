"""How sure a nano is of its lines, fitted to lines whose texts are known. Knows where they come from; trains nothing.

    python -m bayou.recipes.line_confidence FOLDER [--real DIR]

writes ``confidence.json`` into a model's folder; to be done again for other weights. The lines are real crops kept from
training, synthetic ones in fonts kept from training, and crops without readable text, in which any text is wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.data.real import RealLines
from bayou.data.sample import LineSample
from bayou.data.synthetic.no_text import SOURCE as NO_TEXT
from bayou.data.synthetic.no_text import no_text_lines
from bayou.data.validation import validation_lines
from bayou.engine.line_confidence import LineConfidence, line_signs
from bayou.engine.line_reading import LineReading, edits
from bayou.engine.loading import CONFIDENCE_FILE, model_folder
from bayou.engine.model import load
from bayou.scorers.text import fold

LINES_PER_CATEGORY = 100
CROPS_PER_KIND = 0.3
"""Crops of each kind without text, for each line of a category."""

REAL_HEED, SYNTHETIC_HEED, NO_TEXT_HEED = 1.0, 0.2, 0.1
"""What a line of each sort counts: real ones are what is read; nothing but silence is expected of the last."""

SHIFTED = 0.5
"""A receipt's label that differs in more than this share of its letters is of another line, or is shifted: left out."""

_RECEIPT_LINES = ("053#4", "053#27", "154#3", "154#44", "189#43")
_WORDS = (764, 1121, 2039, 2506, 2615, 2955, 3533, 3554)
MISLABELLED = frozenset(
    {f"sroie/{name}" for name in _RECEIPT_LINES} | {f"icdar2015_words/word_{number}.jpg" for number in _WORDS}
)
"""Real lines kept for validation whose pictures say something else than their labels: found by looking at those that
nano read otherwise."""


@dataclass(frozen=True, eq=False, slots=True)
class JudgedLines:
    """Readings with a text, of lines whose texts are known.

    Attributes:
        readings: As the model gives them, further looks included.
        right: bool [N], by the letters and digits alone, as the tables of accuracy have it.
        heed: float64 [N].
        sources: Of each line.
    """

    readings: list[LineReading]
    right: NDArray[np.bool_]
    heed: NDArray[np.float64]
    sources: list[str]

    def fitted(self, chosen: NDArray[np.bool_] | None = None) -> LineConfidence:
        """The confidence that these lines teach, or only the chosen ones."""
        signs = np.stack([line_signs(reading) for reading in self.readings])
        some = np.ones(len(signs), dtype=bool) if chosen is None else chosen
        return LineConfidence.fitted(signs[some], self.right[some], self.heed[some])


def known_lines(real: Path | None, per_category: int = LINES_PER_CATEGORY) -> list[LineSample]:
    """The lines to fit on: real ones kept from training where there are any, synthetic ones, crops without text."""
    kept = RealLines.find(real, "validation").lines if real is not None else []
    lines = [line.sample() for line in kept if fold(line.text) and line.key not in MISLABELLED]
    drawn = validation_lines(per_category)
    per_kind = round(per_category * CROPS_PER_KIND)
    return [*lines, *drawn, *no_text_lines(per_kind, [line.image for line in (*lines, *drawn)])]


def judged(readings: Sequence[LineReading], lines: Sequence[LineSample]) -> JudgedLines:
    """Whether what a model reads in lines is right.

    Lines in which it reads nothing, or another script, are left out.
    """
    pairs = [
        (reading, line)
        for reading, line in zip(readings, lines, strict=True)
        if reading.text.strip() and reading.source == "model" and not _is_shifted(reading, line)
    ]
    return JudgedLines(
        [reading for reading, _ in pairs],
        np.array([_is_right(reading, line) for reading, line in pairs]),
        np.array([_heed(line.source) for _, line in pairs]),
        [line.source for _, line in pairs],
    )


def _is_right(reading: LineReading, line: LineSample) -> bool:
    return bool(line.text) and fold(reading.text) == fold(line.text)


def _is_shifted(reading: LineReading, line: LineSample) -> bool:
    if line.source != "sroie":
        return False
    read, label = fold(reading.text), fold(line.text)
    return edits(read, label) > SHIFTED * max(len(read), len(label), 1)


def _heed(source: str) -> float:
    if source.startswith(NO_TEXT):
        return NO_TEXT_HEED
    return SYNTHETIC_HEED if source.startswith("validation/") else REAL_HEED


def cross_validated(lines: JudgedLines, parts: int = 5) -> NDArray[np.float64]:
    """Each line's confidence as fitted to the lines of the other parts, float64 [N]."""
    part = np.random.default_rng(0).permutation(len(lines.readings)) % parts
    told = np.zeros(len(part))
    for number in range(parts):
        confidence = lines.fitted(part != number)
        for i in np.flatnonzero(part == number):
            told[i] = confidence(lines.readings[i])
    return told


def fit_confidence(folder: Path, real: Path | None, per_category: int = LINES_PER_CATEGORY) -> Path:
    """Write ``confidence.json`` into a model's folder.

    Args:
        folder: As ``bayou.load`` reads it.
        real: Folder of real crops (docs/data.md).
        per_category: Synthetic lines of each category.

    Raises:
        InputError: ``real`` holds none.
        UsageError: The folder is no nano's, or fonts are missing.
        OutputError: It can't be written.
    """
    target = folder / CONFIDENCE_FILE
    target.unlink(missing_ok=True)  # it may be of other weights, or of another version's signs
    lines = known_lines(real, per_category)
    readings = load(folder).read_lines([line.image for line in lines])
    judged(readings, lines).fitted().write(target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description="Fits how sure a nano is of its lines.")
    parser.add_argument("model", help="folder of the model, or its name")
    parser.add_argument("--real", type=Path, help="folder of real crops (docs/data.md)")
    options = parser.parse_args()
    print(fit_confidence(model_folder(options.model), options.real))


if __name__ == "__main__":
    main()
