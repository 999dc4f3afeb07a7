"""The slow, obvious loop: one request, one token a pass. The reference for every faster one. Knows no batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bayou.engine.reading_rule import Choices
from bayou.engine.request import Event, Finished, FinishReason, Prompt, PromptRead, Request, Token, Usage
from bayou.engine.runtime import Runtime
from bayou.engine.speculation import follower


def generate(runtime: Runtime, request: Request[Prompt]) -> Iterator[Event]:
    """Yields ``PromptRead``, then each ``Token`` as it is chosen, then ``Finished``."""
    prompt, rule = request.prompt, request.rule
    cache = runtime.new_cache(1)
    length = prompt.length
    causal = np.tril(np.ones((length, length), dtype=bool))
    end = np.array([[length - 1]])
    logits = runtime.step(cache, prompt.embeds[None], prompt.positions[None], causal[None], end)
    yield PromptRead(length)

    alignment = follower(request)
    guide = None if request.form is None else request.form.begin()
    position, written, passes, last, forced = prompt.next_position, 0, 1, -1, 0
    while True:
        choices = Choices.of(logits[0])
        if guide is None:
            token = choices.choose(0, alignment.expected, rule, last)
        else:
            forced += bool(guide.forced)
            token = choices.choose_guided(0, alignment.expected, rule, guide)
            guide.push(token.id)
        written += 1
        yield token
        if token.id in rule.stop_ids or written >= request.max_new_tokens:
            break
        alignment.push(token.id)
        last = token.id if written > 1 else -1
        embeds = runtime.embed(np.array([[token.id]]))
        visible = np.ones((1, 1, cache.length + 1), dtype=bool)
        logits = runtime.step(cache, embeds, np.array([[position]]), visible)
        position, passes = position + 1, passes + 1
    reason: FinishReason = "stop" if token.id in rule.stop_ids else "length"
    yield Finished(reason, Usage(length, written, passes, forced_tokens=forced))


def generate_all(runtime: Runtime, request: Request[Prompt]) -> tuple[list[Token], Finished]:
    """All tokens of ``generate`` and how it finished."""
    events = list(generate(runtime, request))
    finished = events[-1]
    assert isinstance(finished, Finished)
    return [event for event in events if isinstance(event, Token)], finished
