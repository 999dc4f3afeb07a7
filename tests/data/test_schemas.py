"""Each schema that public data sets come in, on small rows made like theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bayou.data.schemas import DESCRIBE, FIELDS, READ, READ_PAGE, SCHEMAS, TABLE, PictureRef, RowError, renamed

PICTURE = {"bytes": b"\x89PNG", "path": None}
"""As the package datasets gives a picture that it doesn't decode."""


def made(schema: str, row: dict[str, Any], question: str = "") -> list[list[tuple[str, list[object]]]]:
    """The conversations, with each picture as what the row had for it."""
    talks = SCHEMAS[schema](row, question)  # type: ignore[index]
    return [
        [(role, [p.value if isinstance(p, PictureRef) else p for p in parts]) for role, parts in talk] for talk in talks
    ]


def test_llava() -> None:
    row = {
        "id": "0001",
        "image": "coco/1.jpg",
        "conversations": [
            {"from": "human", "value": "<image>\nWhat is it?"},
            {"from": "gpt", "value": "A cat."},
            {"from": "human", "value": "Where?"},
            {"from": "gpt", "value": "At home."},
        ],
    }
    assert made("conversations", row) == [
        [
            ("user", ["coco/1.jpg", "What is it?"]),
            ("assistant", ["A cat."]),
            ("user", ["Where?"]),
            ("assistant", ["At home."]),
        ]
    ]


def test_llava_with_several_pictures_and_a_system_prompt() -> None:
    turns = [
        {"from": "system", "value": "Be brief."},
        {"from": "human", "value": "Compare <image> and <image>"},
        {"from": "gpt", "value": "Equal."},
    ]
    talk = made("conversations", {"images": ["a.png", "b.png"], "conversations": turns})[0]
    assert talk[0] == ("user", ["Be brief.\n", "Compare ", "a.png", " and ", "b.png"])


def test_llava_without_marks_puts_the_picture_first_and_text_alone_stays_alone() -> None:
    turns = [{"from": "human", "value": "What?"}, {"from": "gpt", "value": "This."}]
    assert made("conversations", {"image": PICTURE, "conversations": turns})[0][0] == ("user", [PICTURE, "What?"])
    assert made("conversations", {"image": None, "conversations": turns})[0][0] == ("user", ["What?"])


def test_chat_messages() -> None:
    content = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}, {"type": "text", "text": "?"}]
    row = {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "42"}]}
    assert made("conversations", row) == [[("user", ["data:image/png;base64,AA==", "?"]), ("assistant", ["42"])]]
    row["messages"][0]["content"] = [{"type": "image"}, {"type": "text", "text": "?"}]
    assert made("conversations", {**row, "images": [PICTURE]})[0][0] == ("user", [PICTURE, "?"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"image": "a", "conversations": [{"from": "human", "value": "<image><image>"}]}, "picture-marks"),
        ({"images": ["a", "b"], "conversations": [{"from": "human", "value": "<image>"}]}, "picture-marks"),
        ({"conversations": []}, "no-text"),
        ({"conversations": [{"from": "tool", "value": "x"}]}, "other-schema"),
        ({"text": "x"}, "other-schema"),
    ],
)
def test_conversations_that_are_none(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowError) as error:
        made("conversations", row)
    assert error.value.reason == reason


def test_the_cauldron_docmatix_and_finevision() -> None:
    texts = [{"user": "Total?", "assistant": "12", "source": "s"}, {"user": "Date?", "assistant": "May"}]
    talk = made("turns", {"images": [PICTURE, PICTURE], "texts": texts, "source": "x"})[0]
    assert talk == [
        ("user", [PICTURE, PICTURE, "Total?"]),
        ("assistant", ["12"]),
        ("user", ["Date?"]),
        ("assistant", ["May"]),
    ]


def test_lnqa() -> None:
    talk = made("turns", {"image": PICTURE, "qa": [{"question": "Who?", "answer": "He."}]})[0]
    assert talk == [("user", [PICTURE, "Who?"]), ("assistant", ["He."])]


@pytest.mark.parametrize(
    ("row", "question", "answer"),
    [
        ({"query": "1+1?", "response": "2", "type": "GSM"}, "1+1?", "2"),  # MetaMathQA
        ({"question": "1+1?", "answer": "2"}, "1+1?", "2"),  # Orca-Math
        ({"instruction": "Add.", "input": "1 1", "output": "2"}, "Add.\n1 1", "2"),  # Alpaca, MathInstruct
        ({"system_prompt": "Think.", "question": "1+1?", "response": "2"}, "Think.\n1+1?", "2"),  # OpenOrca
    ],
)
def test_text_alone(row: dict[str, Any], question: str, answer: str) -> None:
    assert made("text", row) == [[("user", [question]), ("assistant", [answer])]]


def test_captions_and_readings() -> None:
    assert made("caption", {"image": PICTURE, "captions": ["One.", "Two."]}) == [
        [("user", [PICTURE, DESCRIBE]), ("assistant", ["One."])]
    ]
    assert made("caption", {"image": "a", "text": "x = 1"}, "Write it as LaTeX.")[0][0] == (
        "user",
        ["a", "Write it as LaTeX."],
    )
    assert made("reading", {"image": "a", "text": " A line\r\n"})[0] == [
        ("user", ["a", READ]),
        ("assistant", ["A line"]),
    ]


def test_synthdog() -> None:
    truth = json.dumps({"gt_parse": {"text_sequence": "All of the page."}})
    assert made("reading", {"image": PICTURE, "ground_truth": truth})[0][1] == ("assistant", ["All of the page."])


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        ({"answers": ["12 May", "12 may", "12 May"]}, "12 May"),  # DocVQA, TextVQA
        ({"answers": [{"answer": "no"}, {"answer": "yes"}, {"answer": "yes"}]}, "yes"),  # VQAv2
        ({"label": ["14"], "human_or_machine": 0}, "14"),  # ChartQA
        ({"answer": "['a', 'b', 'b']"}, "b"),
        ({"answer": 7}, "7"),
        ({"answer": "[sic"}, "[sic"),
        ({"answers": None}, ""),
    ],
)
def test_questions_about_pictures(row: dict[str, Any], answer: str) -> None:
    talk = made("vqa", {"image": PICTURE, "question": "When?", **row})[0]
    assert talk == [("user", [PICTURE, "When?"]), ("assistant", [answer])]


def test_questions_with_choices() -> None:
    row = {"image": PICTURE, "question": "Which?", "choices": ["red", "blue"], "answer": 1, "hint": "Look."}
    assert made("vqa", row)[0] == [("user", [PICTURE, "Look.\nWhich?\nA. red\nB. blue"]), ("assistant", ["B"])]


def test_receipts() -> None:
    truth = {"gt_parse": {"menu": [{"nm": "Té", "price": "3.00"}], "total": {"total_price": "3.00"}}, "meta": {}}
    talk = made("fields", {"image": PICTURE, "ground_truth": json.dumps(truth)})[0]  # CORD
    assert talk[0] == ("user", [PICTURE, FIELDS])
    assert json.loads(str(talk[1][1][0])) == truth["gt_parse"] and "Té" in str(talk[1][1][0])
    sroie = made("fields", {"image": "a.jpg", "fields": {"company": "A", "total": "9.00"}})[0]
    assert json.loads(str(sroie[1][1][0])) == {"company": "A", "total": "9.00"}


def test_forms() -> None:
    row = {"image": PICTURE, "words": ["Date:", "1.5."], "bboxes": [[0, 0, 1, 1]] * 2, "ner_tags": [1, 2]}  # FUNSD
    assert made("words", row)[0] == [("user", [PICTURE, READ]), ("assistant", ["Date: 1.5."])]


PUBTABNET = {
    "structure": {
        "tokens": ["<thead>", "<tr>", "<td>", "</td>", "<td", ' colspan="2"', ">", "</td>", "</tr>", "</thead>"]
    },
    "cells": [{"tokens": ["<b>", "A", "</b>"], "bbox": [0, 0, 1, 1]}, {"tokens": []}],
}
HTML = '<table><thead><tr><td><b>A</b></td><td colspan="2"></td></tr></thead></table>'


def test_tables() -> None:
    assert made("table", {"image": PICTURE, "html": PUBTABNET})[0] == [
        ("user", [PICTURE, TABLE]),
        ("assistant", [HTML]),
    ]
    assert made("table", {"image": PICTURE, "html_table": HTML})[0][1] == ("assistant", [HTML])
    docling = {"image": PICTURE, "html": PUBTABNET["structure"]["tokens"], "cells": [PUBTABNET["cells"]], "otsl": []}  # type: ignore[index]
    assert made("table", docling)[0][1] == ("assistant", [HTML])
    with pytest.raises(RowError):
        made("table", {"image": PICTURE, "html": {**PUBTABNET, "cells": []}})


def test_pages_of_documents() -> None:
    idl = {"pdf": b"%PDF", "pages": [{"text": ["A", "B"], "bbox": []}, {"text": ["C"]}]}
    talks = SCHEMAS["pages"](idl, "")
    assert [talk[0][1][0] for talk in talks] == [PictureRef(b"%PDF", 1), PictureRef(b"%PDF", 2)]
    assert [talk[1][1] for talk in talks] == [["A\nB"], ["C"]] and talks[0][0][1][1] == READ_PAGE
    pdfa = {"pdf": b"%PDF", "json": {"pages": [{"lines": {"text": ["A"], "bbox": []}, "words": {}}]}}
    assert SCHEMAS["pages"](pdfa, "")[0][1] == ("assistant", ["A"])


def test_columns_are_renamed() -> None:
    assert renamed({"decoded_image": 1, "image": "path"}, ["image=decoded_image"]) == {"image": 1}
    with pytest.raises(RowError, match="other-schema"):
        renamed({"a": 1}, ["image=b"])
