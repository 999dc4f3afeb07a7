"""A server's model as one that answers. Knows the engine's endpoint; not HTTP or pages."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from bayou.engine.constraints import Constraint
from bayou.engine.endpoint_settings import EndpointSettings
from bayou.engine.request import TextPiece
from bayou.engine.runtimes.endpoint import Endpoint
from bayou.errors import UsageError
from bayou.inputs.messages import Message
from bayou.reading.answers import Answer, Limits, OnEvent, answer_confidence, probabilities_of_lines
from bayou.reading.tasks import reading_prompt

NO_CONFIDENCE = "the server tells no probabilities, so there is no confidence"


class EndpointAnswerer:
    """Answers with a server's model. Not thread-safe.

    Args:
        settings: The server.
        model: What the server calls the model.
    """

    def __init__(self, settings: EndpointSettings, model: str) -> None:
        self.name = model
        self._endpoint = Endpoint(settings, model)

    @property
    def reading_prompt(self) -> str:
        """With what it is told to transcribe a page."""
        return reading_prompt(self.name)

    def answer(
        self, messages: Sequence[Message], limits: Limits, draft: str = "", on_event: OnEvent | None = None
    ) -> Answer:
        """The server's greedy answer; a draft can't be sent and is not needed.

        Raises:
            InputError: A picture can't be read; the server refuses this request.
            ModelError: The server can't be reached or used.
            UsageError: Limits on tiles, which are the server's business.
        """
        if limits.max_tiles is not None or limits.skip_blank_tiles:
            raise UsageError("a server cuts pictures into tiles as it likes: leave max_tiles and skip_blank_tiles away")
        start = time.perf_counter()
        first: float | None = None

        def on_text(text: str) -> None:
            nonlocal first
            first = first or time.perf_counter() - start
            if on_event is not None:
                on_event(TextPiece(text))

        found = self._endpoint.answer(messages, limits.max_new_tokens, on_text, _response_format(limits.constraint))
        text = found.text.strip()
        lines = None if found.tokens is None else probabilities_of_lines(found.tokens, text)
        assert found.finish_reason != "cancelled"
        return Answer(
            text,
            found.finish_reason,
            self.name,
            found.prompt_tokens,
            found.new_tokens,
            None if lines is None else answer_confidence(lines),
            first_text_seconds=first,
            seconds=time.perf_counter() - start,
            line_probabilities=lines,
            note="" if lines is not None or not text else NO_CONFIDENCE,
            tokens=found.tokens if lines is not None else None,
        )


def _response_format(constraint: Constraint | None) -> dict[str, Any] | None:
    """What OpenAI's protocol has for it."""
    if constraint is None:
        return None
    if constraint.kind != "json_schema":
        raise UsageError("a server keeps answers to a JSON Schema alone, not to a regular expression or a choice")
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": json.loads(constraint.text)}}
