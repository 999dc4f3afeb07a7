"""MMBench (English, v1.0): multiple choice, asked once for each turn of the options; right if right every time.

The board's figure is of the test split, whose answers are with its makers; the development split has answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of
from bayou.evaluation.layouts import Data
from bayou.evaluation.published import board
from bayou.evaluation.questions import choice_samples
from bayou.scorers.multiple_choice import right_vlmevalkit

TURN = 1_000_000
"""An index is the question's number, and this times the number of the turn."""


def samples(data: Data) -> Iterator[Sample]:
    """A question with lettered options."""
    return choice_samples(data, {"category": "l2-category", "skill": "category", "split": "split"})


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Right or wrong, each turn by itself."""
    return {"right": right_vlmevalkit(reply.text, sample.truth["options"], sample.truth["answer"])}


def question_of(sample: Sample) -> str:
    """The question of which a sample is one turn."""
    return str(int(sample.key) % TURN) if sample.key.isdigit() else sample.key


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The share of questions right in every turn, by category too; and of single turns."""
    turns: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        turns[question_of(one.sample)].append(one)
    right = {question: min(one.scores["right"] for one in asked) for question, asked in turns.items()}
    categories = {question: asked[0].sample.groups.get("category", "") for question, asked in turns.items()}
    return [
        mean_of("all", list(right.values())),
        *(
            mean_of(category, [hit for question, hit in right.items() if categories[question] == category])
            for category in sorted(set(categories.values()) - {""})
        ),
        mean_of("each turn by itself", [one.scores["right"] for one in scored]),
    ]


BENCHMARK = Benchmark(
    name="mmbench",
    title="MMBench",
    data=DataSource(
        ("MMBench_DEV_EN.tsv", "MMBench_DEV_EN_V11.tsv", "MMBench.tsv"),
        f"{harness.FILES}MMBench_DEV_EN.tsv",
        {
            "MMBench_DEV_EN.tsv": "b6caf1133a01c6bb705cf753bb527ed8",
            "MMBench_DEV_EN_V11.tsv": "30c05be8f2f347a50be25aa067248184",
        },
        ("lmms-lab/MMBench", "en", "dev"),
        "1,164 questions in 4,329 turns",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    asking=harness.CHOICE,
    harness=harness.VERSION,
    verified="VLMEvalKit's rule for a single turn, on 32 golden pairs; the circle by reading",
    notes=(
        "Published figures are of the test split, these of the development split, which alone has answers.",
        "Letters are found by rule; the board's runs asked a judge where the rule found none.",
    ),
    published=board("mmbench"),
)
