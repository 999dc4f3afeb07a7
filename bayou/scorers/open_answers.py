"""Open questions of MMMU: what an answer may mean, and whether that is the reference. Knows strings and numbers."""

from __future__ import annotations

import re

from bayou.scorers.multiple_choice import right_vlmevalkit

_ANNOUNCES = ("could be ", "so ", "is ", "thus ", "therefore ", "final ", "answer ", "result ")
"""What the authors' rule takes for the announcement of an answer."""
_NUMBER = re.compile(
    r"(?P<grouped>-?\b\d{1,3}(?:,\d{3})+\b)|(?P<plain>-?(?:\d+\.\d+|\.\d+|\d+\b)(?![eE][+-]?\d+)(?![,\d]))"
)
_SCIENTIFIC = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d+")
_PLACES = 2

Candidate = str | float


def normalised(text: str) -> list[Candidate]:
    """A number rounded to two places, or the text in lower case; one letter alone with a space on either side."""
    text = text.strip()
    try:
        return [round(float(text.replace(",", "")), _PLACES)]
    except ValueError:
        lowered = text.lower()
        return [f" {lowered}", f"{lowered} "] if len(lowered) == 1 else [lowered]


def candidates(answer: str) -> set[Candidate]:
    """All that an answer may mean: the ends of its announcing sentences (else all of it), and the numbers in these."""
    found = []
    whole = answer.strip().strip(".").lower()
    lines = whole.split("\n")
    for place, line in enumerate(lines):
        announces = (*_ANNOUNCES, "=") if place == len(lines) - 1 else _ANNOUNCES
        ends = [line.split(mark)[-1].strip() for mark in announces if mark in line]
        shortest = min((end for end in ends if end), key=len, default="")
        if shortest and shortest not in ":,.!?;'":
            found.append(shortest)
    found = found or [whole]
    found += [number for text in found for number in _numbers(text)]
    return {meant for text in found for meant in normalised(text)}


def _numbers(text: str) -> list[str]:
    return [*(match[0] for match in _NUMBER.finditer(text)), *_SCIENTIFIC.findall(text)]


def mmmu_open_authors(answer: str, truth: str) -> float:
    """The authors' rule (in lmms-eval ``eval_open`` given all candidates), 0 or 1."""
    wanted = normalised(truth)
    texts = [one for one in wanted if isinstance(one, str)]
    return float(
        any(
            any(text in meant for text in texts) if isinstance(meant, str) else meant in wanted
            for meant in candidates(answer)
        )
    )


def mmmu_open_lmms_eval(answer: str, truth: str) -> float:
    """lmms-eval's whole pipeline, 0 or 1.

    It keeps one candidate as a string and compares its characters one by one, so that only an empty reference is met.
    """
    texts = [one for one in normalised(truth) if isinstance(one, str)]
    return float("" in texts and any(str(meant) for meant in candidates(answer)))


def mmmu_open_vlmevalkit(answer: str, truth: str) -> float:
    """VLMEvalKit without a judge, 0 or 1: a choice between the reference and "Other Answers"."""
    return right_vlmevalkit(answer, {"A": truth, "B": "Other Answers"}, "A")
