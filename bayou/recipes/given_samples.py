"""A user's own conversations, or pictures with their text, from a JSON file. Knows the file; no model, no learner.

One object a line of the file, or an array of them; names of pictures start from the file's folder::

    {"image": "page.png", "conversations": [{"from": "human", "value": "Total?"}, {"from": "gpt", "value": "9"}]}
    {"messages": [{"role": "user", "content": [{"type": "image", "image": "page.png"}, …]}, {"role": "assistant", …}]}
    {"image": "page.png", "text": "what it says"}              read with the question that ``bayou read`` asks
    {"image": "page.png", "lines": [{"text": "…"}, …]}         the same, a line each, as nano's files have it
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bayou.data.inspection import Refused, inspect_row
from bayou.data.recipe import Filters, Place
from bayou.data.sample import Sample
from bayou.data.schemas import RowError
from bayou.data.sources import RawRow, read_rows
from bayou.errors import InputError

SOURCE = "yours"
_TALKS = ("conversations", "messages", "conversation")


def given_samples(path: Path, question: str) -> Iterator[Sample]:
    """What the file gives, in its order.

    Args:
        question: Asked about a picture whose text is given.

    Raises:
        InputError: The file can't be read, a row isn't of one of these forms, or its picture can't be read; the message
            names the row.
    """
    if not path.is_file():
        raise InputError("no such file", str(path))
    talks = Place(name=SOURCE, kind="json", path=str(path))
    texts = replace(talks, schema="reading", question=question)
    for row in read_rows(talks):
        talk = isinstance(row.values, RowError) or any(name in row.values for name in _TALKS)
        for found in inspect_row(_with_text(row), talks if talk else texts, path.parent, Filters()):
            if isinstance(found, Refused):
                raise InputError(f"row {row.number + 1}: {found.reason}: {found.detail}", str(path))
            messages = found.sample.messages
            if len(messages) % 2 or messages[-1].role != "assistant":
                raise InputError(f"row {row.number + 1}: a conversation ends with an answer", str(path))
            yield found.sample


def _with_text(row: RawRow) -> RawRow:
    """With lines joined to a text, where a row has lines."""
    values = row.values
    if isinstance(values, RowError) or "text" in values or "lines" not in values:
        return row
    lines = values["lines"]
    if not isinstance(lines, Sequence) or not all(isinstance(line, Mapping) and "text" in line for line in lines):
        return replace(row, values=RowError("other-schema", 'each of "lines" is {"text": …}'))
    joined: dict[str, Any] = {"image": values.get("image"), "text": "\n".join(str(line["text"]) for line in lines)}
    return replace(row, values=joined)
