"""Which letter an answer to a multiple-choice question chooses, by rule. Knows strings; no judge and no chance.

Published harnesses extract differently; each rule has its name. None is returned where a harness finds nothing, also
where it would then guess at random: a guess is no answer here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Options = Mapping[str, str]
"""Letters and what stands beside them, in order."""

_REFUSALS = (
    "Sorry, I can't help with images of people yet.",
    "I can't process this file.",
    "I'm sorry, but without the image provided",
    "Cannot determine the answer",
    "Failed to obtain answer via API",
)
"""Phrases that VLMEvalKit takes for an answer refused, as they are matched word for word."""
_NEAR_END = 5
"""A lone letter counts only among the last words, so that an article in a sentence is no choice."""
_SAID = re.compile(r"answer\s+is\s+\**([ABCD])\**", re.IGNORECASE)


def letters(options: Sequence[str]) -> dict[str, str]:
    """Options in order, by the letters A, B, C ..."""
    return {chr(ord("A") + place): option for place, option in enumerate(options)}


def chosen_vlmevalkit(answer: str, options: Options) -> str | None:
    """VLMEvalKit's rule without a judge (AI2D, MMStar, MMBench, MMMU): a letter, else the one option in the answer.

    Returns:
        A letter; "Z" where the answer says that none fits; None where nothing can be told.
    """
    answer = answer.strip()
    return _letter_vlmevalkit(answer, options) or _option_vlmevalkit(answer, options)


def _letter_vlmevalkit(answer: str, options: Options) -> str | None:
    if any(refusal in answer for refusal in _REFUSALS):
        return None if _REFUSALS[-1] in answer else "Z"
    words = re.sub(r"[.()\[\],:;!*#{}]", " ", answer).split()
    found = [letter for letter in options if letter in words]
    if len(found) == 1 and words.index(found[0]) > len(words) - _NEAR_END:
        return found[0]
    if not found and "Z" in words:
        return "Z"
    said = _SAID.search(answer)
    return said[1].upper() if said and said[1].upper() in options else None


def _option_vlmevalkit(answer: str, options: Options) -> str | None:
    if len(answer) > 2 * sum(map(len, options.values())):
        return None
    found = [letter for letter, option in options.items() if option.lower() in answer.lower()]
    return found[0] if len(found) == 1 else None


def right_vlmevalkit(answer: str, options: Options, truth: str) -> float:
    """0 or 1."""
    return float(chosen_vlmevalkit(answer, options) == truth)


def right_lmms_eval_ai2d(answer: str, truth: str) -> float:
    """lmms-eval's rule for AI2D, 0 or 1: a letter and a full stop at the beginning, or the letter alone."""
    start = re.match(r"\s*([A-Z])\.", answer)
    kept = start[1] if start else answer
    plain = re.sub(r"[!-/:-@\[-`{-~]", "", kept).lower()
    return float(plain == truth.lower())


_TAGGED = re.compile(r"<answer>\s*\(?([A-D])", re.IGNORECASE)
_STATED = re.compile(r"answer\s*(?:is|:)\s*\(?([A-D])(?!\w)", re.IGNORECASE)
_BRACKETED = re.compile(r"\(([A-D])\)")
_ALONE = re.compile(r"(?<!\w)([A-D])(?!\w)")


def chosen_lmms_eval_mmstar(answer: str) -> str | None:
    """lmms-eval's choice among A to D for MMStar.

    Its outcomes on the golden pairs; that version of its code is not public any more, so what no pair shows is ours: a
    tag, the last statement, the last letter in brackets, the first character, the first letter that stands alone.
    """
    text = answer.strip()
    for pattern, place in ((_TAGGED, -1), (_STATED, -1), (_BRACKETED, -1)):
        found = pattern.findall(text)
        if found:
            return str(found[place]).upper()
    if text[:1] in tuple("ABCD"):
        return text[0]
    alone = _ALONE.search(text)
    return alone[1] if alone else None


def chosen_lmms_eval_mmmu(answer: str, options: Options) -> str | None:
    """lmms-eval's choice for MMMU: brackets, then letters before a space, then before a point, then the option's text.

    Of several the last counts. None where it guesses.
    """
    text = answer.strip()
    for mark in ",.!?;:'":
        text = text.strip(mark)
    text = f" {text} "
    for shape, place in (("({})", "({})"), ("{} ", " {} "), ("{}.", " {} ")):
        found = [letter for letter in options if shape.format(letter) in text]
        if found:
            return max(found, key=lambda letter: text.rfind(place.format(letter)))
    if len(text.split()) <= 5:
        return None
    lowered = text.lower()
    found = [letter for letter, option in options.items() if option.lower() in lowered]
    return max(found, key=lambda letter: lowered.rfind(options[letter].lower())) if found else None


def circular_right(chosen: Sequence[str | None], truth: Sequence[str]) -> float:
    """MMBench's circular rule, 0 or 1: a question asked with its options in turned order must be right each time."""
    return float(list(chosen) == list(truth))
