"""What a model wrote, put together from its events. Knows events and times; no runtimes or messages."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bayou.engine.request import Event, Finished, FinishReason, ImageEncoded, TextPiece, TileCounts, Token
from bayou.engine.runtime import Draft
from bayou.inputs.tiling import Grid


@dataclass(frozen=True, eq=False, slots=True)
class Timings:
    """Seconds for pixels and visual tokens, from then to the first token, and for the rest of the text.

    Attributes:
        encode: From the call until all tiles were visual tokens.
        prompt: From then to the first token.
        decode: From then to the end, keeping what was computed included.
    """

    encode: float
    prompt: float
    decode: float

    @property
    def first_token(self) -> float:
        """From the call to the first token."""
        return self.encode + self.prompt


@dataclass(frozen=True, eq=False, slots=True)
class Generation:
    """What a model wrote.

    Attributes:
        text: Without special tokens; an answer without white space around it, a line exactly as it was read.
        token_ids: New tokens, the stop token included.
        prompt_ids: The prompt's; nano's visual tokens stand as the ids of the characters they were drafted as.
        grids: (columns, rows) of each image; with MSAC two an image, the coarse one first.
        draft: For nano the reading of its tower's head, else None.
        logprobs: Natural logarithm of each token's probability.
        passes: Passes through the decoder that chose tokens.
        tiles: What became of the tiles.
        reused_tokens: Positions of the prompt that were known from before.
    """

    text: str
    token_ids: tuple[int, ...]
    prompt_ids: tuple[int, ...]
    grids: tuple[Grid, ...]
    finish_reason: FinishReason
    timings: Timings
    draft: Draft | None
    logprobs: tuple[float, ...]
    passes: int
    tiles: TileCounts
    reused_tokens: int

    @property
    def tokens_per_pass(self) -> float:
        """How many tokens a pass through the decoder chose on average; 1 without a draft."""
        return len(self.token_ids) / max(self.passes, 1)


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """What of a request a ``Generation`` reports."""

    prompt_ids: tuple[int, ...]
    grids: tuple[Grid, ...] = ()
    draft: Draft | None = None


def collect(asked: Asked, events: Iterable[Event], started: float) -> Generation:
    """All events as one value.

    Args:
        events: Of one request, ``Finished`` last.
        started: When it was called, by ``time.perf_counter``.
    """
    tokens: list[Token] = []
    pieces: list[str] = []
    encoded = first = started
    finished: Finished | None = None
    for event in events:
        match event:
            case ImageEncoded():
                encoded = first = time.perf_counter()
            case Token():
                first = first if tokens else time.perf_counter()
                tokens.append(event)
            case TextPiece():
                pieces.append(event.text)
            case Finished():
                finished = event
    assert finished is not None
    usage = finished.usage
    return Generation(
        text="".join(pieces),
        token_ids=tuple(token.id for token in tokens),
        prompt_ids=asked.prompt_ids,
        grids=asked.grids,
        finish_reason=finished.reason,
        timings=Timings(encoded - started, first - encoded, time.perf_counter() - first),
        draft=asked.draft,
        logprobs=tuple(float(np.log(token.probability)) for token in tokens),
        passes=usage.passes,
        tiles=usage.tiles,
        reused_tokens=usage.reused_tokens,
    )
