"""Draft, then verify: rows that decode together, a draft checked in one pass. The twin of ``generate``; knows no text.

Every pass feeds each row the tokens its cache lacks and, after them, what is left of the draft from where the text
stands in it. Its choices hold as long as they are the tokens that were fed; at the first other one the row takes that
token and feeds again. Slots of rejected tokens stay in the cache, unseen. Tokens that a form forces are text without a
choice: they are fed with the one before them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bayou.engine.draft_lookup import DraftLookup
from bayou.engine.guide import Guide
from bayou.engine.joined_cache import joined
from bayou.engine.reading_rule import Alignment, Choices, Follower, forced_token
from bayou.engine.request import (
    Event,
    Failed,
    Finished,
    FinishReason,
    Prompt,
    PromptRead,
    Request,
    TileCounts,
    Token,
    Usage,
)
from bayou.engine.runtime import BoolArray, Cache, FloatArray, IntArray, Runtime
from bayou.errors import ModelError

FIRST_WINDOW = 32
"""Draft tokens checked at first."""

EXTRA_COST = 1 / 8
"""What one more position costs a pass, in passes of one, with a few hundred million weights in 8 bits.

A sixteenth on a processor that multiplies 8-bit numbers in one instruction (AVX-512 VNNI), a third on one that does not
(AVX2): something between wins a little less on either, and the same question takes the same passes everywhere.
"""

_FORGETTING = 0.7
"""How much of what a draft was worth before a pass still counts after it."""

WASTE = 512
"""Slots that no row sees any more before the cache is written anew, if they are also more than those in use."""


def follower(request: Request) -> Follower:
    """Who tells where in its draft a request's text stands."""
    stop = request.rule.stop_ids[0]
    if request.spaceless is None:
        return Alignment(request.draft, stop)
    return DraftLookup(request.draft, stop, request.spaceless)


@dataclass(slots=True)
class Trust:
    """How many of a draft's tokens are worth checking in one pass, from how many were taken of late."""

    taken: float = 0.0
    missed: float = 0.0

    def learn(self, taken: int, missed: bool) -> None:
        """One pass took so many, and perhaps met one that wasn't right."""
        self.taken = _FORGETTING * self.taken + taken
        self.missed = _FORGETTING * self.missed + missed

    def window(self, most: int) -> int:
        """At least one. A pass that checks w tokens, each right with chance p, writes 1 + p + ... + p^w of them."""
        chance = self.taken / (self.taken + self.missed)
        best, written, right, window = 0.0, 1.0, 1.0, 1
        for tried in range(1, most + 1):
            right *= chance
            written += right
            if written / (1 + tried * EXTRA_COST) > best:
                best, window = written / (1 + tried * EXTRA_COST), tried
        return window


@dataclass(eq=False)
class Row:
    """One request on its way.

    Attributes:
        lead: What the coming pass reads before ``feed``: the prompt, or the rest of it.
        feed: The ids of the coming pass; the first ``certain`` of them are text already.
        window: Most draft tokens of the coming pass.
    """

    index: int
    request: Request
    alignment: Follower
    position: int
    lead: Prompt | None
    feed: tuple[int, ...] = ()
    certain: int = 0
    written: int = 0
    passes: int = 0
    window: int | None = None
    trust: Trust = field(default_factory=Trust)
    last: int = -1
    reused_tokens: int = 0
    tiles: TileCounts = field(default_factory=TileCounts)
    finished: Finished | Failed | None = None
    tokens: list[Token] = field(default_factory=list)
    guide: Guide | None = None
    forced: int = 0

    @classmethod
    def start(cls, index: int, request: Request, lead: Prompt) -> Row:
        row = cls(index, request, follower(request), request.prompt.next_position, lead)
        row.window = None if request.window is None else min(request.window, FIRST_WINDOW)
        row.guide = None if request.form is None else request.form.begin()
        forced = row._begin_forced()
        row.feed, row.certain = (*forced, *row._proposed()), len(forced)
        return row

    @property
    def width(self) -> int:
        """Positions of the coming pass."""
        return len(self.feed) + (self.lead.length if self.lead else 0)

    def _proposed(self) -> tuple[int, ...]:
        room = self.request.max_new_tokens - self.written - 1
        return self.alignment.rest[: room if self.window is None else min(room, self.window)]

    def finish(self, reason: FinishReason) -> Finished:
        """No more passes."""
        length = self.request.prompt.length
        usage = Usage(length, self.written, self.passes, self.reused_tokens, self.tiles, self.forced)
        self.finished = Finished(reason, usage)
        return self.finished

    def walk(self, logits: FloatArray) -> int:
        """Take the choices of one pass; returns how many of ``feed`` are now text.

        Args:
            logits: [len(feed) - certain + 1, V]: after the last certain position, and after each fed draft token.
        """
        choices = Choices.of(logits)
        drafted = self.feed[self.certain :]
        self.passes += 1
        for offset in range(len(drafted) + 1):
            token = self._choose(choices, offset)
            if not self._write(token):
                return self.certain + offset
            if offset == len(drafted) or token.id != drafted[offset]:
                break
        accepted = self.certain + offset
        self.position += accepted
        if self.request.window is not None and drafted:
            self.trust.learn(offset, missed=offset < len(drafted))
            self.window = self.trust.window(self.request.window)
        certain = (token.id, *self._go_on_forced())
        self.feed = (*certain, *self._proposed())
        self.certain = len(certain)
        return accepted

    def _choose(self, choices: Choices, offset: int) -> Token:
        expected, rule = self.alignment.expected, self.request.rule
        if self.guide is None:
            return choices.choose(offset, expected, rule, self.last)
        self.forced += bool(self.guide.forced)
        return choices.choose_guided(offset, expected, rule, self.guide)

    def _write(self, token: Token) -> bool:
        """The text grows by ``token``; whether it goes on."""
        self.tokens.append(token)
        self.written += 1
        is_end = token.id in self.request.rule.stop_ids
        if is_end or self.written >= self.request.max_new_tokens:
            self.finish("stop" if is_end else "length")
            return False
        self.alignment.push(token.id)
        if self.guide is not None:
            self.guide.push(token.id)
        self.last = token.id if self.written > 1 else -1
        return True

    def _begin_forced(self) -> list[int]:
        """Writes what a form forces before the first pass, but what would end the text, which that pass is left."""
        written: list[int] = []
        while self.guide is not None and self.guide.forced:
            token = self.guide.forced[0]
            if token in self.request.rule.stop_ids or self.written + 1 >= self.request.max_new_tokens:
                break
            self._write(forced_token(token, self.alignment.expected))
            written.append(token)
        self.forced += len(written)
        return written

    def _go_on_forced(self) -> list[int]:
        """Writes what a form forces now, to the end of the text where that is forced, too."""
        written: list[int] = []
        while self.guide is not None and self.guide.forced:
            written.append(self.guide.forced[0])
            self.forced += 1
            if not self._write(forced_token(written[-1], self.alignment.expected)):
                break
        return written


def _padded(rows: Sequence[Sequence[int]], width: int) -> IntArray:
    """Rows of different lengths as one array; the last value fills the rest (0 where a row is empty)."""
    return np.array([[*row, *([row[-1] if len(row) else 0] * (width - len(row)))] for row in rows], dtype=np.int64)


class Batch:
    """Rows that go through the decoder together. They may be of any age; others join, finished ones leave.

    Args:
        rows: Each with its lead to read, or with a feed.
        cache: A row each; a new one by default.
        usable: bool [rows, slots]: what of the cache each row sees.
    """

    def __init__(
        self, runtime: Runtime, rows: Sequence[Row] = (), cache: Cache | None = None, usable: BoolArray | None = None
    ) -> None:
        self.runtime, self.rows = runtime, list(rows)
        self.cache = runtime.new_cache(len(self.rows)) if cache is None and rows else cache
        self.usable = np.zeros((len(self.rows), 0), dtype=bool) if usable is None else usable

    def step(self) -> Iterator[tuple[int, Event]]:
        """One pass of all rows and what it brings, each event with its row's index. Run it to its end."""
        cache, rows, width = self.cache, self.rows, max(row.width for row in self.rows)
        assert cache is not None
        logits = self._pass(cache, width)
        first_slot = cache.length - width
        self.usable = np.pad(self.usable, ((0, 0), (0, width)))
        for i, row in enumerate(rows):
            start = row.lead.length if row.lead else 0
            if row.lead:
                yield row.index, PromptRead(row.request.prompt.length)
            accepted = self._walk(row, logits[i, : len(row.feed) - row.certain + 1])
            row.lead = None
            self.usable[i, first_slot : first_slot + start + accepted] = True
            for token in row.tokens:
                yield row.index, token
            row.tokens.clear()
            if row.finished is not None:
                yield row.index, row.finished
        self._keep([i for i, row in enumerate(rows) if row.finished is None])

    def _walk(self, row: Row, logits: FloatArray) -> int:
        """What of a row's feed is text; one that fails fails alone."""
        try:
            return row.walk(logits)
        except ModelError as error:
            row.finished = Failed(error)
            return 0

    def _pass(self, cache: Cache, width: int) -> FloatArray:
        """Logits [B, N, V] of the positions that choose."""
        rows = self.rows
        most_fed = max(1, max(len(row.feed) for row in rows))
        fed = self.runtime.embed(_padded([row.feed for row in rows], most_fed))
        embeds = np.zeros((len(rows), width, fed.shape[-1]), dtype=np.float32)
        positions = np.zeros((len(rows), width), dtype=np.int64)
        wanted = []
        for i, row in enumerate(rows):
            start = row.lead.length if row.lead else 0
            end = start + len(row.feed)
            if row.lead:
                embeds[i, :start] = row.lead.embeds
                positions[i, :start] = row.lead.positions
            embeds[i, start:end] = fed[i, : len(row.feed)]
            positions[i, start:end] = row.position + np.arange(len(row.feed))
            wanted.append(range(start + row.certain - 1, end))
        visible = np.zeros((len(rows), width, cache.length + width), dtype=bool)
        visible[:, :, : cache.length] = self.usable[:, None, :]
        visible[:, :, cache.length :] = np.tril(np.ones((width, width), dtype=bool))
        most = max(len(indices) for indices in wanted)
        return self.runtime.step(cache, embeds, positions, visible, _padded(wanted, most))

    def _keep(self, going: Sequence[int]) -> None:
        if len(going) == len(self.rows):
            self._compact()
            return
        self.rows, self.usable = [self.rows[i] for i in going], self.usable[going]
        if not going:
            self.cache = None
            return
        assert self.cache is not None
        self.cache.keep(going)
        self._compact()

    def drop(self, index: int) -> Finished:
        """A row leaves before its end."""
        (row,) = (row for row in self.rows if row.index == index)
        finished = row.finish("cancelled")
        self._keep([i for i, other in enumerate(self.rows) if other is not row])
        return finished

    def join(self, *others: Batch) -> None:
        """The others' rows come into this batch; the others are used up."""
        batches = [batch for batch in (self, *others) if batch.cache is not None]
        if len(batches) > 1:
            parts = [(batch.cache, batch.usable) for batch in batches if batch.cache is not None]
            self.cache, self.usable = joined(self.runtime, parts)
        elif batches:
            self.cache, self.usable = batches[0].cache, batches[0].usable
        for other in others:
            self.rows += other.rows
            other.rows, other.cache = [], None

    def _compact(self) -> None:
        """Write the cache anew where most of it is seen by nobody."""
        assert self.cache is not None
        used = int(self.usable.sum(axis=1).max())
        if self.cache.length - used > max(WASTE, used):
            self.cache, self.usable = joined(self.runtime, [(self.cache, self.usable)])


def speculate(runtime: Runtime, requests: Sequence[Request[Prompt]]) -> Iterator[tuple[int, Event]]:
    """The events of every request, each with the request's index; tokens come in bursts, a burst a pass.

    Raises:
        ModelError: One of them can't be kept to its form.
    """
    batch = Batch(runtime, [Row.start(index, request, request.prompt) for index, request in enumerate(requests)])
    while batch.rows:
        for index, event in batch.step():
            if isinstance(event, Failed):
                raise event.error
            yield index, event


def speculate_all(runtime: Runtime, requests: Sequence[Request[Prompt]]) -> list[tuple[list[Token], Finished]]:
    """All tokens of each request and how it finished, in the order of the requests."""
    tokens: list[list[Token]] = [[] for _ in requests]
    finished: dict[int, Finished] = {}
    for index, event in speculate(runtime, requests):
        if isinstance(event, Token):
            tokens[index].append(event)
        elif isinstance(event, Finished):
            finished[index] = event
    return [(tokens[i], finished[i]) for i in range(len(requests))]
