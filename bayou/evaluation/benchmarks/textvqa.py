"""TextVQA: questions about text in photos, answered by ten people each (val)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Published, Reply, Sample, Scored, mean_of, means
from bayou.evaluation.layouts import Data
from bayou.evaluation.published import LISTED
from bayou.evaluation.questions import question_samples
from bayou.scorers.vqa import vqa_accuracy_lmms_eval, vqa_accuracy_vlmevalkit


def samples(data: Data) -> Iterator[Sample]:
    """The question, and the answers of several people."""
    return question_samples(data)


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """VQA accuracy, with either harness's way of preparing answers."""
    return {
        "accuracy": vqa_accuracy_vlmevalkit(reply.text, sample.truth),
        "accuracy_lmms_eval": vqa_accuracy_lmms_eval(reply.text, sample.truth),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The mean, by either harness."""
    return [
        *means(scored, "accuracy"),
        mean_of("all, lmms-eval's preparation", [one.scores["accuracy_lmms_eval"] for one in scored]),
    ]


BENCHMARK = Benchmark(
    name="textvqa",
    title="TextVQA",
    data=DataSource(
        ("TextVQA_VAL.tsv", "*.parquet"),
        f"{harness.FILES}TextVQA_VAL.tsv",
        {"TextVQA_VAL.tsv": "b233b31f551bbf4056f2f955da3a92cd"},
        ("lmms-lab/textvqa", "validation"),
        "5,000 questions, 1.2 GB",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="accuracy",
    asking=harness.SHORT_ANSWER,
    harness=harness.VERSION,
    verified="both harnesses, on 31 golden pairs",
    published=(Published("H2OVL-Mississippi-2B", "all", 75.1, LISTED),),
)
