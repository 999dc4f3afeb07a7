"""Rows of questions to samples, as several benchmarks have them. Knows tables and prompts; no model and no scores."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bayou.errors import InputError
from bayou.evaluation import harness
from bayou.evaluation.benchmark import Sample
from bayou.evaluation.layouts import Data, Row, listed

QUESTION = ("question", "query")
ANSWER = ("answer", "answers", "label")
KEY = ("index", "questionId", "question_id", "id")


def cell(row: Row, names: Sequence[str], data: Data) -> Any:
    """The first of these columns that the row has.

    Raises:
        InputError: It has none of them.
    """
    for name in names:
        if name in row:
            return row[name]
    raise InputError(
        f"the table has no column {' or '.join(names)}; it has {', '.join(map(str, row))}", str(data.folder)
    )


def key_of(row: Row, number: int) -> str:
    """A row's name: what the table calls it, else its number from 0."""
    named = [row[name] for name in KEY if harness.filled(row.get(name))]
    return str(named[0]) if named else str(number)


def groups_of(row: Row, kinds: Mapping[str, str]) -> dict[str, str]:
    """A row's groups: by kind, from the columns that have something to say; the Hub writes some with capitals."""
    said = {str(column).lower(): value for column, value in row.items()}
    return {kind: str(said[column]) for kind, column in kinds.items() if harness.filled(said.get(column))}


def question_samples(data: Data, kinds: Mapping[str, str] | None = None) -> Iterator[Sample]:
    """A question about one or several pictures, with a list of answers that will do."""
    for number, row in enumerate(data.rows()):
        images = data.pictures(cell(row, ("image", "image_path"), data))
        answers = [str(answer) for answer in listed(cell(row, ANSWER, data))]
        question = harness.marked(str(cell(row, QUESTION, data)), len(images))
        yield Sample(key_of(row, number), images, answers, question, groups=groups_of(row, kinds or {}))


def choice_samples(data: Data, kinds: Mapping[str, str] | None = None) -> Iterator[Sample]:
    """A question with lettered options: in columns A, B, ..., or in a list with the answer's place, as on the Hub."""
    for number, raw in enumerate(data.rows()):
        row = _lettered(raw)
        images = data.pictures(cell(row, ("image", "image_path"), data))
        truth = {"answer": str(cell(row, ANSWER, data)), "options": harness.options(row)}
        question = harness.marked(harness.choice_question(row), len(images))
        ending = harness.choice_ending(row)
        yield Sample(
            key_of(row, number),
            images,
            truth,
            question,
            None if ending == harness.LETTER else ending,
            groups=groups_of(row, kinds or {}),
        )


def _lettered(row: Row) -> Row:
    given = row.get("options")
    if not harness.filled(given) or harness.options(row):
        return row
    columns = {chr(ord("A") + place): option for place, option in enumerate(listed(given))}
    answer = str(row.get("answer"))
    return {**row, **columns, "answer": chr(ord("A") + int(answer)) if answer.isdigit() else answer}


def marked_fields(skeleton: Mapping[str, Any]) -> str:
    """The question for fields: an instruction and the JSON to fill in, in the manner of the 800m's model card."""
    shape = json.dumps(skeleton, indent=2, ensure_ascii=False)
    instruction = "Extract these fields from the image and fill them in. Answer with the JSON alone."
    return harness.marked(f"{instruction}\n{shape}", 1)
