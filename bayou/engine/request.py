"""What is asked of the engine and what it reports. Knows ids and pixels; not text, images as files, or runtimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bayou.engine.runtime import FloatArray
from bayou.errors import UsageError

FinishReason = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """How the next token is chosen from the decoder's probabilities and a draft.

    Let a be the decoder's likeliest token and e the one the draft leads to expect. Then a is written where it is e,
    where its probability is at least ``threshold``, or where e is unknown to the vocabulary; else e is. A threshold of
    0 is plain greedy decoding, whatever the draft.

    Attributes:
        stop_ids: Tokens that end the text; the first is what the end of a draft stands for.
        unknown_id: What the draft holds for a character outside the vocabulary; -1 where there is no such thing.
    """

    stop_ids: tuple[int, ...]
    threshold: float = 0.0
    unknown_id: int = -1


@dataclass(frozen=True, eq=False, slots=True)
class Prompt:
    """What the decoder sees before the text: the last position's logits choose the first token.

    Attributes:
        embeds: float32 [P, hidden].
        positions: int [P], rotary positions; attention is causal over the order of the rows, whatever these are.
        next_position: Rotary position of the first token of the text.
    """

    embeds: FloatArray
    positions: NDArray[np.integer]
    next_position: int

    @property
    def length(self) -> int:
        return len(self.embeds)


@dataclass(frozen=True, eq=False, slots=True)
class Request:
    """One text to generate.

    Attributes:
        draft: Token ids that another reader proposes, without a stop id. Where the rule's threshold is 0 they only
            save time; else they also decide.
        max_new_tokens: The text ends after so many tokens, a stop token counted.
    """

    prompt: Prompt
    rule: ReadingRule
    max_new_tokens: int
    draft: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1:
            raise UsageError(f"max_new_tokens must be at least 1, not {self.max_new_tokens}")
        if not self.rule.stop_ids:
            raise UsageError("at least one stop id is needed")


@dataclass(frozen=True, slots=True)
class ImageEncoded:
    """``done`` of ``total`` images or tiles have become visual tokens."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class PromptRead:
    """The decoder has been through the prompt."""

    tokens: int


@dataclass(frozen=True, slots=True)
class Token:
    """One token of the text.

    Attributes:
        probability: The decoder's, of this token.
        best_id, best_probability: The decoder's likeliest token; another than ``id`` where the rule kept the draft's.
        expected_id: What the draft led to expect here (a stop id after its end).
    """

    id: int
    probability: float
    best_id: int
    best_probability: float
    expected_id: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Prompt positions, tokens written, and passes through the decoder (the prompt's own included)."""

    prompt_tokens: int
    new_tokens: int
    passes: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The text is complete: a stop token came ("stop") or the limit was reached ("length")."""

    reason: FinishReason
    usage: Usage


Event = ImageEncoded | PromptRead | Token | Finished
