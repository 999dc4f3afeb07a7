"""MathVista (testmini): mathematics in pictures. A second model picks the answer out of what was said, or a rule does.

Without a judge a rule alone does it, under another name, and nothing published is set beside that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Benchmark, DataSource, Figure, Judging, Reply, Sample, Scored, means
from bayou.evaluation.layouts import Data, listed
from bayou.evaluation.published import board
from bayou.evaluation.questions import groups_of, key_of, question_samples
from bayou.scorers.multiple_choice import chosen_vlmevalkit, letters


def samples(data: Data) -> Iterator[Sample]:
    """The question as the set words it, hints included."""
    for number, (sample, row) in enumerate(zip(question_samples(data), data.rows(), strict=True)):
        choices = [str(choice) for choice in listed(row["choices"])] if harness.filled(row.get("choices")) else []
        truth = {
            "answer": str(row["answer"]),
            "choices": choices,
            "letter": str(row.get("answer_option") or ""),
            "type": str(row.get("answer_type") or "text"),
        }
        groups = groups_of(row, {"task": "task", "kind": "question_type"})
        yield replace(sample, key=key_of(row, number), truth=truth, groups=groups)


def is_right(truth: Mapping[str, Any], said: str) -> bool:
    """Whether an answer alone, without words around it, is the set's: a choice, a number, or the same text."""
    said = said.strip()
    if truth["choices"]:
        chosen = chosen_vlmevalkit(said, letters(truth["choices"]))
        wanted = (
            truth["letter"] or {text: letter for letter, text in letters(truth["choices"]).items()}[truth["answer"]]
        )
        return chosen == wanted
    try:
        if truth["type"] == "integer":
            return int(said) == int(truth["answer"])
        if truth["type"] == "float":
            return float(said) == float(truth["answer"])
    except ValueError:
        return False
    return said == truth["answer"]


def by_rule(truth: Mapping[str, Any], text: str) -> str:
    """The answer in a text: all of it where it is one, else the last number where a number is asked for."""
    if truth["choices"] or truth["type"] not in ("integer", "float"):
        return text
    numbers = re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)
    return numbers[-1].replace(",", "") if numbers else text


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Right or wrong, the answer picked by the judge where there was one."""
    scores = {"by_rule": float(is_right(sample.truth, by_rule(sample.truth, reply.text)))}
    if reply.judged:
        direct = is_right(sample.truth, reply.text)
        scores["judged"] = float(direct or is_right(sample.truth, reply.judged))
    return scores


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The share of right answers; without a judge by rule, which is another figure."""
    if all("judged" in one.scores or one.reply.finish == "failed" for one in scored) and any(
        one.reply.judged for one in scored
    ):
        judged = [replace(one, scores={"judged": one.scores.get("judged", 0.0)}) for one in scored]
        return means(judged, "judged", ("task",))
    first, *rest = means(scored, "by_rule", ("task",))
    return [replace(first, name="all, by rule alone"), *rest]


def extraction(sample: Sample, text: str) -> str:
    """What the judge is asked: our own words, since the published ones are examples of others."""
    wanted = {"integer": "a whole number", "float": "a decimal number"}.get(sample.truth["type"], "the answer alone")
    wanted = "one of: " + "; ".join(sample.truth["choices"]) if sample.truth["choices"] else wanted
    return (
        "Below are a question and a model's response to it. Write down only the final answer that the response gives, "
        f"as {wanted}. Do not solve the question. If the response gives no answer, write: none.\n\n"
        f"Question:\n{sample.prompt}\n\nResponse:\n{text}\n\nFinal answer:"
    )


BENCHMARK = Benchmark(
    name="mathvista",
    title="MathVista (testmini)",
    data=DataSource(
        ("MathVista_MINI.tsv",),
        f"{harness.FILES}MathVista_MINI.tsv",
        {"MathVista_MINI.tsv": "f199b98e178e5a2a20e7048f5dcb0464"},
        size="1,000 questions",
    ),
    samples=samples,
    score=score,
    figures=figures,
    headline="by_rule",
    asking=harness.QUESTION_ALONE,
    harness=harness.VERSION,
    notes=("The judge's instructions are our own; the board used others, and another judge.",),
    published=board("mathvista"),
    judging=Judging(extraction, needed=False, max_new_tokens=128),
)
