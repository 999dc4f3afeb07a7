"""Messages from parts, from OpenAI's dictionaries, and from the reference's call."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bayou.errors import InputError
from bayou.inputs.images import load_image
from bayou.inputs.messages import ImagePart, Message, chat_messages

PICTURE = np.zeros((4, 4, 3), dtype=np.uint8)
PATH = Path(__file__).parents[1] / "golden" / "images" / "p1_320x300.png"
DATA_URL = "data:image/png;base64," + base64.b64encode(PATH.read_bytes()).decode()


def shape(message: Message) -> list[str]:
    return ["*" if isinstance(part, ImagePart) else part for part in message.parts]


def test_parts_of_every_kind() -> None:
    message = Message("user", ["a", PICTURE, Path("x.png"), ImagePart("y.png"), Image.new("L", (2, 2)), b"bytes", "b"])
    assert shape(message) == ["a", "*", "*", "*", "*", "*", "b"]
    assert len(message.images) == 5


@pytest.mark.parametrize("part", ["text", PICTURE, Path("x.png"), ImagePart("y.png")])
def test_one_part_needs_no_list(part: Any) -> None:
    assert len(Message("user", part).parts) == 1


@pytest.mark.parametrize(
    ("role", "parts"), [("system", "Hi"), ("user", 3), ("user", [3]), ("user", ["a", None]), (None, "")]
)
def test_other_roles_and_parts_are_refused(role: Any, parts: Any) -> None:
    with pytest.raises(InputError):
        Message(role, parts)


def test_openai_text_and_picture() -> None:
    content = [{"type": "image_url", "image_url": {"url": DATA_URL}}, {"type": "text", "text": "Read it."}]
    message = Message.from_openai({"role": "user", "content": content})
    assert shape(message) == ["*", "Read it."]
    np.testing.assert_array_equal(np.asarray(load_image(message.images[0].source)), np.asarray(load_image(PATH)))
    assert shape(Message.from_openai({"role": "assistant", "content": "Yes"})) == ["Yes"]
    assert shape(Message.from_openai({"role": "user", "content": [{"type": "image", "image": PICTURE}]})) == ["*"]


@pytest.mark.parametrize("url", [str(PATH), PATH.as_uri()])
def test_paths_only_where_allowed(url: str) -> None:
    given = {"role": "user", "content": [{"type": "image_url", "image_url": url}]}
    with pytest.raises(InputError, match="data:"):
        Message.from_openai(given)
    message = Message.from_openai(given, allow_paths=True)
    assert load_image(message.images[0].source).size == (320, 300)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"role": "system", "content": "Be brief."},
        {"role": "user"},
        {"role": "user", "content": 5},
        {"role": "user", "content": [5]},
        {"role": "user", "content": [{"type": "text"}]},
        {"role": "user", "content": [{"type": "video", "video": "x"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": {}}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": "https://example.org/a.png"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": "data:image/png;base64,!!!"}]},
        {"role": "user", "content": [{"type": "image_url", "image_url": "data:image/png"}]},
        {"role": "user", "content": [{"type": "image", "image": "/etc/passwd"}]},
    ],
)
def test_what_cannot_be_understood_is_refused(message: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Message.from_openai(message)


def test_the_references_default_place() -> None:
    assert [shape(m) for m in chat_messages("Read.", [PICTURE])] == [["*", "\nRead."]]


def test_marks_are_replaced_in_order() -> None:
    (message,) = chat_messages("A <image> and <image>.", [Path("1"), Path("2")])
    assert shape(message) == ["A ", "*", " and ", "*", "."]
    assert [part.source for part in message.images] == [Path("1"), Path("2")]


def test_text_that_follows_an_opening_mark_stays_close() -> None:
    assert [shape(m) for m in chat_messages("<image>Read.", [PICTURE])] == [["", "*", "Read."]]
    assert [shape(m) for m in chat_messages("<image> Read <image>.", [PICTURE, PICTURE])] == [
        ["", "*", " Read ", "*", "."]
    ]
    assert [shape(m) for m in chat_messages("<image>", [PICTURE])] == [["*"]]


def test_surplus_marks_stay_text() -> None:
    assert [shape(m) for m in chat_messages("<image><image> x", [PICTURE])] == [["", "*", "<image> x"]]
    assert [shape(m) for m in chat_messages("<image>")] == [["<image>"]]


def test_history_holds_marks_too() -> None:
    messages = chat_messages("And <image>?", [PICTURE, PICTURE], [("<image>\nRead.", "one")])
    assert [(m.role, shape(m)) for m in messages] == [
        ("user", ["*", "\nRead."]),
        ("assistant", ["one"]),
        ("user", ["And ", "*", "?"]),
    ]


@pytest.mark.parametrize("history", [[], [("Hi", "Hello.")]])
def test_with_a_history_the_mark_must_be_there(history: list[tuple[str, str]]) -> None:
    with pytest.raises(InputError, match="marks"):
        chat_messages("What colour is it?", [PICTURE], history)


def test_an_empty_question() -> None:
    assert [shape(m) for m in chat_messages("")] == [[""]]
