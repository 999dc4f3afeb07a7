"""MMStar: multiple choice that needs the picture (val)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of, means
from bayou.evaluation.layouts import Data
from bayou.evaluation.published import board
from bayou.evaluation.questions import choice_samples
from bayou.scorers.multiple_choice import chosen_lmms_eval_mmstar, right_vlmevalkit


def samples(data: Data) -> Iterator[Sample]:
    """A question with lettered options."""
    return choice_samples(data, {"category": "category", "skill": "l2_category"})


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Right or wrong by either harness's rule."""
    answer, options = sample.truth["answer"], sample.truth["options"]
    return {
        "right": right_vlmevalkit(reply.text, options, answer),
        "right_lmms_eval": float(chosen_lmms_eval_mmstar(reply.text) == answer),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The share of right answers, by category too."""
    return [
        *means(scored, "right", ("category",)),
        mean_of("all, lmms-eval's rule", [one.scores["right_lmms_eval"] for one in scored]),
    ]


BENCHMARK = Benchmark(
    name="mmstar",
    title="MMStar",
    data=DataSource(
        ("MMStar.tsv",),
        f"{harness.FILES}MMStar.tsv",
        {"MMStar.tsv": "e1ecd2140806c1b1bbf54b43372efb9e"},
        size="1,500 questions",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    asking=harness.CHOICE,
    harness=harness.VERSION,
    verified="both harnesses' rules, on 32 golden pairs",
    notes=("Letters are found by rule; the board's runs asked a judge where the rule found none.",),
    published=board("mmstar"),
)
