"""How the published harness asks H2OVL-Mississippi: words, marks, limits. Knows texts; no model and no data.

Read in open-compass/VLMEvalKit, ``vlmeval/vlm/h2ovl_mississippi.py`` (08db807): greedy, 1,024 new tokens, at most six
tiles; one picture stands on a line before the question, several as ``<image-1>: <image> <image-2>: <image>``. It hands
pictures over in a list, for which the released code that can be read (the 800m's) leaves the second scale of tiles
away; so multi-scale is off here, as inferred, also for the 2B. ``--msac own`` asks the member as its own code would.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

from bayou.evaluation.benchmark import Asking
from bayou.inputs.template import IMAGE_MARK

VERSION = "open-compass/VLMEvalKit e8e78f0; prompts of its H2OVL-Mississippi wrapper 08db807"
FILES = "https://opencompass.openxlab.space/utils/VLMEval/"

SHORT = "\nAnswer the question using a single word or phrase."
YES_OR_NO = " Please answer yes or no. Answer the question using a single word or phrase."
LETTER = "\nAnswer with the option's letter from the given choices directly."
DIRECTLY = "\nAnswer the question directly."
LETTER_HAN = "\n请直接回答选项字母。"
DIRECTLY_HAN = "\n请直接回答问题。"

SHORT_ANSWER = Asking(SHORT)
QUESTION_ALONE = Asking()
CHOICE = Asking(LETTER)
YES_NO = Asking(YES_OR_NO)


def marked(question: str, pictures: int) -> str:
    """A question with the marks of its pictures before it."""
    if pictures == 0:
        return question
    if pictures == 1:
        return f"{IMAGE_MARK}\n{question}"
    return " ".join(f"<image-{number}>: {IMAGE_MARK}" for number in range(1, pictures + 1)) + "\n" + question


def filled(value: Any) -> bool:
    """Whether a table's cell says anything."""
    return value is not None and value == value and str(value).strip().lower() not in ("", "nan")


def options(row: Mapping[str, Any]) -> dict[str, str]:
    """A row's options by their letters."""
    return {letter: str(row[letter]) for letter in string.ascii_uppercase if filled(row.get(letter))}


def choice_question(row: Mapping[str, Any]) -> str:
    """A multiple-choice question: hint, question, and an option a line."""
    hint = [str(row["hint"])] if filled(row.get("hint")) else []
    lines = [*hint, str(row["question"]), *(f"{letter}. {option}" for letter, option in options(row).items())]
    return "\n".join(lines)


def choice_ending(row: Mapping[str, Any]) -> str:
    """What follows a multiple-choice question, or one of the same set that is open."""
    is_han = re.search("[\u4e00-\u9fff]", choice_question(row)) is not None
    if options(row):
        return LETTER_HAN if is_han else LETTER
    return DIRECTLY_HAN if is_han else DIRECTLY
