"""One opened page to a read one by a model that answers questions. Knows pages and answers; not files or runtimes.

The page is first read by nano, which tells whether there is text at all (a blank page is not given to the model, which
might invent some), which way up it stands, a draft that the model verifies in fewer passes, and where the lines are.
Words and their order are the model's alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bayou.documents.document import Block, BlockKind, Line, Page, PageStatus
from bayou.documents.geometry import Box, bounding_box
from bayou.documents.raw_page import RawPage
from bayou.documents.to_text import page_text
from bayou.reading.answers import Answer, Answerer, Limits
from bayou.reading.blocks import list_marker
from bayou.reading.confidence import page_confidence, text_probability
from bayou.reading.orientation import turn
from bayou.reading.page_reader import PageReader
from bayou.reading.placing import PlacedLine, place_lines
from bayou.reading.progress import LinesRead, OnReading, ReadingEvent
from bayou.reading.tasks import ReadTask, question_messages


class AnswerPageReader:
    """Reads opened pages with a model that answers. Not thread-safe.

    Args:
        answerer: The model.
        drafts: Reads the page before it.
        task: How the model is to read.
    """

    def __init__(self, answerer: Answerer, drafts: PageReader, task: ReadTask) -> None:
        self._answerer = answerer
        self._drafts = drafts
        self._task = task

    def read(self, raw: RawPage, on_reading: OnReading | None = None) -> Page:
        """The page with its blocks, status and confidence; ``on_reading`` is told of the draft and of the answer.

        A page with a PDF's own text keeps it, and what nano reads in its pictures: see ``OpenOptions.force_ocr``.
        """
        start = time.perf_counter()
        draft = self._drafts.read(raw, None if on_reading is None else _drafting(on_reading))
        if raw.native or raw.image_regions is not None:
            return self._with_native_text(draft)
        if draft.status == "blank":
            return draft
        image = turn(raw.image, draft.rotation) if draft.rotation else raw.image
        messages = question_messages(self._task.prompt or self._answerer.reading_prompt, [image])
        limits = Limits(self._task.max_new_tokens, self._task.max_tiles, self._task.skip_blank_tiles)
        answer = self._answerer.answer(messages, limits, page_text(draft), on_reading)
        placed = place_lines(answered_lines(answer), draft.lines)
        blocks = make_blocks(answer.text, placed, draft)
        lines = [part.line for part in placed]
        return replace(
            draft,
            blocks=blocks,
            status=_status(answer),
            message="; ".join(filter(None, [raw.message, *self._remarks(answer, lines)])),
            confidence=page_confidence(lines),
            seconds=time.perf_counter() - start,
        )

    def _with_native_text(self, page: Page) -> Page:
        if all(line.source == "native" for line in page.lines):
            return page
        told = f"text in pictures read by nano; --force-ocr gives the whole page to {self._answerer.name}"
        return replace(page, message="; ".join(filter(None, [page.message, told])))

    def _remarks(self, answer: Answer, lines: Sequence[Line]) -> list[str]:
        remarks = []
        if answer.finish_reason == "length":
            limit = self._task.max_new_tokens
            remarks.append(f"{answer.model} was cut off after {limit} tokens; --max-new-tokens raises the limit")
        elif not lines:
            remarks.append(f"{answer.model} found no text, though something looks like it")
        lost = sum(line.box is None for line in lines)
        if lost:
            places = "1 line has" if lost == 1 else f"{lost} of {len(lines)} lines have"
            remarks.append(f"{places} no place on the page, and none in hocr, alto, tsv and pdf")
        return [*remarks, answer.note] if answer.note else remarks


def _drafting(on_reading: OnReading) -> OnReading:
    """The same, told of nano's lines as of a draft."""

    def tell(event: ReadingEvent) -> None:
        on_reading(replace(event, is_draft=True) if isinstance(event, LinesRead) else event)

    return tell


def _status(answer: Answer) -> PageStatus:
    if answer.finish_reason == "length":
        return "failed"
    return "ok" if answer.text else "unreadable"


def answered_lines(answer: Answer) -> list[Line]:
    """The lines of an answer that hold text, without places, as sure as their tokens make them."""
    lines = []
    for number, text in enumerate(answer.text.split("\n")):
        told = None if answer.line_probabilities is None else answer.line_probabilities[number]
        if text.strip():
            lines.append(Line(text.strip(), None, text_probability(told) if told else None, "model"))
    return lines


def make_blocks(text: str, placed: Sequence[PlacedLine], draft: Page) -> tuple[Block, ...]:
    """Blocks in the model's order: cut at its blank lines, at list markers, and where the draft's blocks change.

    A block of lines that all stand in one heading of the draft is that heading. Tables are not made of what the model
    wrote: their rows are lines of paragraphs.
    """
    paragraphs = _paragraph_numbers(text)
    homes = [at for at, block in enumerate(draft.blocks) for _ in block.lines]
    runs: list[list[PlacedLine]] = [[part] for part in placed[:1]]
    for before, part in pairwise(placed):
        another_home = before.found is not None and part.found is not None and homes[before.found] != homes[part.found]
        apart = paragraphs[before.origin] != paragraphs[part.origin]
        if apart or another_home or (list_marker(part.line.text) and before.origin != part.origin):
            runs.append([])
        runs[-1].append(part)
    page_box = Box(0.0, 0.0, draft.width, draft.height)
    return tuple(_block([part.line for part in run], _heading(run, homes, draft), page_box) for run in runs)


def _paragraph_numbers(text: str) -> list[int]:
    """For each line with text, how many blank ones stand before it."""
    numbers, blank = [], 0
    for line in text.split("\n"):
        if line.strip():
            numbers.append(blank)
        else:
            blank += 1
    return numbers


def _heading(run: Sequence[PlacedLine], homes: Sequence[int], draft: Page) -> int:
    """The level of the draft's heading that all of a run stands in, else 0."""
    found = {None if part.found is None else homes[part.found] for part in run}
    (home,) = found if len(found) == 1 else (None,)
    return draft.blocks[home].level if home is not None and draft.blocks[home].kind == "heading" else 0


def _block(lines: Sequence[Line], heading: int, page_box: Box) -> Block:
    boxes = [line.box for line in lines if line.box is not None]
    marker = list_marker(lines[0].text)
    kind: BlockKind = "heading" if heading else "list_item" if marker else "paragraph"
    level = heading or (1 if marker else 0)
    box = bounding_box(boxes) if boxes else page_box
    return Block(kind, box, tuple(lines), level, "" if heading else marker)
