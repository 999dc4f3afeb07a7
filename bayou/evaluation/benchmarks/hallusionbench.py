"""HallusionBench: yes or no about figures, some of them edited; the board's figure is the mean of three accuracies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data
from bayou.evaluation.published import board
from bayou.evaluation.questions import question_samples
from bayou.scorers.yes_no import all_right, said_lmms_eval, said_vlmevalkit

PARTS = {"set": 3, "figure": 4, "question": 5}
"""Where in an index, parted by underscores, these numbers stand."""


def samples(data: Data) -> Iterator[Sample]:
    """A question with its figure; the index tells set, figure and question."""
    for sample in question_samples(data, {"category": "category", "kind": "l2-category"}):
        pieces = sample.key.split("_")
        numbers = {name: pieces[place] for name, place in PARTS.items()} if len(pieces) > max(PARTS.values()) else {}
        yield replace(sample, groups={**sample.groups, **numbers})


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Right or wrong by either harness's rule; an answer that is neither yes nor no is wrong."""
    return {
        "right": float(said_vlmevalkit(reply.text) == sample.truth[0]),
        "right_lmms_eval": float(said_lmms_eval(reply.text) == sample.truth[0]),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The mean of aAcc, fAcc and qAcc, as the board has it, and the three; fAcc and qAcc are of whole groups."""
    right = [one.scores["right"] > 0 for one in scored]
    by_figure = all_right([_group(one.sample, "figure") for one in scored], right)
    by_question = all_right([_group(one.sample, "question") for one in scored], right)
    three = [
        mean_of("aAcc", [float(hit) for hit in right]),
        mean_of("fAcc", [float(hit) for hit in by_figure.values()]),
        mean_of("qAcc", [float(hit) for hit in by_question.values()]),
    ]
    return [
        _mean(three),
        *three,
        mean_of("aAcc, lmms-eval's rule", [one.scores["right_lmms_eval"] for one in scored]),
    ]


def _group(sample: Sample, name: str) -> str:
    return "_".join(sample.groups.get(part, "") for part in ("kind", "set", name))


def _mean(figures: Sequence[Figure]) -> Figure:
    """Of several means; its units are all of theirs, each as heavy as its part in its own mean."""
    parts = [value / (len(figures) * sum(one.weights)) for one in figures for value in one.parts]
    weights = [weight / (len(figures) * sum(one.weights)) for one in figures for weight in one.weights]
    return Figure("all", parts, weights)


BENCHMARK = Benchmark(
    name="hallusionbench",
    title="HallusionBench",
    data=DataSource(
        ("HallusionBench.tsv",),
        f"{harness.FILES}HallusionBench.tsv",
        {"HallusionBench.tsv": "0c23ac0dc9ef46832d7a24504f2a0c7c"},
        size="951 questions, 94 MB",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    asking=harness.YES_NO,
    harness=harness.VERSION,
    verified="both harnesses' rules on 30 golden pairs, VLMEvalKit's groups on a table of 90",
    notes=("The board's runs asked a judge where an answer was neither yes nor no.",),
    published=board("hallusionbench"),
)
