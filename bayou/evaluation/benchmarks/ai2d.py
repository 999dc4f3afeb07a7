"""AI2D: multiple choice about diagrams from school books (test)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of, means
from bayou.evaluation.layouts import Data
from bayou.evaluation.published import board
from bayou.evaluation.questions import choice_samples
from bayou.scorers.multiple_choice import right_lmms_eval_ai2d, right_vlmevalkit


def samples(data: Data) -> Iterator[Sample]:
    """A question with lettered options."""
    return choice_samples(data, {"category": "category"})


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Right or wrong by either harness's rule."""
    answer, options = sample.truth["answer"], sample.truth["options"]
    return {
        "right": right_vlmevalkit(reply.text, options, answer),
        "right_lmms_eval": right_lmms_eval_ai2d(reply.text, answer),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The share of right answers, by category too."""
    return [
        *means(scored, "right", ("category",)),
        mean_of("all, lmms-eval's rule", [one.scores["right_lmms_eval"] for one in scored]),
    ]


BENCHMARK = Benchmark(
    name="ai2d",
    title="AI2D",
    data=DataSource(
        ("AI2D_TEST.tsv", "*.parquet"),
        f"{harness.FILES}AI2D_TEST.tsv",
        {"AI2D_TEST.tsv": "0f593e0d1c7df9a3d69bf1f947e71975"},
        ("lmms-lab/ai2d", "test"),
        "3,088 questions, 167 MB",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    asking=harness.CHOICE,
    harness=harness.VERSION,
    verified="both harnesses' rules, on 32 golden pairs",
    notes=("Letters are found by rule; the board's runs asked a judge where the rule found none.",),
    published=board("ai2d"),
)
