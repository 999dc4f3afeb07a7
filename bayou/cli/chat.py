"""``bayou ask --chat``: questions from standard input, a line each, and their answers. Knows lines; no models."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from bayou.cli.terminal import say, write_result
from bayou.errors import InputError

if TYPE_CHECKING:
    from bayou.reading.answers import Answer
    from bayou.reading.conversation import Conversation

PROMPT = "? "
ENDS = ("exit", "quit", "bye", "/exit", "/quit")


def chat(
    conversation: Conversation,
    ask: Callable[[str], Answer],
    remark: Callable[[Answer], None],
    first: str,
    as_json: bool,
) -> None:
    """Asks ``first``, unless it is "", then what comes on standard input until its end or a word of goodbye.

    Args:
        ask: Asks the conversation, and shows on the way what is to be shown.
        remark: Tells what else is to be said of an answer.
    """
    from bayou.reading.line_answers import with_pages

    shows_prompt = sys.stdin.isatty()
    if shows_prompt:
        pages = len(conversation.document.pages)
        say(f"{'1 page' if pages == 1 else f'{pages} pages'}; ask away, an empty line ends")
    while True:
        question, first = (first, "") if first else (_next(shows_prompt), "")
        if question is None:
            return
        try:
            answer = ask(question)
        except InputError as error:  # too long for the model, for one: the talk goes on
            say(str(error))
            continue
        if as_json:
            write_result(json.dumps(_told(question, answer), ensure_ascii=False) + "\n")
        elif answer.text:
            write_result(with_pages(answer) + "\n")
        remark(answer)


def _next(shows_prompt: bool) -> str | None:
    """The next question, or None. On a terminal an empty line ends the talk; elsewhere it is nothing."""
    while True:
        if shows_prompt:
            click.echo(PROMPT, nl=False, err=True)
        line = sys.stdin.readline()
        question = line.strip()
        if not line or question.casefold() in ENDS or (shows_prompt and not question):
            return None
        if question:
            return question


def _told(question: str, answer: Answer) -> dict[str, object]:
    return {
        "question": question,
        "text": answer.text,
        "found": answer.found,
        "confidence": answer.confidence,
        "evidence": [place.to_dict() for place in answer.evidence],
        "finish_reason": answer.finish_reason,
        "model": answer.model,
        "note": answer.note,
    }
