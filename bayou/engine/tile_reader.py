"""Conversations to requests and events, for the members with square tiles. Knows messages; no pages or documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bayou.engine.array_store import ArrayStore
from bayou.engine.blank_tiles import without_near_blanks
from bayou.engine.constraints import Constraint, Grammars
from bayou.engine.generation import Asked
from bayou.engine.prompt_reader import PROMPT_CHUNK, PromptReader
from bayou.engine.request import Event, Failed, ReadingRule, Request, TilePrompt
from bayou.engine.runtime import Runtime
from bayou.engine.text_stream import TextStream
from bayou.errors import UsageError
from bayou.inputs.images import round_to_bfloat16
from bayou.inputs.processor import GivenMessage, ProcessedInput, Processor
from bayou.inputs.tiling import MAX_TILES

Decoding = Literal["chat", "ocr", "ocr-4.45"]
DECODINGS: tuple[Decoding, ...] = ("chat", "ocr", "ocr-4.45")
"""``chat()`` of the released code; its ``ocr()``, which writes no white space twice in a row; and that as it came out
from transformers 4.45 on, where a newline counts as white space too."""

MAX_NEW_TOKENS = 1024
DRAFT_WINDOW = 64


@dataclass(frozen=True, slots=True)
class Options:
    """How to answer; see ``Model.generate``. ``constraint``: what the answer must be; by default anything."""

    max_new_tokens: int | None = None
    max_tiles: int = MAX_TILES
    msac: bool | None = None
    stop_ids: Sequence[int] | None = None
    draft: Sequence[int] | str | None = None
    decoding: Decoding = "chat"
    skip_blank_tiles: bool = False
    constraint: Constraint | None = None


class TileReader:
    """A member with square tiles.

    Args:
        store: Where visual tokens and read prompts are kept.
        fingerprint: Says which model on which runtime computes them.
        chunk: Most positions of a prompt that go through the decoder at once.
    """

    def __init__(
        self, runtime: Runtime, processor: Processor, store: ArrayStore, fingerprint: str, chunk: int = PROMPT_CHUNK
    ) -> None:
        self.runtime, self.processor = runtime, processor
        self.prompts = PromptReader(runtime, store, fingerprint, chunk)
        self._grammars = Grammars(processor.tokenizer)

    def request(self, messages: Sequence[GivenMessage], options: Options) -> tuple[Asked, Request[TilePrompt]]:
        """What the engine is asked for; no forward pass.

        Raises:
            InputError: The messages are not what the model reads.
            UsageError: An option that can't be, a schema that can't be kept to among them.
            MissingExtraError: A constraint without llguidance.
        """
        tokenizer, config = self.processor.tokenizer, self.runtime.config
        if options.decoding not in DECODINGS:
            raise UsageError(f"there is no decoding {options.decoding!r}: known are {', '.join(DECODINGS)}")
        given = options.draft
        draft = tuple(tokenizer.encode(given) if isinstance(given, str) else given or ())
        stops = (config.end_token_id,) if options.stop_ids is None else tuple(options.stop_ids)
        outside = [token for token in (*draft, *stops) if not 0 <= token < tokenizer.vocab_size]
        if outside:
            raise UsageError(f"id {outside[0]} is outside the vocabulary of {tokenizer.vocab_size}")
        spaces = frozenset[int]()
        if options.decoding != "chat":
            spaces = tokenizer.white_space_ids(count_bytes=options.decoding == "ocr-4.45")
        inputs = self.processor(messages, options.max_tiles, options.msac)
        request = Request(
            self._prompt(inputs, options.skip_blank_tiles),
            ReadingRule(stops, spaces=spaces),
            MAX_NEW_TOKENS if options.max_new_tokens is None else options.max_new_tokens,
            draft,
            DRAFT_WINDOW,
            tokenizer.spaceless_ids() if draft else None,
            None if options.constraint is None else self._grammars.form(options.constraint, stops),
        )
        return Asked(tuple(inputs.ids.tolist()), inputs.grids), request

    def _prompt(self, inputs: ProcessedInput, skip_blank_tiles: bool) -> TilePrompt:
        pixels, skipped = inputs.pixels, 0
        if skip_blank_tiles:
            pixels, changed = without_near_blanks(pixels)
            skipped = int(changed.sum())
        if self.runtime.precision != "float32":
            pixels = round_to_bfloat16(pixels)
        places = np.flatnonzero(inputs.ids == self.runtime.config.image_token_id)
        boundary = int(places[-1]) + 2 if len(places) else 0  # one more: the mark that ends a picture
        return TilePrompt(inputs.ids, pixels, boundary, skipped)

    def events(self, request: Request[TilePrompt]) -> Iterator[Event]:
        """The events of one request, without text.

        Raises:
            ModelError: On the way, where the text can't be kept to its form any more.
        """
        for event in self._read(request):
            if isinstance(event, Failed):
                raise event.error
            if event is not None:
                yield event

    def _read(self, request: Request[TilePrompt]) -> Iterator[Event | None]:
        batch = yield from self.prompts.read(0, request)
        while batch.rows:
            yield from (event for _, event in batch.step())

    def text_stream(self, request: Request) -> TextStream:
        """Spells one request's tokens: no white space around the text, as ``ocr()`` no two spaces."""
        return TextStream(self.processor.tokenizer, strip=True, single_spaces=bool(request.rule.spaces))
