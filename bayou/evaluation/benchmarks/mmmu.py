"""MMMU (val): multiple choice and open questions from thirty college subjects, with up to seven pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of, means
from bayou.evaluation.layouts import Data, listed
from bayou.evaluation.published import board
from bayou.evaluation.questions import choice_samples
from bayou.scorers.multiple_choice import chosen_lmms_eval_mmmu, right_vlmevalkit
from bayou.scorers.open_answers import mmmu_open_authors, mmmu_open_vlmevalkit

SPLIT = "validation"


def samples(data: Data) -> Iterator[Sample]:
    """Questions of the validation split; the published file has the development split's, too."""
    for sample in choice_samples(data, {"category": "l2-category", "subject": "category", "split": "split"}):
        if sample.groups.get("split", SPLIT) == SPLIT:
            yield replace(sample, groups={**sample.groups, "kind": "choice" if sample.truth["options"] else "open"})


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Right or wrong: by the board's harness, and by the authors' rules without their guess."""
    answer, options = sample.truth["answer"], sample.truth["options"]
    if not options:
        return {
            "right": mmmu_open_vlmevalkit(reply.text, answer),
            "right_authors": max(mmmu_open_authors(reply.text, str(one)) for one in listed(answer)),
        }
    return {
        "right": right_vlmevalkit(reply.text, options, answer),
        "right_authors": float(chosen_lmms_eval_mmmu(reply.text, options) == answer),
    }


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The share of right answers, by kind of question and field too."""
    return [
        *means(scored, "right", ("kind", "category")),
        mean_of("all, the authors' rules", [one.scores["right_authors"] for one in scored]),
    ]


BENCHMARK = Benchmark(
    name="mmmu",
    title="MMMU (val)",
    data=DataSource(
        ("MMMU_DEV_VAL.tsv",),
        f"{harness.FILES}MMMU_DEV_VAL.tsv",
        {"MMMU_DEV_VAL.tsv": "521afc0f3bf341e6654327792781644d"},
        size="1,050 questions, 900 of them val",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="right",
    asking=harness.CHOICE,
    harness=harness.VERSION,
    verified="both harnesses' rules, on 32 and 11 golden pairs",
    notes=(
        "Where the authors' rule would guess a letter at random, the answer counts as wrong here.",
        "Letters are found by rule; the board's runs asked a judge where the rule found none.",
    ),
    published=board("mmmu"),
)
