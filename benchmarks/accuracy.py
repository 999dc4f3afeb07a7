"""How much of known texts each engine reads: crops by category, whole pages. Knows scores; not how anything is read.

    python -m benchmarks.accuracy [--data DIR] [--model nano] [--engines nano draft rapidocr tesseract] [--parts crops]

All engines read the same pictures in the same run; figures go to ``results/accuracy.json``. With ``--engines`` or
``--parts`` only their rows are measured anew; the others stay, marked with their own run. This is bayou's own table:
the tower's draft beside nano, and time. Who wants to measure pictures of their own, with intervals, the worst of them
and runs that go on, asks ``bayou evaluate lines pages``; the scores are of the same functions (``bayou.scorers``).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from bayou.scorers.calibration import auroc, expected_calibration_error
from bayou.scorers.text import ErrorRate, Overlap, character_errors, exact_match, fold, word_overlap
from benchmarks import measurement, truth
from benchmarks.engines import Engine, Reading, compared, named
from benchmarks.measurement import Report

PARTS = ("crops", "pages")


def crop_rows(engine: Engine, crops: Sequence[truth.Labelled]) -> list[dict[str, object]]:
    """Scores of one engine, a row for each category and one for all."""
    readings: dict[Path, Reading] = {}
    started = time.perf_counter()
    for kind in ("word", "line"):
        paths = [crop.path for crop in crops if crop.kind == kind]
        readings.update(zip(paths, engine.read_crops(paths, kind), strict=True))
    seconds = time.perf_counter() - started
    categories = sorted({crop.category for crop in crops})
    rows = []
    for category in [*categories, "all"]:
        chosen = [crop for crop in crops if category in (crop.category, "all")]
        rows.append(
            {
                "part": "crops",
                "engine": engine.name,
                "category": category,
                "n": len(chosen),
                **crop_scores([(readings[crop.path], crop.text) for crop in chosen]),
                "seconds_each": seconds / len(crops) if category == "all" else None,
            }
        )
    return rows


def crop_scores(pairs: Sequence[tuple[Reading, str]]) -> dict[str, object]:
    """Exact match and character error rate, folded and strict; how far the confidence can be trusted."""
    right = [exact_match(reading.text, text, folded=True) for reading, text in pairs]
    strict = [exact_match(reading.text, text) for reading, text in pairs]
    caseless = [exact_match(reading.text.casefold(), text.casefold()) for reading, text in pairs]
    folded_errors = sum((character_errors(fold(r.text), fold(t)) for r, t in pairs), ErrorRate(0, 0))
    strict_errors = sum((character_errors(r.text, t) for r, t in pairs), ErrorRate(0, 0))
    confidences = [reading.confidence for reading, _ in pairs if reading.confidence is not None]
    judged = len(confidences) == len(pairs)
    return {
        "exact_folded": sum(right) / len(pairs),
        "cer_folded": folded_errors.rate,
        "exact_strict": sum(strict) / len(pairs),
        "exact_caseless": sum(caseless) / len(pairs),
        "cer_strict": strict_errors.rate,
        "auroc_wrong": auroc([-c for c in confidences], [not r for r in right])
        if judged and 0 < sum(right) < len(right)
        else None,
        "calibration_error": expected_calibration_error(confidences, right) if judged else None,
    }


class PageScore(NamedTuple):
    """One page: words in common, and character error rates in the engine's reading order."""

    words: Overlap
    strict_errors: float
    folded_errors: float


def page_rows(engine: Engine, pages: Sequence[truth.Labelled]) -> list[dict[str, object]]:
    """Scores of one engine on pages: means over pages, a row for each source and one for all."""
    scores = {}
    started = time.perf_counter()
    for page in pages:
        text = engine.read_page(page.path)
        scores[page.path] = PageScore(
            word_overlap(text, page.text),
            # White space is how a page was laid out, not what it says.
            character_errors(" ".join(text.split()), " ".join(page.text.split())).rate,
            character_errors(fold(text), fold(page.text)).rate,
        )
    seconds = time.perf_counter() - started
    rows = []
    for category in [*sorted({page.category for page in pages}), "all"]:
        chosen = [scores[page.path] for page in pages if category in (page.category, "all")]
        rows.append(
            {
                "part": "pages",
                "engine": engine.name,
                "category": category,
                "n": len(chosen),
                "word_f1": mean([score.words.f1 for score in chosen]),
                "word_precision": mean([score.words.precision for score in chosen]),
                "word_recall": mean([score.words.recall for score in chosen]),
                "cer_reading_order": mean([score.strict_errors for score in chosen]),
                "cer_reading_order_folded": mean([score.folded_errors for score in chosen]),
                "seconds_each": seconds / len(pages) if category == "all" else None,
            }
        )
    return rows


def with_kept(earlier: Report | None, data: str, rows: Sequence[measurement.Row]) -> list[measurement.Row]:
    """Rows measured now, and those of an earlier report on the same data for what wasn't, in the earlier order.

    A kept row's ``earlier_run`` says which run it is of.
    """
    if earlier is None or earlier["settings"]["data"] != data:
        return list(rows)
    run = f"{earlier['date']}, commit {earlier['commit'] or 'unknown'}"
    order = list(dict.fromkeys(_measured(row) for row in (*earlier["results"], *rows)))
    now = {_measured(row) for row in rows}
    kept = [{"earlier_run": run, **row} for row in earlier["results"] if _measured(row) not in now]
    return sorted([*kept, *rows], key=lambda row: order.index(_measured(row)))


def _measured(row: measurement.Row) -> tuple[object, object]:
    return row["part"], row["engine"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Accuracy of bayou beside other engines on labelled pictures.")
    parser.add_argument("--data", type=Path, default=truth.default_folder(), help="folder with words, lines and pages")
    parser.add_argument("--model", default="nano", help="bayou's model")
    parser.add_argument("--engines", nargs="+", help="short names instead of those that suit the model")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    options = parser.parse_args()
    crops = truth.crops(options.data) if "crops" in options.parts else []
    pages = truth.pages(options.data) if "pages" in options.parts else []
    if not crops and not pages:
        parser.error(f"no labelled pictures in {options.data}")
    rows: list[measurement.Row] = []
    for name in options.engines or compared(options.model):
        engine = named(name, options.model)
        engine.start()
        found = crop_rows(engine, crops) if crops else []
        if pages and name != "draft":
            found += page_rows(engine, pages)
        for part in PARTS:
            measurement.show([row for row in found if row["part"] == part])
        rows += found
    settings = {
        "data": options.data.name,
        "folding": "lower case, accents removed, a-z and 0-9 kept; strict: as it stands, ends stripped; but case: "
        "strict, capitals as small letters",
        "pages": "Word F1: words split at white space and folded, as multisets. Character error rate: in each engine's "
        "reading order, with white space as single spaces, and folded. All are means over pages",
    }
    if options.engines or len(options.parts) < len(PARTS):
        rows = with_kept(measurement.read("accuracy"), settings["data"], rows)
    print(measurement.write("accuracy", settings, rows))


if __name__ == "__main__":
    main()
