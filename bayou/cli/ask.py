"""``bayou ask``: pictures and a question in, an answer out, also as it comes. Knows the command line; no models."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Unpack

import click

from bayou.cli.given_documents import given
from bayou.cli.model_options import ModelFlags, chosen_model, make_reader, model_options
from bayou.cli.terminal import say, write_result
from bayou.errors import InputError, UsageError

if TYPE_CHECKING:
    from bayou.documents.document import Document
    from bayou.documents.raw_page import OpenOptions
    from bayou.reading.answers import Answer, Progress
    from bayou.reading.folder_workers import ReadSettings


class AskingReader(Protocol):
    """What the command needs of a reader; ``bayou.reading.reader.Reader`` is one."""

    def load(self, on_progress: Callable[[float], None] | None) -> None:
        """Loads the model; told how far a conversion is, which happens once."""

    def ask(
        self,
        sources: Sequence[Path | bytes | Document],
        question: str,
        *,
        history: Sequence[tuple[str, str]],
        max_new_tokens: int,
        options: OpenOptions | None,
        evidence: bool,
        on_event: Callable[[Progress], None] | None,
    ) -> Answer:
        """The answer; arguments as those of ``Reader.ask``."""


class AskFlags(ModelFlags):
    """The options of ``bayou ask`` as click gives them; None where an option was not given."""

    pages: str | None
    dpi: float | None
    password: str | None
    history: Path | None
    chat: bool
    evidence: bool
    stream: bool
    as_json: bool
    quiet: bool


@click.command(short_help="Ask a question about pictures and pages.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.argument("question")
@model_options(max_new_tokens=1024)
@click.option("--pages", metavar="RANGES", help="Only these pages of each file, for instance 1-3,8.")
@click.option(
    "--dpi",
    type=click.FloatRange(20, 1200),
    metavar="N",
    help="Resolution at which PDF pages are drawn. [default: 200]",
)
@click.option(
    "--password", envvar="BAYOU_PASSWORD", help="For encrypted PDFs; unseen by others in the variable BAYOU_PASSWORD."
)
@click.option(
    "--history",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What was said before about the same pictures: a JSON list of [question, answer], as --json gives it.",
)
@click.option("--chat", is_flag=True, help="Talk about the files: one question a line, from standard input.")
@click.option(
    "--evidence",
    is_flag=True,
    help="Let 800m, 2b and servers say when it isn't in the document, and tell the pages their answer stands on.",
)
@click.option("--stream", is_flag=True, help="Print the answer as it comes.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print a JSON object: text, finish reason, usage, timings, history."
)
@click.option("--quiet", "-q", is_flag=True, help="Only errors.")
@click.pass_context
def ask(ctx: click.Context, paths: tuple[str, ...], question: str, **flags: Unpack[AskFlags]) -> int:
    """Ask about pictures and pages: images, PDFs, folders, patterns, or - for standard input.

    \b
    bayou ask invoice.png "What is the total?"
    bayou ask contract.pdf "Where does it say termination?"
    bayou ask --chat invoice.png
    bayou ask report.pdf --pages 1-2 "Compare the two pages." --model 2b --stream

    nano answers what a field holds and where words stand, with the page, or that it isn't in the document. Anything
    else is for 800m, 2b and servers. For these every page is one picture; several stand before the question as Image-1,
    Image-2, ..., or where it says <image>. 800m and 2b see three pages at once, with answers of 1024 tokens.

    \b
    Exit codes: 0 answered, also that it isn't in the document, that nano can't tell, or that the limit of tokens cut
    the answer off (each is told). 3 can't be used, 4 password, 5 limit, 1 other. 2 wrong call, 7 model or server,
    8 missing extra, 130 interrupted.
    """
    if flags["chat"] and question and os.path.exists(question):
        paths, question = (*paths, question), ""
    settings, history = _settings(question, paths, flags), _history(flags["history"])
    sources = _sources(paths)
    make: Callable[[ReadSettings], AskingReader] = ctx.obj or make_reader
    first = "loading the model" if settings.url is None else "waiting for the server"
    display = _Display(first, stream=flags["stream"], quiet=flags["quiet"])
    with display:
        reader = make(settings)
        reader.load(display.conversion)
        if flags["chat"]:
            return _chat(reader, sources, question, settings, (history, flags, display))
        answer = _ask(reader, sources, question, settings, history, (flags, display))
    if flags["as_json"]:
        write_result(json.dumps(_as_dictionary(answer, question, history), ensure_ascii=False) + "\n")
    else:
        _write(answer, display.printed)
    if not flags["quiet"]:
        _remark(answer)
    return 0


def _write(answer: Answer, printed: str) -> None:
    """The text with its pages; where it was ``printed`` as it came, what is to follow it."""
    from bayou.reading.line_answers import pages_of, with_pages

    if not printed:
        write_result(with_pages(answer) + "\n" if answer.text else "")
    elif answer.evidence:
        write_result(f" ({pages_of(answer)})\n")
    elif not printed.endswith("\n"):
        write_result("\n")


def _chat(
    reader: AskingReader,
    sources: list[Path | bytes | Document],
    question: str,
    settings: ReadSettings,
    given: tuple[list[tuple[str, str]], AskFlags, _Display],
) -> int:
    from bayou.cli.chat import chat
    from bayou.documents.raw_page import OpenOptions
    from bayou.reading.conversation import Conversation
    from bayou.reading.reader import Reader
    from bayou.reading.tasks import ANSWER_TOKENS

    history, flags, display = given
    assert isinstance(reader, Reader)
    options = OpenOptions(settings.pages, settings.dpi, settings.password)
    talk = Conversation(reader, sources, options, history)
    tokens = settings.max_new_tokens or ANSWER_TOKENS

    def ask(asked: str) -> Answer:
        with display:
            return talk.ask(asked, max_new_tokens=tokens, on_event=display.event)

    chat(talk, ask, lambda answer: None if flags["quiet"] else _remark(answer), question, flags["as_json"])
    return 0


def _ask(
    reader: AskingReader,
    sources: list[Path | bytes | Document],
    question: str,
    settings: ReadSettings,
    history: list[tuple[str, str]],
    given: tuple[AskFlags, _Display],
) -> Answer:
    from bayou.documents.raw_page import OpenOptions
    from bayou.reading.tasks import ANSWER_TOKENS

    flags, display = given
    return reader.ask(
        sources,
        question,
        history=history,
        max_new_tokens=settings.max_new_tokens or ANSWER_TOKENS,
        options=OpenOptions(settings.pages, settings.dpi, settings.password),
        evidence=flags["evidence"],
        on_event=display.event,
    )


def _settings(question: str, paths: tuple[str, ...], flags: AskFlags) -> ReadSettings:
    from bayou.documents.page_ranges import parse_page_ranges
    from bayou.reading.folder_workers import ReadSettings

    if flags["chat"]:
        if flags["stream"] or flags["evidence"]:
            raise UsageError(
                "--chat answers a line at a time, with evidence anyway: leave --stream and --evidence away"
            )
        if not paths or "-" in paths:
            raise UsageError("name the files to talk about; standard input is for the questions")
    elif not question.strip() or (not paths and os.path.exists(question)):
        raise UsageError("there is no question; write it last, in quotation marks")
    if flags["stream"] and flags["as_json"]:
        raise UsageError("--stream prints the text as it comes, --json the whole at its end: one of them")
    if flags["pages"] is not None:
        parse_page_ranges(flags["pages"])
    return ReadSettings(
        model=chosen_model(flags),
        runtime=flags["runtime"],
        precision=flags["precision"],
        device=flags["device"],
        pages=flags["pages"],
        dpi=flags["dpi"] or ReadSettings().dpi,
        password=flags["password"],
        max_memory=flags["max_memory"],
        url=flags["url"],
        api_key=flags["api_key"],
        max_new_tokens=flags["max_new_tokens"],
        max_tiles=flags["max_tiles"],
        skip_blank_tiles=flags["skip_blank_tiles"],
    )


def _sources(paths: tuple[str, ...]) -> list[Path | bytes | Document]:
    from bayou.reading.folder_inputs import find_sources

    found = find_sources(paths, read_stdin=lambda: sys.stdin.buffer.read())
    if found.problems:
        raise found.problems[0]
    return [given(source) for source in found.sources]


def _history(path: Path | None) -> list[tuple[str, str]]:
    if path is None:
        return []
    try:
        turns = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror or error}", str(path)) from error
    except ValueError as error:
        raise InputError(f"is not JSON ({error})", str(path)) from error
    pairs = []
    for turn in turns if isinstance(turns, list) else [None]:
        match turn:
            case [str(asked), str(answered)]:
                pairs.append((asked, answered))
            case _:
                raise InputError("is not a JSON list of [question, answer]", str(path))
    return pairs


class _Display:
    """What is shown on the way: progress on a terminal's last line, and the text where it is to come at once."""

    def __init__(self, first: str, stream: bool, quiet: bool) -> None:
        self._first = first
        self._stream = stream
        self._line = sys.stderr.isatty() and not quiet
        self._shown = ""
        self.printed = ""

    def __enter__(self) -> _Display:
        self._progress(self._first)
        return self

    def __exit__(self, *_: object) -> None:
        self._progress("")

    def conversion(self, share: float) -> None:
        """``share`` of the model, 0 to 1, is converted."""
        self._progress(f"converting the model, once: {share:.0%}")

    def event(self, event: Progress) -> None:
        """Something happens on the way to the answer."""
        from bayou.engine.request import ImageEncoded, PromptRead

        match event:
            case ImageEncoded(done=done, total=total):
                self._progress(f"image encoded {done}/{total}")
            case PromptRead(tokens=tokens):
                self._progress(f"prompt read, {tokens} tokens")
            case _ if self._stream:
                self._progress("")
                text = event.text if self.printed else event.text.lstrip()
                self.printed += text
                if text:
                    write_result(text)

    def _progress(self, text: str) -> None:
        if self._line and text != self._shown:
            click.echo("\r" + text.ljust(len(self._shown)) + ("" if text else "\r"), err=True, nl=False)
            self._shown = text


def _remark(answer: Answer) -> None:
    if answer.finish_reason == "length":
        count = "" if answer.new_tokens is None else f" after {answer.new_tokens} tokens"
        say(f"the answer was cut off{count}; --max-new-tokens raises the limit")
    elif not answer.text and not answer.note:
        say(f"{answer.model} answered nothing")
    if answer.tiles is not None and answer.tiles.skipped:
        say(f"{answer.tiles.skipped} of {answer.tiles.total} tiles were taken for blank paper")
    if answer.note:
        say(answer.note)


def _as_dictionary(answer: Answer, question: str, history: list[tuple[str, str]]) -> dict[str, object]:
    return {
        "text": answer.text,
        "finish_reason": answer.finish_reason,
        "model": answer.model,
        "found": answer.found,
        "evidence": [place.to_dict() for place in answer.evidence],
        "confidence": answer.confidence,
        "stop_ids": answer.stop_ids,
        "stop_id": answer.stop_id,
        "usage": {
            "prompt_tokens": answer.prompt_tokens,
            "new_tokens": answer.new_tokens,
            "passes": answer.passes,
            "reused_tokens": answer.reused_tokens,
            "tiles": None if answer.tiles is None else asdict(answer.tiles),
        },
        "timings": {"first_text_seconds": answer.first_text_seconds, "seconds": answer.seconds},
        "note": answer.note,
        "history": [*history, (question, answer.text)],
    }
