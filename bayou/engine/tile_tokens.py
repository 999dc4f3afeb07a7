"""Square tiles to visual tokens, each picture once. Knows pixels and what was seen before; no prompts and no text.

A tile of one colour is recognised and goes through the tower once in a process; other tiles are known by the hash of
their pixels. Both are exact: the tower sees each tile alone.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Generator

import numpy as np

from bayou.engine.array_store import ArrayStore
from bayou.engine.blank_tiles import is_constant
from bayou.engine.request import ImageEncoded, Prompt, TileCounts, TilePrompt
from bayou.engine.runtime import FloatArray, Runtime

CONSTANTS_HELD = 8
"""Colours whose visual tokens stay in memory, whatever else is kept: 1.5 MB each for the 0.8B."""


def embedded(runtime: Runtime, prompt: TilePrompt) -> Prompt:
    """The prompt as embeddings, all tiles through the tower: the slow twin of all that is done here and in
    ``prompt_reader``."""
    encoded = runtime.encode(list(prompt.pixels))
    visual = np.concatenate([tile.tokens for tile in encoded]) if encoded else None
    return Prompt(with_visual(runtime, prompt, visual), np.arange(prompt.length), prompt.next_position)


def with_visual(runtime: Runtime, prompt: TilePrompt, visual: FloatArray | None) -> FloatArray:
    """Embeddings [P, hidden] of the ids, the visual tokens [n, hidden] in order where the image token stands."""
    embeds = runtime.embed(prompt.ids[None])[0]
    if visual is not None:
        embeds[prompt.ids == runtime.config.image_token_id] = visual
    return embeds


class TileTokens:
    """Visual tokens of tiles, computed or known.

    Args:
        store: Where they are kept.
        fingerprint: Says which model on which runtime computes them.
    """

    def __init__(self, runtime: Runtime, store: ArrayStore, fingerprint: str) -> None:
        self._runtime, self._store, self._fingerprint = runtime, store, fingerprint
        self._constants: OrderedDict[str, FloatArray] = OrderedDict()

    def keys(self, tiles: FloatArray) -> list[str]:
        """A name of each tile's visual tokens: equal for equal pixels."""
        return [self._key(tile) for tile in tiles]

    def _key(self, tile: FloatArray) -> str:
        known = hashlib.sha256(f"tile {self._fingerprint} {tile.shape}".encode())
        if is_constant(tile):
            known.update(b"constant")
            tile = tile[:, 0, 0]
        known.update(np.ascontiguousarray(tile, dtype="<f4").data)
        return known.hexdigest()

    def encode(
        self, prompt: TilePrompt, keys: list[str]
    ) -> Generator[ImageEncoded, None, tuple[FloatArray, TileCounts]]:
        """``ImageEncoded`` after each tile; returns visual tokens [256 tiles, hidden], and what became of the tiles."""
        total, constant, reused = len(keys), 0, 0
        found: dict[str, FloatArray] = {}
        for done, (tile, key) in enumerate(zip(prompt.pixels, keys, strict=True), start=1):
            one_colour = is_constant(tile)
            constant += one_colour
            known = found.get(key)
            if known is None:
                known = self._known(key)
            reused += known is not None
            found[key] = self._computed(tile, key, one_colour) if known is None else known
            yield ImageEncoded(done, total)
        counts = TileCounts(total, constant - prompt.skipped, prompt.skipped, reused)
        return np.concatenate([found[key] for key in keys]), counts

    def _known(self, key: str) -> FloatArray | None:
        if key in self._constants:
            self._constants.move_to_end(key)
            return self._constants[key]
        stored = self._store.get(key)
        return None if stored is None else stored[0]

    def _computed(self, tile: FloatArray, key: str, one_colour: bool) -> FloatArray:
        tokens = self._runtime.encode([tile])[0].tokens
        self._store.put(key, [tokens])
        if one_colour:
            self._constants[key] = tokens
            if len(self._constants) > CONSTANTS_HELD:
                self._constants.popitem(last=False)
        return tokens
