"""A request's way to its first token, a short piece of work at a time: tiles, then the prompt in chunks. Knows no text.

Pieces are short so that a long prompt lets others write meanwhile. What a page's next question will begin with too, its
pictures and all before them, is kept as keys and values, and taken from there instead of being read again. A prompt is
always cut at that place, so that what is computed is the same whether it was known or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from itertools import pairwise

import numpy as np

from bayou.engine.array_store import ArrayStore
from bayou.engine.request import Event, ImageEncoded, Prompt, Request, TileCounts, TilePrompt
from bayou.engine.runtime import Cache, FloatArray, Runtime
from bayou.engine.speculation import Batch, Row
from bayou.engine.tile_tokens import TileTokens, with_visual

PROMPT_CHUNK = 4096
"""Most positions of a prompt that go through the decoder at once: a page of any member is one piece.

OpenVINO's CPU plugin gives the positions that come into an empty cache to a matrix kernel, and all later ones to the
one for single tokens, row by row.
"""


class PromptReader:
    """Makes batches of one row out of requests.

    Args:
        store: Where visual tokens and read prompts are kept.
        fingerprint: Says which model on which runtime computes them.
        chunk: Most positions at once.
    """

    def __init__(self, runtime: Runtime, store: ArrayStore, fingerprint: str, chunk: int = PROMPT_CHUNK) -> None:
        self._runtime, self.store, self._chunk = runtime, store, chunk
        self._fingerprint = fingerprint
        self._tiles = TileTokens(runtime, store, fingerprint)

    def read(self, index: int, request: Request[TilePrompt]) -> Generator[Event | None, None, Batch]:
        """The request's events up to its first tokens, None after a piece of work that brings none.

        Returns:
            A batch of its row, which has been through one pass; without rows if that was its last.
        """
        prompt, runtime = request.prompt, self._runtime
        tiles, boundary = len(prompt.pixels), prompt.boundary
        keys = self._tiles.keys(prompt.pixels)
        prefix = self._prefix_key(prompt, keys)
        state = self.store.get(prefix) if boundary else None
        known = state is not None
        if state is not None:
            cache, counts = runtime.restore(state), TileCounts(tiles, 0, prompt.skipped, tiles)
            yield ImageEncoded(tiles, tiles)
            embeds = runtime.embed(prompt.ids[None])[0]  # those of the pictures are not read any more
        elif tiles:
            visual, counts = yield from self._tiles.encode(prompt, keys)
            cache, embeds = runtime.new_cache(1), with_visual(runtime, prompt, visual)
        else:
            cache, embeds, counts = runtime.new_cache(1), with_visual(runtime, prompt, None), TileCounts()

        start = cache.length
        for first, end in self._cuts(start, prompt):
            self._pass(cache, embeds[first:end])
            start = end
            yield None
        lead = Prompt(embeds[start:], np.arange(start, prompt.length), prompt.next_position)
        row = Row.start(index, request, lead)
        row.reused_tokens, row.tiles = boundary if known else 0, counts
        batch = Batch(runtime, [row], cache, np.ones((1, start), dtype=bool))
        yield from (event for _, event in batch.step())
        if boundary and not known and not self.store.is_off:
            self.store.put(prefix, (array[:, :, :boundary] for array in cache.state()))
        return batch

    def _cuts(self, start: int, prompt: TilePrompt) -> list[tuple[int, int]]:
        """First and end of each chunk but the last, which goes with the first tokens."""
        places = {start, *range(prompt.boundary, prompt.length, self._chunk)}
        if start < prompt.boundary:
            places |= set(range(start, prompt.boundary, self._chunk))
        cuts = sorted(places)
        return list(pairwise(cuts))

    def _pass(self, cache: Cache, embeds: FloatArray) -> None:
        start, length = cache.length, len(embeds)
        visible = np.ones((1, length, start + length), dtype=bool)
        visible[0, :, start:] = np.tril(visible[0, :, start:])
        last = np.array([[length - 1]])
        self._runtime.step(cache, embeds[None], np.arange(start, start + length)[None], visible, last)

    def _prefix_key(self, prompt: TilePrompt, keys: list[str]) -> str:
        known = hashlib.sha256(f"prompt {self._fingerprint} {self._chunk} {' '.join(keys)} ".encode())
        known.update(np.ascontiguousarray(prompt.ids[: prompt.boundary], dtype="<i4").data)
        return known.hexdigest()
