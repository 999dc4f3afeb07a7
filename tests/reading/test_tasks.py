"""The prompts, and where pictures stand in a conversation."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.errors import InputError, UsageError
from bayou.inputs.messages import Message
from bayou.reading.tasks import CARD_PROMPT, EXACT_PROMPT, ReadTask, question_messages, reading_prompt
from tests.golden_set import Case, cases, golden, processor

PICTURES = [np.full((5, 5, 3), level, np.uint8) for level in (0, 100, 200)]


def shape(messages: tuple[Message, ...]) -> list[tuple[str, list[str]]]:
    return [(turn.role, [part if isinstance(part, str) else "picture" for part in turn.parts]) for turn in messages]


def test_one_picture_stands_first_and_several_are_counted() -> None:
    assert shape(question_messages("What?", [])) == [("user", ["What?"])]
    assert shape(question_messages("What?", PICTURES[:1])) == [("user", ["picture", "\nWhat?"])]
    several = ["Image-1: ", "picture", "\nImage-2: ", "picture", "\nImage-3: ", "picture", "\nWhat?"]
    assert shape(question_messages("What?", PICTURES)) == [("user", several)]


def test_pictures_stay_in_the_first_turn_when_the_talk_goes_on() -> None:
    messages = question_messages("And now?", PICTURES[:1], [("What?", "A."), ("Why?", "B.")])
    assert shape(messages) == [
        ("user", ["picture", "\nWhat?"]),
        ("assistant", ["A."]),
        ("user", ["Why?"]),
        ("assistant", ["B."]),
        ("user", ["And now?"]),
    ]


def test_marks_say_where_pictures_stand() -> None:
    messages = question_messages("Is <image> like <image>?", PICTURES[:2])
    assert shape(messages) == [("user", ["Is ", "picture", " like ", "picture", "?"])]
    later = question_messages("And <image>?", PICTURES[:2], [("<image>\nWhat?", "A.")])
    assert shape(later)[0] == ("user", ["picture", "\nWhat?"])
    assert shape(later)[2] == ("user", ["And ", "picture", "?"])
    with pytest.raises(InputError, match="2 images, but 1"):
        question_messages("Is <image>?", PICTURES[:2])


@pytest.mark.parametrize("case", [case for case in cases(pictures=True) if "single_" in str(case.id)])
def test_a_question_becomes_the_references_ids(case: Case) -> None:
    question = case.values["question"].removeprefix("<image>\n")
    pictures = [golden(f"images/{name}") for name in case.images]
    history = [(asked, answered) for asked, answered in case.values.get("history") or ()]
    tiles = case.values.get("max_tiles", 6)
    msac = False if case.values.get("images_passed_as") == "list" else None
    found = processor(case.checkpoint)(question_messages(question, pictures, history), tiles, msac)
    assert found.ids.tolist() == case.process().ids.tolist()


@pytest.mark.parametrize(
    ("name", "msac", "prompt"),
    [
        ("800m", False, CARD_PROMPT),
        ("any folder", False, CARD_PROMPT),
        ("2b", True, EXACT_PROMPT),
        ("h2oai/H2OVL-Mississippi-800M", None, CARD_PROMPT),
        ("h2oai/h2ovl-mississippi-2b", None, EXACT_PROMPT),
        ("qwen", None, EXACT_PROMPT),
    ],
)
def test_each_model_has_its_prompt(name: str, msac: bool | None, prompt: str) -> None:
    assert reading_prompt(name, msac) == prompt


def test_limits_below_one_are_refused() -> None:
    for wrong in ({"max_new_tokens": 0}, {"max_tiles": 0}, {"max_record_tokens": 0}):
        with pytest.raises(UsageError, match="at least 1"):
            ReadTask(**wrong)
