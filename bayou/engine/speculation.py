"""Draft, then verify: many requests at once, a draft checked in one pass. The twin of ``generate``; knows no text.

Every pass feeds each row the tokens its cache lacks and, after them, what is left of the draft from where the text
stands in it. Its choices hold as long as they are the tokens that were fed; at the first other one the row takes that
token and feeds again. Slots of rejected tokens stay in the cache, unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bayou.engine.reading_rule import Alignment, Choices
from bayou.engine.request import Event, Finished, PromptRead, Request, Token, Usage
from bayou.engine.runtime import BoolArray, Cache, FloatArray, IntArray, Runtime


@dataclass(eq=False)
class _Row:
    """One request on its way. ``feed``: the ids of the coming pass; the first ``certain`` of them are text already."""

    index: int
    request: Request
    alignment: Alignment
    position: int
    feed: tuple[int, ...]
    certain: int = 0
    written: int = 0
    passes: int = 0
    finished: Finished | None = None
    tokens: list[Token] = field(default_factory=list)

    @classmethod
    def start(cls, index: int, request: Request) -> _Row:
        alignment = Alignment(request.draft, request.rule.stop_ids[0])
        feed = request.draft[: request.max_new_tokens - 1]
        return cls(index, request, alignment, request.prompt.next_position, feed)

    def walk(self, logits: FloatArray) -> int:
        """Take the choices of one pass; returns how many of ``feed`` are now text.

        Args:
            logits: [len(feed) - certain + 1, V]: after the last certain position, and after each fed draft token.
        """
        choices, rule = Choices.of(logits), self.request.rule
        drafted = self.feed[self.certain :]
        self.passes += 1
        for offset in range(len(drafted) + 1):
            token = choices.choose(offset, self.alignment.expected, rule)
            self.tokens.append(token)
            self.written += 1
            if token.id in rule.stop_ids or self.written >= self.request.max_new_tokens:
                usage = Usage(self.request.prompt.length, self.written, self.passes)
                self.finished = Finished("stop" if token.id in rule.stop_ids else "length", usage)
                return self.certain + offset
            self.alignment.push(token.id)
            if offset == len(drafted) or token.id != drafted[offset]:
                break
        accepted = self.certain + offset
        self.position += accepted
        room = self.request.max_new_tokens - self.written - 1
        self.feed = (token.id, *self.alignment.rest[:room])
        self.certain = 1
        return accepted


def _padded(rows: Sequence[Sequence[int]], width: int) -> IntArray:
    """Rows of different lengths as one array; the last value fills the rest (0 where a row is empty)."""
    return np.array([[*row, *([row[-1] if len(row) else 0] * (width - len(row)))] for row in rows], dtype=np.int64)


def _step(
    runtime: Runtime, cache: Cache, rows: Sequence[_Row], usable: BoolArray, with_prompt: bool
) -> tuple[FloatArray, list[int]]:
    """One pass of all rows: logits [B, N, V] of the positions that choose, and where each row's feed begins."""
    prompts = [row.request.prompt for row in rows]
    starts = [prompt.length if with_prompt else 0 for prompt in prompts]
    width = max(start + len(row.feed) for start, row in zip(starts, rows, strict=True))
    fed_width = max(len(row.feed) for row in rows)
    fed = runtime.embed(_padded([row.feed for row in rows], max(fed_width, 1)))
    embeds = np.zeros((len(rows), width, fed.shape[-1]), dtype=np.float32)
    positions = np.zeros((len(rows), width), dtype=np.int64)
    wanted = []
    for i, (row, start) in enumerate(zip(rows, starts, strict=True)):
        end = start + len(row.feed)
        if with_prompt:
            embeds[i, :start] = row.request.prompt.embeds
            positions[i, :start] = row.request.prompt.positions
        embeds[i, start:end] = fed[i, : len(row.feed)]
        positions[i, start:end] = row.position + np.arange(len(row.feed))
        wanted.append(range(start + row.certain - 1, end))
    visible = np.zeros((len(rows), width, cache.length + width), dtype=bool)
    visible[:, :, : cache.length] = usable[:, None, :]
    visible[:, :, cache.length :] = np.tril(np.ones((width, width), dtype=bool))
    most = max(len(indices) for indices in wanted)
    return runtime.step(cache, embeds, positions, visible, _padded(wanted, most)), starts


def speculate(runtime: Runtime, requests: Sequence[Request]) -> Iterator[tuple[int, Event]]:
    """The events of every request, each with the request's index; tokens come in bursts, a burst a pass."""
    rows = [_Row.start(index, request) for index, request in enumerate(requests)]
    if not rows:
        return
    cache = runtime.new_cache(len(rows))
    usable = np.zeros((len(rows), 0), dtype=bool)
    with_prompt = True
    while rows:
        logits, starts = _step(runtime, cache, rows, usable, with_prompt)
        usable = np.pad(usable, ((0, 0), (0, cache.length - usable.shape[1])))
        first_slot = cache.length - max(start + len(row.feed) for start, row in zip(starts, rows, strict=True))
        for i, (row, start) in enumerate(zip(rows, starts, strict=True)):
            if with_prompt:
                yield row.index, PromptRead(start)
            accepted = row.walk(logits[i, : len(row.feed) - row.certain + 1])
            usable[i, first_slot : first_slot + start + accepted] = True
            for token in row.tokens:
                yield row.index, token
            row.tokens.clear()
            if row.finished is not None:
                yield row.index, row.finished
        going = [i for i, row in enumerate(rows) if row.finished is None]
        if going and len(going) < len(rows):
            cache.keep(going)
            usable = usable[going]
        rows = [rows[i] for i in going]
        with_prompt = False


def speculate_all(runtime: Runtime, requests: Sequence[Request]) -> list[tuple[list[Token], Finished]]:
    """All tokens of each request and how it finished, in the order of the requests."""
    tokens: list[list[Token]] = [[] for _ in requests]
    finished: dict[int, Finished] = {}
    for index, event in speculate(runtime, requests):
        if isinstance(event, Token):
            tokens[index].append(event)
        elif isinstance(event, Finished):
            finished[index] = event
    return [(tokens[i], finished[i]) for i in range(len(requests))]
