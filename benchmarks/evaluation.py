"""nano beside RapidOCR and Tesseract by the benchmarks of ``bayou.evaluation``. Knows engines; not how they are scored.

    python -m benchmarks.evaluation [--data DIR] [--output DIR] [--only nano rapidocr tesseract]

Reads ``lines`` and ``pages`` of the measuring set, and ``honesty``. Results are kept in the output folder as ``bayou
evaluate`` keeps them, so that a second call measures only what is missing. Figures go to ``results/evaluation.json``,
from there to ``docs/evaluation.md`` by ``python -m scripts.evaluation_tables``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from bayou.evaluation import catalogue
from bayou.evaluation.benchmark import Asking, Benchmark, Picture, Reads, Reply, Sample
from bayou.evaluation.layouts import drawn, open_data
from bayou.evaluation.loading import SubjectSettings, open_subject
from bayou.evaluation.report import Report, make_report
from bayou.evaluation.report_files import write_report
from bayou.evaluation.runner import RunOptions, run
from bayou.evaluation.subjects import LINES_AT_A_TIME, Subject
from benchmarks import measurement, truth
from benchmarks.engines import Engine, named

SETS = ("lines", "pages", "honesty")
ENGINES = ("nano", "rapidocr", "tesseract")


class EngineSubject:
    """An engine of ``benchmarks.engines`` as a subject; pictures that are in no file get one."""

    answers = False
    reads: Collection[Reads] = ("line", "page")

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self.identity: Mapping[str, Any] = {"model": engine.name, "version": _version(engine.name)}
        self.most_in_flight = 1
        self._engine = engine

    def replies(self, samples: Iterable[Sample], asking: Asking) -> Iterator[tuple[Sample, Reply]]:
        """Each sample with what the engine reads."""
        with tempfile.TemporaryDirectory(prefix="bayou-") as kept:
            for kind, group in groupby(samples, key=_kind):
                while batch := list(islice(group, 1 if kind == "page" else LINES_AT_A_TIME)):
                    paths = [_path(sample.images[0], Path(kept) / f"{place}.png") for place, sample in enumerate(batch)]
                    started = time.perf_counter()
                    if kind == "page":
                        read = [Reply(self._engine.read_page(paths[0]))]
                    else:
                        read = [Reply(r.text, confidence=r.confidence) for r in self._engine.read_crops(paths, kind)]
                    seconds = (time.perf_counter() - started) / len(batch)
                    yield from ((s, replace(reply, seconds=seconds)) for s, reply in zip(batch, read, strict=True))


def _kind(sample: Sample) -> str:
    """A page, a line, or a word: the measuring set keeps words in a folder of that name."""
    return "page" if sample.reads == "page" else "word" if "words/" in sample.key else "line"


def _path(picture: Picture, place: Path) -> Path:
    if isinstance(picture, Path):
        return picture
    place.write_bytes(picture)
    return place


def _version(name: str) -> str:
    import subprocess
    from importlib.metadata import version

    if name == "Tesseract":
        said = subprocess.run(["tesseract", "--version"], capture_output=True, check=True, text=True)
        return (said.stdout or said.stderr).split()[1]
    return version("rapidocr")


def subject(name: str) -> Subject:
    """The subject of an engine's short name, ready."""
    if name == "nano":
        return open_subject(SubjectSettings(name))
    engine = named(name, "nano")
    engine.start()
    return EngineSubject(engine)


def rows(benchmark: Benchmark, report: Report) -> list[dict[str, object]]:
    """A row for each figure, and for calibration."""
    shared = {"benchmark": benchmark.name, "engine": report["model"]}
    found: list[dict[str, object]] = [
        {**shared, "figure": one["name"]}
        | {key: one[key] for key in ("value", "low", "high", "units", "lower_is_better")}
        for one in report["figures"]
    ]
    worth = report["calibration"] or {"pairs": 0}
    for name in ("error", "auroc_of_wrong"):
        if name in worth:
            found.append({**shared, "figure": f"calibration: {name}", **worth[name], "units": worth["pairs"]})
    found.append({**shared, "figure": "seconds a sample", "value": report["costs"]["seconds_mean"]})
    return found


def main() -> None:
    """Runs what doesn't stand yet, and writes the figures of all."""
    parser = argparse.ArgumentParser(description="nano beside others by bayou's own benchmarks.")
    parser.add_argument("--data", type=Path, default=truth.default_folder(), help="folder with words, lines and pages")
    parser.add_argument("--output", type=Path, default=Path("evaluation"))
    parser.add_argument("--only", nargs="+", default=list(ENGINES), choices=ENGINES)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--limit", type=int, help="only so many samples of each set, to try it")
    options = parser.parse_args()
    found: list[dict[str, object]] = []
    for engine in options.only:
        measured = subject(engine)
        for name in options.sets:
            benchmark = catalogue.find(name)
            data = drawn() if name == "honesty" else open_data(options.data, benchmark.data)
            made = run(benchmark, measured, data, RunOptions(options.output, limit=options.limit))
            report = make_report(benchmark, made, data)
            write_report(report, made.folder)
            new = rows(benchmark, report)
            measurement.show(new)
            found += new
    settings = {"data": options.data.name, "limit": options.limit, "intervals": "bootstrap over units, 95 %"}
    print(measurement.write("evaluation", settings, found))


if __name__ == "__main__":
    main()
