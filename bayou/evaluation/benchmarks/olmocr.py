"""olmOCR-bench: facts about single pages of PDFs, each true or not of what was read; formulas are left out.

Read from the published folder: JSON lines, and ``pdfs`` beside them. The pages' own text is not used.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data
from bayou.scorers.page_facts import KINDS, fact_holds


def samples(data: Data) -> Iterator[Sample]:
    """A page and the facts about it."""
    tables = sorted(data.folder.glob("*.jsonl")) or sorted(data.folder.glob("bench_data/*.jsonl"))
    if not tables:
        raise data.missing("holds no JSON lines of facts", data.folder)
    for table in tables:
        pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in table.read_text(encoding="utf-8").splitlines():
            if line.strip():
                fact = json.loads(line)
                if fact["type"] in KINDS:
                    pages[fact["pdf"]].append(fact)
        for name, facts in pages.items():
            path = _page(data, table.parent, name)
            yield Sample(f"{table.stem}/{name}", (path,), facts, reads="page", groups={"file": table.stem})


def _page(data: Data, folder: Path, name: str) -> Path:
    for path in (folder / "pdfs" / name, folder / name):
        if path.is_file():
            return path
    raise data.missing("the page is not there", folder / "pdfs" / name)


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Each fact by its number and kind, and the share of all."""
    tables = reply.markdown or reply.text
    held = {
        f"{number}/{fact['type']}": float(fact_holds(fact, tables if fact["type"] == "table" else reply.text))
        for number, fact in enumerate(sample.truth)
    }
    return {"held": sum(held.values()) / len(held), **held}


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The share of facts that hold: the mean over files, then of each file, then of each kind of fact."""
    by_file: dict[str, list[float]] = defaultdict(list)
    by_kind: dict[str, list[float]] = defaultdict(list)
    for one in scored:
        for name, held in one.scores.items():
            if "/" in name:
                by_file[one.sample.groups["file"]].append(held)
                by_kind[name.partition("/")[2]].append(held)
    parts = [held / len(values) for _, values in sorted(by_file.items()) for held in values]
    weights = [1 / len(values) for _, values in sorted(by_file.items()) for _ in values]
    return [
        Figure("all", parts, weights),
        *(mean_of(f"file: {name}", values) for name, values in sorted(by_file.items())),
        *(mean_of(f"kind: {name}", values) for name, values in sorted(by_kind.items())),
    ]


BENCHMARK = Benchmark(
    name="olmocr",
    title="olmOCR-bench",
    data=DataSource(
        (), "huggingface.co/datasets/allenai/olmOCR-bench (folder bench_data)", size="7,010 facts about 1,403 PDFs"
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="held",
    harness="allenai/olmocr dc802aa, olmocr/bench/tests.py",
    notes=("Facts of the kinds math, baseline, format and footnote are not tested, so the whole is another figure.",),
)
