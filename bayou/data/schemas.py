"""A row of a data set to conversations, for each schema that data sets come in. Knows columns; not files or pixels.

A picture stays what the row has for it (bytes, a name, a dictionary of both) until ``PictureRef`` is resolved.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bayou.data.recipe import SchemaName
from bayou.inputs.template import IMAGE_MARK, Role

Row = Mapping[str, Any]


class RowError(Exception):
    """A row is no sample.

    Args:
        reason: One of few, to be counted.
        detail: What is wrong with this one.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture as a row gives it: bytes, a name, or ``{"bytes": …, "path": …}``; with a page's number, of a PDF."""

    value: object
    page: int | None = None


Turn = tuple[Role, list[str | PictureRef]]
Conversation = list[Turn]
Schema = Callable[[Row, str], list[Conversation]]

DESCRIBE = "Describe this picture."
READ = "Read the text in this picture."
READ_PAGE = "Read this page. Give its text in reading order."
FIELDS = "Give the fields of this document as JSON."
TABLE = "Give this table as HTML."

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROLES: dict[str, Role] = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant"}


def conversations(row: Row, question: str) -> list[Conversation]:
    """LLaVA's ``conversations`` ({"from", "value"}) or ``messages`` ({"role", "content"}), with ``<image>`` marks."""
    given = _first(row, "conversations", "messages", "conversation")
    turns = json.loads(given) if isinstance(given, str) else given
    if not isinstance(turns, Sequence) or not turns:
        raise RowError("no-text", "no turns")
    pictures = _pictures(row)
    left = list(pictures)
    made: Conversation = []
    system = ""
    for turn in turns:
        if not isinstance(turn, Mapping):
            raise RowError("other-schema", "a turn is no table")
        name = turn.get("from", turn.get("role"))
        content = turn.get("value", turn.get("content"))
        if name == "system":
            system = _text(content)
            continue
        if name not in _ROLES:
            raise RowError("other-schema", f"a turn by {name!r}")
        parts = _parts(content, left)
        if system and _ROLES[name] == "user":
            parts, system = [system + "\n", *parts], ""
        made.append((_ROLES[name], parts))
    if left and len(left) == len(pictures):  # no mark anywhere: before the first question, as chat() does
        made[0] = (made[0][0], [*left, *made[0][1]])
    elif left:
        raise RowError("picture-marks", f"{len(pictures)} pictures, {len(pictures) - len(left)} marks")
    return [made]


def _parts(content: object, left: list[PictureRef]) -> list[str | PictureRef]:
    if isinstance(content, Sequence) and not isinstance(content, str | bytes):
        parts: list[str | PictureRef] = []
        for part in content:
            if isinstance(part, Mapping) and part.get("type") in ("image", "image_url"):
                own = part.get("image", part.get("image_url"))
                own = own.get("url") if isinstance(own, Mapping) and "url" in own else own
                parts.append(PictureRef(own) if own is not None else _next(left))
            else:
                parts += _parts(part.get("text", "") if isinstance(part, Mapping) else part, left)
        return parts
    pieces = _text(content).split(IMAGE_MARK)
    parts = [pieces[0]] if pieces[0].strip() else []
    for piece in pieces[1:]:
        parts.append(_next(left))
        text = piece.removeprefix("\n")  # the template puts its own
        if text.strip():
            parts.append(text)
    return parts


def _next(left: list[PictureRef]) -> PictureRef:
    if not left:
        raise RowError("picture-marks", "more marks than pictures")
    return left.pop(0)


def turns(row: Row, question: str) -> list[Conversation]:
    """``images`` and ``texts``, a list of {"user", "assistant"}: the Cauldron, FineVision, Docmatix, DoclingMatix.

    Or ``qa``, of {"question", "answer"}: LNQA.
    """
    pairs = row.get("texts", row.get("qa"))
    if not isinstance(pairs, Sequence) or not pairs:
        raise RowError("no-text", "no texts")
    made: Conversation = []
    for pair in pairs:
        asked = _text(pair.get("user", pair.get("question"))).replace(IMAGE_MARK, "").strip()
        made += [("user", [asked]), ("assistant", [_text(pair.get("assistant", pair.get("answer")))])]
    made[0] = ("user", [*_pictures(row), *made[0][1]])
    return [made]


def text(row: Row, question: str) -> list[Conversation]:
    """No picture: a question and an answer under any of the usual names, with a system prompt or an input."""
    asked = _text(_first(row, "question", "instruction", "problem", "prompt", "query"))
    more = [_text(row.get("system_prompt")), asked, _text(row.get("input"))]
    answer = _text(_first(row, "response", "answer", "solution", "output", "generated_solution"))
    return [[("user", ["\n".join(part for part in more if part)]), ("assistant", [answer])]]


def caption(row: Row, question: str) -> list[Conversation]:
    """A picture and what it says or shows; of several captions the first."""
    said = _first(row, "text", "caption", "txt", "captions", "label", "sentences")
    if isinstance(said, Sequence) and not isinstance(said, str):
        said = said[0] if said else ""
    return [[("user", [*_pictures(row), question or DESCRIBE]), ("assistant", [_text(said)])]]


def reading(row: Row, question: str) -> list[Conversation]:
    """A picture and the text on it; also as Donut's ``ground_truth`` has it (SynthDoG)."""
    if isinstance(row.get("ground_truth"), str):
        row = {**row, "text": json.loads(row["ground_truth"])["gt_parse"]["text_sequence"]}
    return caption(row, question or READ)


def vqa(row: Row, question: str) -> list[Conversation]:
    """A picture, a question and an answer: one, the most frequent of several, or the number of one of ``choices``."""
    asked = _text(_first(row, "question", "query", "questions"))
    if row.get("hint"):
        asked = f"{_text(row['hint'])}\n{asked}"
    names = ("answers", "answer", "label", "multiple_choice_answer")
    answer = next((row[name] for name in names if row.get(name) is not None), "")
    choices = row.get("choices", row.get("options"))
    if isinstance(choices, Sequence) and not isinstance(choices, str) and choices:
        asked += "".join(f"\n{_LETTERS[place]}. {_text(choice)}" for place, choice in enumerate(choices))
        answer = _LETTERS[answer] if isinstance(answer, int) and 0 <= answer < len(choices) else answer
    return [[("user", [*_pictures(row), asked]), ("assistant", [_answer(answer)])]]


def _answer(given: object) -> str:
    if isinstance(given, str) and given.startswith("[") and given.endswith("]"):
        try:
            given = ast.literal_eval(given)  # lists that CSV files hold as text
        except (ValueError, SyntaxError):
            return given  # type: ignore[return-value]  # an answer that begins with a bracket
    if isinstance(given, Sequence) and not isinstance(given, str):
        said = [_text(one.get("answer")) if isinstance(one, Mapping) else _text(one) for one in given]
        return Counter(said).most_common(1)[0][0] if said else ""
    return _text(given)


def fields(row: Row, question: str) -> list[Conversation]:
    """Key fields to JSON: Donut's ``ground_truth`` ({"gt_parse": …}), or a table in a column ``fields``."""
    given = _first(row, "ground_truth", "fields", "entities", "parsed_data", "json")
    value = json.loads(given) if isinstance(given, str) else given
    if isinstance(value, Mapping):
        value = value.get("gt_parse", value.get("gt_parses", value))
    if not value:
        raise RowError("no-text", "no fields")
    answer = json.dumps(value, ensure_ascii=False)
    return [[("user", [*_pictures(row), question or FIELDS]), ("assistant", [answer])]]


def words(row: Row, question: str) -> list[Conversation]:
    """Words in reading order, with boxes or without: FUNSD, and sets like it."""
    said = _first(row, "words", "tokens", "lines")
    if not isinstance(said, Sequence) or isinstance(said, str):
        raise RowError("other-schema", "no list of words")
    joint = "\n" if "lines" in row else " "
    answer = joint.join(_text(word) for word in said)
    return [[("user", [*_pictures(row), question or READ]), ("assistant", [answer])]]


def table(row: Row, question: str) -> list[Conversation]:
    """A table's picture and HTML: a string, PubTabNet's tokens, or those of the Docling project's table sets."""
    given = _first(row, "html_table", "html", "text", "table")
    if isinstance(given, Sequence) and not isinstance(given, str):
        cells = [cell for line in row.get("cells", ()) for cell in (line if isinstance(line, Sequence) else [line])]
        given = {"structure": given, "cells": cells}
    answer = _html(given) if isinstance(given, Mapping) else _text(given)
    return [[("user", [*_pictures(row), question or TABLE]), ("assistant", [answer])]]


def _html(given: Mapping[str, Any]) -> str:
    structure = given.get("structure", {})
    tokens = structure.get("tokens") if isinstance(structure, Mapping) else structure
    cells = iter(given.get("cells", ()))
    if not tokens:
        raise RowError("other-schema", "a table without structure")
    written = []
    for token in tokens:
        if token in ("</td>", "</th>"):
            cell = next(cells, None)
            if cell is None:
                raise RowError("other-schema", "fewer cells than the structure has")
            written.append("".join(cell.get("tokens", ())))
        written.append(token)
    return "<table>" + "".join(written) + "</table>"


def pages(row: Row, question: str) -> list[Conversation]:
    """A PDF and the text of its pages, a conversation for each: pixparse's pdfa-eng-wds and idl-wds."""
    document = _first(row, "pdf", "tif", "tiff")
    described = row.get("pages", row.get("json"))
    if isinstance(described, Mapping):
        described = described.get("pages")
    if not isinstance(described, Sequence):
        raise RowError("no-text", "no pages")
    made: list[Conversation] = []
    for number, page in enumerate(described, start=1):
        lines = page.get("lines", page)
        said = lines.get("text") if isinstance(lines, Mapping) else None
        answer = "\n".join(_text(line) for line in said or ())
        picture = PictureRef(document, number)
        made.append([("user", [picture, question or READ_PAGE]), ("assistant", [answer])])
    return made


SCHEMAS: dict[SchemaName, Schema] = {
    "auto": conversations,
    "conversations": conversations,
    "turns": turns,
    "text": text,
    "caption": caption,
    "reading": reading,
    "vqa": vqa,
    "fields": fields,
    "words": words,
    "table": table,
    "pages": pages,
}


def renamed(row: Row, columns: Iterable[str]) -> Row:
    """The row with columns under the names that schemas know: ``image=picture`` takes ``picture`` for ``image``."""
    changed = dict(row)
    for column in columns:
        name, _, there = column.partition("=")
        if there not in row:
            raise RowError("other-schema", f"no column {there!r}; there are {', '.join(map(str, row))}")
        changed[name] = changed.pop(there)
    return changed


def _pictures(row: Row) -> list[PictureRef]:
    given = next((row[name] for name in ("images", "image", "img", "pictures") if row.get(name) is not None), None)
    if given is None:
        return []
    several = isinstance(given, Sequence) and not isinstance(given, str | bytes)
    return [PictureRef(one) for one in (given if several else [given])]


def _first(row: Row, *names: str) -> Any:
    for name in names:
        if row.get(name) is not None:
            return row[name]
    raise RowError("other-schema", f"none of the columns {', '.join(names)}; there are {', '.join(map(str, row))}")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return re.sub(r"\r\n?", "\n", str(value)).strip()
