"""Questions and chats as a worker does them, with any model. Knows readers, documents and answers; no HTTP.

A model that answers is given the conversation. One that reads lines is asked about the documents it reads: the text
itself where that is what is wanted, a record where there is a schema, else what ``Reader.ask`` finds on the pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from bayou.documents.document import Document
from bayou.documents.json_format import from_json
from bayou.documents.open_pages import open_pages
from bayou.documents.raw_page import OpenOptions
from bayou.documents.to_text import to_text
from bayou.engine.request import ImageEncoded, PromptRead, TextPiece
from bayou.errors import UsageError
from bayou.inputs.messages import GivenPart, Message
from bayou.reading.answers import Answer, OnEvent, Progress
from bayou.reading.extraction import Extraction
from bayou.reading.schemas import Schema, load_schema
from bayou.reading.tasks import ANSWER_TOKENS
from bayou.serving.stop_text import StopText
from bayou.serving.work import AskWork, ChatWork, Json, Told, Turn, Upload

ASKING_FOR_TEXT = frozenset("read ocr transcribe transcription text say written convert verbatim".split())
BESIDE = frozenset(
    "a all and are as can content contents could do does document exact extract everything file from full give here "
    "image images in into is it letter markdown me of on only out output page pages pdf photo picture plain please "
    "return scan screenshot show that the there these this to what whole write you".split()
)
"""A request made of nothing but these and the words above is one for the text itself."""

Read = Callable[[Upload], Document]
Tell = Callable[[Told], None]


class AnsweringReader(Protocol):
    """What questions need of a reader; ``bayou.reading.reader.Reader`` is one."""

    @property
    def model(self) -> str:
        """The model's name as documents record it."""

    @property
    def reads_lines(self) -> bool:
        """Whether it reads line by line, and answers no questions by itself."""

    def ask(
        self,
        sources: Sequence[bytes | Document],
        question: str,
        *,
        history: Sequence[tuple[str, str]],
        max_new_tokens: int,
        options: OpenOptions | None,
        evidence: bool,
        on_event: OnEvent | None,
    ) -> Answer:
        """The answer; arguments as those of ``Reader.ask``."""

    def chat(
        self,
        messages: Sequence[Message],
        *,
        max_new_tokens: int,
        schema: Mapping[str, Any] | None,
        on_event: OnEvent | None,
    ) -> Answer:
        """The next turn of a conversation."""

    def extract(
        self, source: bytes | Document, schema: Schema, *, options: OpenOptions | None, on_event: OnEvent | None
    ) -> Extraction:
        """A record, each value with its evidence."""


class _Stopped(Exception):
    """The text has come to its end by itself."""


def wants_text(question: str) -> bool:
    """Whether the text of the pages itself is asked for; also where nothing is said beside them."""
    words = set(re.findall(r"\w+", question.lower()))
    return not words or (bool(words & ASKING_FOR_TEXT) and words <= ASKING_FOR_TEXT | BESIDE)


def answer_dict(answer: Answer) -> Json:
    """An answer for JSON."""
    return {
        "text": answer.text,
        "found": answer.found,
        "confidence": answer.confidence,
        "model": answer.model,
        "evidence": [one.to_dict() for one in answer.evidence],
        "note": answer.note,
        "finish_reason": answer.finish_reason,
    }


def ask(reader: AnsweringReader, work: AskWork, read: Read, on_event: OnEvent) -> Json:
    """The answer to a question about files, or about a document that was read before.

    Raises:
        UsageError: A model that looks at pictures is given none.
    """
    sources: list[bytes | Document]
    if not reader.reads_lines:
        if work.document is not None and not work.uploads:
            raise UsageError(f"'file': {reader.model} looks at the pages; send the file along with the document")
        sources = [upload.data for upload in work.uploads]
    elif work.document is not None:
        sources = [from_json(work.document)]
    else:
        sources = [read(upload) for upload in work.uploads]
    told = reader.ask(
        sources,
        work.question,
        history=work.history,
        max_new_tokens=ANSWER_TOKENS,
        options=work.options,
        evidence=True,
        on_event=on_event,
    )
    return answer_dict(told)


def chat(reader: AnsweringReader, work: ChatWork, read: Read, tell: Tell) -> Json:
    """The next turn of a conversation; pieces of its text are told as they come."""
    return _read_off(reader, work, read, tell) if reader.reads_lines else _generated(reader, work, tell)


def _generated(reader: AnsweringReader, work: ChatWork, tell: Tell) -> Json:
    text = StopText(work.stop)
    pieces = prompt_tokens = 0

    def on_event(event: Progress) -> None:
        nonlocal pieces, prompt_tokens
        if not isinstance(event, TextPiece):
            prompt_tokens = event.tokens if isinstance(event, PromptRead) else prompt_tokens
            tell(told_progress(event))
            return
        pieces += 1
        _tell_text(tell, text.push(event.text))
        if text.ended:
            raise _Stopped

    try:
        answer = reader.chat(
            [Message(turn.role, list(_parts(turn, work.options))) for turn in work.turns],
            max_new_tokens=work.max_tokens or ANSWER_TOKENS,
            schema=None if work.schema is None else json.loads(work.schema),
            on_event=on_event,
        )
    except _Stopped:
        usage = {"prompt_tokens": prompt_tokens, "new_tokens": pieces} if prompt_tokens else {}
        return {"text": text.text, "finish_reason": "stop", "tokens": None, **usage}
    _tell_text(tell, text.finish())
    return {
        **answer_dict(answer),
        "text": text.text if work.stop else answer.text,
        "tokens": answer.tokens,
        "prompt_tokens": answer.prompt_tokens,
        "new_tokens": answer.new_tokens,
    }


def _parts(turn: Turn, options: OpenOptions) -> Iterator[GivenPart]:
    for part in turn.parts:
        if isinstance(part, str):
            yield part
        else:
            yield from (raw.image for raw in open_pages(part.data, options, part.name or None))


def _read_off(reader: AnsweringReader, work: ChatWork, read: Read, tell: Tell) -> Json:
    """What a reader of lines says; its tokens are characters, and so is its limit."""
    if work.logprobs:
        raise UsageError(f"'logprobs': {reader.model} reads documents and writes no tokens")
    uploads = [part for turn in work.turns for part in turn.parts if isinstance(part, Upload)]
    if not uploads:
        raise UsageError(f"'messages': {reader.model} reads documents; send a picture (image_url) or a file")
    said = [" ".join(part for part in turn.parts if isinstance(part, str)).strip() for turn in work.turns]
    text = StopText(work.stop, work.max_tokens)
    documents = [read(upload) for upload in uploads]
    rest: Json = {}
    if work.schema is not None:
        found = _one_record(reader, documents, work.schema)
        if found.problems:  # not what was asked for, so it isn't passed off as that
            rest = {"record": found.record, "problems": list(found.problems), "refusal": _refusal(found)}
        whole = "" if found.problems else json.dumps(found.record, ensure_ascii=False)
    elif wants_text(said[-1]):
        written = [one.to_markdown() if "markdown" in said[-1].lower() else to_text(one) for one in documents]
        whole = "\n".join(written).strip("\n")
    else:
        history = list(zip(said[:-1:2], said[1:-1:2], strict=False))
        answer = reader.ask(
            documents,
            said[-1],
            history=history,
            max_new_tokens=ANSWER_TOKENS,
            options=work.options,
            evidence=True,
            on_event=lambda event: tell(told_progress(event)),
        )
        rest, whole = answer_dict(answer), answer.text or answer.note
    _tell_text(tell, text.push(whole) + text.finish())
    return {**rest, "text": text.text, "finish_reason": text.ended or "stop", "tokens": None, "model": reader.model}


def _one_record(reader: AnsweringReader, documents: Sequence[Document], schema: str) -> Extraction:
    if len(documents) > 1:
        raise UsageError("'response_format': a record is made of one file at a time")
    return reader.extract(documents[0], load_schema(schema, files=False), options=None, on_event=None)


def _refusal(found: Extraction) -> str:
    return (
        f"No record that fits the schema was found on the pages ({'; '.join(found.problems)}). Let properties be null "
        "that a document may not have, or take what was found from the field bayou of this reply, or from /v1/extract."
    )


def _tell_text(tell: Tell, text: str) -> None:
    if text:
        tell(Told("text", {"text": text}))


def told_progress(event: Progress) -> Told:
    """What happens on the way to an answer."""
    match event:
        case ImageEncoded(done=done, total=total):
            return Told("progress", {"encoded": done, "total": total})
        case PromptRead(tokens=tokens):
            return Told("progress", {"prompt_tokens": tokens})
        case TextPiece(text=text):
            return Told("text", {"text": text})
