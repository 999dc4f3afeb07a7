"""ChartQA: questions about charts, made by people and by a program (test)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, means
from bayou.evaluation.layouts import Data
from bayou.evaluation.questions import question_samples
from bayou.scorers.answer_match import relaxed_accuracy


def samples(data: Data) -> Iterator[Sample]:
    """The question and its answer; ``split`` tells who asked."""
    return question_samples(data, {"split": "split"})


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Relaxed accuracy: five per cent for numbers, else equal but for case."""
    return {"relaxed": relaxed_accuracy(reply.text, sample.truth)}


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The mean, and that of either split."""
    return means(scored, "relaxed", ("split",))


BENCHMARK = Benchmark(
    name="chartqa",
    title="ChartQA",
    data=DataSource(
        ("ChartQA_TEST.tsv", "*.parquet"),
        f"{harness.FILES}ChartQA_TEST.tsv",
        {"ChartQA_TEST.tsv": "c902e0aa9be5582a7aad6dcf52734b42"},
        ("lmms-lab/ChartQA", "test"),
        "2,500 questions, 130 MB",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="relaxed",
    asking=harness.SHORT_ANSWER,
    harness=harness.VERSION,
    verified="both harnesses, on 34 golden pairs",
)
