"""A runtime of which a program sees the logits, and which can be told what to write. Knows arrays and ids; no pages.

With random weights what a model writes means nothing, and no reading of a page is like it. Told a text, the model
computes all that it would have to, and then that text's next token is made the likeliest.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from bayou.cache import make_cache_folder
from bayou.engine.array_store import MEBIBYTE, ArrayStore
from bayou.engine.generation import Generation, collect
from bayou.engine.model import PAGES_FOLDER, Model
from bayou.engine.runtime import BoolArray, Cache, Encoded, FloatArray, IntArray, Runtime
from bayou.engine.text_stream import with_text
from bayou.engine.tile_reader import Options, TileReader
from bayou.inputs.processor import GivenMessage

NEVER = 31_999
"""A token that ends no text; random weights may write ``<|end|>`` at any time."""

_LEAD = np.float32(10)


class WatchedRuntime:
    """See the module; all but ``step`` is the other runtime's.

    Attributes:
        prompt_length: Of the one request that is watched.
        text: The ids it is to write, a stop id last; empty: its own choices.
        watched: Which of the tokens it chooses is looked at, 0 the first.
        logits: float32 [vocabulary], its own, of that token.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.config, self.precision = runtime.config, runtime.precision
        self.tower_precision, self.name = runtime.tower_precision, runtime.name
        self.prompt_length = 0
        self.text: Sequence[int] = ()
        self.watched = 0
        self.logits: FloatArray | None = None

    def encode(self, pixels: Sequence[FloatArray], doubted: bool = False) -> list[Encoded]:
        return self._runtime.encode(pixels, doubted)

    def new_cache(self, batch: int) -> Cache:
        return self._runtime.new_cache(batch)

    def restore(self, state: Iterable[FloatArray]) -> Cache:
        return self._runtime.restore(state)

    def embed(self, ids: IntArray) -> FloatArray:
        return self._runtime.embed(ids)

    def step(
        self,
        cache: Cache,
        embeds: FloatArray,
        positions: IntArray,
        visible: BoolArray,
        wanted: IntArray | None = None,
    ) -> FloatArray:
        logits = self._runtime.step(cache, embeds, positions, visible, wanted)
        places = positions if wanted is None else np.take_along_axis(positions, wanted, axis=1)
        for row, index in np.ndindex(places.shape):
            token = int(places[row, index]) - self.prompt_length + 1  # which is chosen here
            if token == self.watched:
                self.logits = logits[row, index].copy()
            if self.text and token >= 0:
                told = self.text[min(token, len(self.text) - 1)]
                logits[row, index, told] = logits[row, index].max() + _LEAD
        return logits


def reader_of(
    model: Model, runtime: Runtime | None = None, store: ArrayStore | None = None, fingerprint: str = ""
) -> TileReader:
    """The model's reader with a store of its own, by default one that keeps nothing."""
    assert model.tiles is not None
    return TileReader(runtime or model.runtime, model.tiles.processor, store or ArrayStore(None, 0, 0), fingerprint)


def kept_pages() -> ArrayStore:
    """Pages read once for all benchmarks: in bayou's cache folder, and in memory."""
    return ArrayStore(make_cache_folder() / PAGES_FOLDER, 2048 * MEBIBYTE, 1024 * MEBIBYTE)


def answer(reader: TileReader, messages: Sequence[GivenMessage], options: Options) -> Generation:
    """As ``Model.generate``."""
    started = time.perf_counter()
    asked, request = reader.request(messages, options)
    if isinstance(reader.runtime, WatchedRuntime):
        reader.runtime.prompt_length = request.prompt.length
    return collect(asked, with_text(reader.events(request), reader.text_stream(request)), started)


def agreeing(tokens: Sequence[int], others: Sequence[int]) -> int:
    """How many tokens are equal before the first that isn't."""
    pairs = enumerate(zip_longest(tokens, others))
    return next((place for place, (one, other) in pairs if one != other), len(tokens))


def gap(
    reader: TileReader, messages: Sequence[GivenMessage], options: Options, tokens: Sequence[int], other: int
) -> float:
    """How far, in logits, ``other`` stands behind the last of the tokens, after the prompt and all tokens before it.

    Args:
        reader: Whose runtime is watched.
        options: Of tiles.
    """
    runtime = reader.runtime
    assert isinstance(runtime, WatchedRuntime)
    runtime.text, runtime.watched = tokens, len(tokens) - 1
    answer(reader, messages, replace(options, max_new_tokens=len(tokens), draft=tokens[:-1], stop_ids=(NEVER,)))
    runtime.text, runtime.watched = (), 0
    assert runtime.logits is not None
    return float(runtime.logits[tokens[-1]] - runtime.logits[other])
