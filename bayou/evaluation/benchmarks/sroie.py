"""SROIE, task 3: company, date, address and total of scanned receipts, asked for as JSON.

Read from the published folders (``img`` and ``entities``) or from this project's (``images`` and ``fields``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bayou.errors import InputError
from bayou.evaluation.benchmark import Asking, Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data
from bayou.evaluation.questions import marked_fields
from bayou.scorers.fields import SMALL, field_counts, parsed_object, tree_accuracy

FIELDS = ("company", "date", "address", "total")
FOLDERS = (("img", "entities"), ("images", "fields"))


def samples(data: Data) -> Iterator[Sample]:
    """A receipt and its fields."""
    found = [(data.folder / one, data.folder / other) for one, other in FOLDERS if (data.folder / other).is_dir()]
    if not found:
        raise data.missing("has no folders img and entities, and no images and fields", data.folder)
    images, texts = found[0]
    pictures = {path.stem: path for path in sorted(images.glob("*"))}
    for path in sorted(texts.glob("*")):
        if path.stem not in pictures:
            raise data.missing("has no picture of its name", path)
        truth = _fields(path)
        yield Sample(path.stem, (pictures[path.stem],), truth, marked_fields(dict.fromkeys(FIELDS, "")))


def _fields(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", str(path)) from error
    return {str(name): value for name, value in fields.items()}


def pair_scores(read: Any, truth: Mapping[str, Any]) -> dict[str, float]:
    """Pairs of key and value read rightly and wrongly, F1, the tree's accuracy, and whether there was JSON at all."""
    fields = read if isinstance(read, dict) else {}
    counts = field_counts(fields, truth)
    return {
        "f1": counts.f1,
        "right": float(counts.right),
        "wrong": float(counts.wrong),
        "tree": tree_accuracy(fields, truth),
        "parsed": float(read is not None),
    }


def pair_figures(scored: Sequence[Scored]) -> list[Figure]:
    """F1 over all pairs, the mean tree accuracy, and how many answers were JSON."""
    weights = [one.scores["right"] + one.scores["wrong"] / 2 + SMALL / len(scored) for one in scored]
    return [
        Figure("all", [one.scores["right"] for one in scored], weights),
        mean_of("tree accuracy", [one.scores["tree"] for one in scored]),
        mean_of("answers that are JSON", [one.scores["parsed"] for one in scored]),
    ]


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """All pairs, and each field by itself: right where its value is, or where it is neither there nor read."""
    read = parsed_object(reply.text)
    said = read if isinstance(read, dict) else {}
    fields = {
        f"field {name}": float(field_counts({name: said.get(name, "")}, {name: sample.truth.get(name, "")}).wrong == 0)
        for name in FIELDS
    }
    return {**pair_scores(read, sample.truth), **fields}


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """F1 over all pairs and what goes with it, and each field's share."""
    names = [f"field {name}" for name in FIELDS]
    return [*pair_figures(scored), *(mean_of(name, [one.scores[name] for one in scored]) for name in names)]


BENCHMARK = Benchmark(
    name="sroie",
    title="SROIE fields",
    data=DataSource(
        (), "rrc.cvc.uab.es, ICDAR 2019 SROIE, task 3 (pictures and entities of the test set)", size="347 receipts"
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="f1",
    asking=Asking(),
    harness="scorer of CC-OCR's key information extraction in VLMEvalKit e8e78f0; prompt of our own",
    verified="both harnesses, on 23 golden pairs",
    notes=("The contest's own server normalises otherwise; these figures are not its.",),
)
