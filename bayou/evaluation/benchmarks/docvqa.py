"""DocVQA: questions about scanned business documents (val)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, means
from bayou.evaluation.layouts import Data
from bayou.evaluation.questions import question_samples
from bayou.scorers.answer_match import anls


def samples(data: Data) -> Iterator[Sample]:
    """The question, and all answers that will do."""
    return question_samples(data)


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Average normalised Levenshtein similarity: the best reference counts, below one half it is 0."""
    return {"anls": anls(reply.text, sample.truth)}


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The mean."""
    return means(scored, "anls")


BENCHMARK = Benchmark(
    name="docvqa",
    title="DocVQA",
    data=DataSource(
        ("DocVQA_VAL.tsv", "*.parquet"),
        f"{harness.FILES}DocVQA_VAL.tsv",
        {"DocVQA_VAL.tsv": "d5ee77e1926ff10690d469c56b73eabf"},
        ("lmms-lab/DocVQA", "DocVQA", "validation"),
        "5,349 questions, 631 MB",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="anls",
    asking=harness.SHORT_ANSWER,
    harness=harness.VERSION,
    verified="both harnesses, on 30 golden pairs",
    notes=("The paper's test figures need the official server; these are of the validation set.",),
)
