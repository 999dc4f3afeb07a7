"""Yes or no, and HallusionBench's three accuracies over groups of such questions. Knows strings and group names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from bayou.scorers.vqa import without_punctuation

YesNo = Literal["Yes", "No"]


def said_vlmevalkit(answer: str) -> YesNo | None:
    """VLMEvalKit's rule: the word yes without the word no, or the other way round; else None."""
    words = set(without_punctuation(answer.lower()).split())
    if ("yes" in words) == ("no" in words):
        return None
    return "Yes" if "yes" in words else "No"


def said_lmms_eval(answer: str) -> YesNo:
    """lmms-eval's rule without a judge: yes where these letters stand anywhere, else no."""
    return "Yes" if "yes" in answer.lower() else "No"


class GroupAccuracy(NamedTuple):
    """All questions; figures, and questions over figures, of which every one was right. Each 0 to 1."""

    answers: float
    figures: float
    questions: float


def all_right(groups: Iterable[str], right: Sequence[bool]) -> dict[str, bool]:
    """For each group whether all of it was right."""
    found: dict[str, bool] = {}
    for group, hit in zip(groups, right, strict=True):
        found[group] = found.get(group, True) and hit
    return found


def hallusion_accuracy(figures: Sequence[str], questions: Sequence[str], right: Sequence[bool]) -> GroupAccuracy:
    """aAcc, fAcc and qAcc.

    Args:
        figures: For each answer the figure it is about, by kind and set.
        questions: For each answer the question that is asked about several figures.
    """
    by_figure, by_question = all_right(figures, right), all_right(questions, right)
    return GroupAccuracy(
        sum(right) / len(right),
        sum(by_figure.values()) / len(by_figure),
        sum(by_question.values()) / len(by_question),
    )
