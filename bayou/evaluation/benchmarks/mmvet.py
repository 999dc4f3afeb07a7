"""MM-Vet: open questions that need several skills; a judge says how right an answer is, from 0 to 1."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Judging, Reply, Sample, Scored, means
from bayou.evaluation.layouts import Data
from bayou.evaluation.published import board
from bayou.evaluation.questions import question_samples


def samples(data: Data) -> Iterator[Sample]:
    """The question alone."""
    return question_samples(data, {"skills": "category"})


def verdict(text: str) -> float:
    """The first number from 0 to 1 in what the judge said; 0 where there is none."""
    found = re.search(r"(?<![\d.])(?:0(?:\.\d+)?|1(?:\.0+)?)(?![\d.]*\d)", text)
    return float(found[0]) if found else 0.0


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """The judge's verdict."""
    return {"judged": verdict(reply.judged)}


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The mean, by skills too."""
    return means(scored, "judged", ("skills",))


def judgement(sample: Sample, text: str) -> str:
    """What the judge is asked, in our own words."""
    return (
        "Compare a model's answer with the reference. In the reference <AND> joins parts that are all needed, <OR> "
        "parts of which one will do. Say how right the answer is as one number from 0.0 (all wrong) to 1.0 (all "
        "right), in steps of 0.1, and nothing else.\n\n"
        f"Question:\n{sample.prompt}\n\nReference:\n{' '.join(sample.truth)}\n\nAnswer:\n{text}\n\nNumber:"
    )


BENCHMARK = Benchmark(
    name="mmvet",
    title="MM-Vet",
    data=DataSource(
        ("MMVet.tsv",),
        f"{harness.FILES}MMVet.tsv",
        {"MMVet.tsv": "748aa6d4aa9d4de798306a63718455e3"},
        ("lmms-lab/MMVet", "test"),
        "218 questions",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="judged",
    asking=harness.QUESTION_ALONE,
    harness=harness.VERSION,
    notes=(
        "The judge's instructions are our own, without the published examples; the board's judge was another model.",
    ),
    published=board("mmvet"),
    judging=Judging(judgement, needed=True),
)
