"""A loaded member with square tiles as one that answers. Knows the engine's model and events; not pages or servers."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bayou.engine.array_store import ArrayStore
from bayou.engine.model import Model
from bayou.engine.request import Finished, ImageEncoded, PromptRead, TextPiece, Token
from bayou.engine.text_stream import with_text
from bayou.engine.tile_reader import Options, TileReader
from bayou.errors import LimitError, UsageError
from bayou.inputs.messages import Message
from bayou.inputs.tiling import MAX_TILES
from bayou.reading.answers import Answer, Limits, LineProbabilities, OnEvent, answer_confidence
from bayou.reading.tasks import reading_prompt

RELEASED_TEMPLATE = "h2ogpt2"
MORE_ENDS = {RELEASED_TEMPLATE: ("</s>",)}
"""Tokens of a template that end a text, too: the released files' generation settings name it beside ``<|end|>``."""


class ModelAnswerer:
    """Answers with a model in this process. Not thread-safe.

    Args:
        model: Loaded by ``bayou.load``; one that sees square tiles.
        name: What documents and answers call it.

    Raises:
        UsageError: The model reads single lines.
    """

    def __init__(self, model: Model, name: str) -> None:
        if model.tiles is None:
            raise UsageError(f"{name} reads single lines and answers no questions")
        self.name = name
        self._keeping: TileReader = model.tiles
        self._passing = TileReader(model.runtime, model.tiles.processor, ArrayStore(None, 0, 0), "")
        self._config = model.config
        tokenizer = model.tiles.processor.tokenizer
        ends = MORE_ENDS.get(model.config.template, ())
        self.stop_ids: tuple[int, ...] = (model.config.end_token_id, *(tokenizer.id_of(end) for end in ends))

    @property
    def reading_prompt(self) -> str:
        """With what it is told to transcribe a page."""
        released = self._config.template == RELEASED_TEMPLATE
        return reading_prompt(self.name, self._config.use_msac if released else None)

    def answer(
        self, messages: Sequence[Message], limits: Limits, draft: str = "", on_event: OnEvent | None = None
    ) -> Answer:
        """Its greedy answer; arguments and errors as for ``Answerer``. The draft is verified in the same passes."""
        start = time.perf_counter()
        options = Options(
            limits.max_new_tokens,
            MAX_TILES if limits.max_tiles is None else limits.max_tiles,
            stop_ids=self.stop_ids,
            draft=draft or None,
            skip_blank_tiles=limits.skip_blank_tiles,
            constraint=limits.constraint,
        )
        tiles = self._keeping if limits.keep else self._passing
        _, request = tiles.request(messages, options)
        self._check_length(request.prompt.length, limits)
        shared, first, last = LineProbabilities(), None, -1
        tokens, waiting = list[tuple[str, float]](), 1.0
        finished: Finished | None = None
        for event in with_text(tiles.events(request), tiles.text_stream(request)):
            match event:
                case Token():
                    shared.token(event.probability)
                    last, waiting = event.id, waiting * event.probability
                case TextPiece():
                    first = first or time.perf_counter() - start
                    shared.text(event.text)
                    tokens.append((event.text, waiting))
                    waiting = 1.0
                case Finished():
                    finished = event
            if on_event is not None and isinstance(event, ImageEncoded | PromptRead | TextPiece):
                on_event(event)
        assert finished is not None and finished.reason != "cancelled"
        return Answer(
            "".join(text for text, _ in tokens),
            finished.reason,
            self.name,
            finished.usage.prompt_tokens,
            finished.usage.new_tokens,
            answer_confidence(shared.lines),
            self.stop_ids,
            last if finished.reason == "stop" else None,
            first,
            time.perf_counter() - start,
            shared.lines,
            finished.usage.passes,
            reused_tokens=finished.usage.reused_tokens,
            tiles=finished.usage.tiles,
            tokens=tuple(tokens),
        )

    def _check_length(self, prompt: int, limits: Limits) -> None:
        places = self._config.language.max_position_embeddings
        if prompt + limits.max_new_tokens <= places:
            return
        what = f"{prompt} tokens of pictures and text, and {limits.max_new_tokens} new ones, are more than the {places}"
        raise LimitError(f"{what} that {self.name} can see; take fewer pages, max_tiles or max_new_tokens")
