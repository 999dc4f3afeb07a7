"""What is asked of the engine and what it reports. Knows ids and pixels; not text, images as files, or runtimes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from bayou.engine.guide import Form
from bayou.engine.runtime import FloatArray, IntArray
from bayou.errors import ModelError, UsageError

FinishReason = Literal["stop", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """How the next token is chosen from the decoder's probabilities and a draft.

    Let a be the decoder's likeliest token and e the one the draft leads to expect. Then a is written where it is e,
    where its probability is at least ``threshold``, or where e is unknown to the vocabulary; else e is. A threshold of
    0 is plain greedy decoding, whatever the draft.

    Attributes:
        stop_ids: Tokens that end the text; the first is what the end of a draft stands for.
        unknown_id: What the draft holds for a character outside the vocabulary; -1 where there is no such thing.
        spaces: White space of which none is written twice in a row once two tokens stand: where the last token is among
            them and likeliest again, the likeliest that is not among them takes its place. This is the released
            ``ocr()`` (800m), which looks no further than the 30 likeliest; empty for plain decoding.
    """

    stop_ids: tuple[int, ...]
    threshold: float = 0.0
    unknown_id: int = -1
    spaces: frozenset[int] = frozenset()


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
class TilePrompt:
    """A prompt of ids and square tiles, positions from 0 on.

    Attributes:
        ids: int [P]; 256 times the image token for each tile.
        pixels: float32 [tiles, 3, 448, 448], as the tower is to see them.
        boundary: How many ids the pictures take with all that stands before them: what another question about the same
            pictures begins with too. 0 without pictures.
        skipped: Tiles that were nearly of one colour and of which ``pixels`` holds that colour.
    """

    ids: IntArray
    pixels: FloatArray
    boundary: int = 0
    skipped: int = 0

    @property
    def length(self) -> int:
        return len(self.ids)

    @property
    def next_position(self) -> int:
        return len(self.ids)


AnyPrompt = TypeVar("AnyPrompt", bound=Prompt | TilePrompt, covariant=True)


@dataclass(frozen=True, eq=False, slots=True)
class Request(Generic[AnyPrompt]):
    """One text to generate.

    Attributes:
        draft: Token ids that another reader proposes, without a stop id. Where the rule's threshold is 0 they only
            save time; else they also decide.
        max_new_tokens: The text ends after so many tokens, a stop token counted.
        window: Most tokens of the draft that one pass checks; None: all of them.
        spaceless: Where given, the draft is followed by looking its words up and not by least edits: for each id of
            the vocabulary the id of its text without a leading space, -1 for white space alone.
        form: What the text is kept to; None: anything. Only for plain greedy decoding.
    """

    prompt: AnyPrompt
    rule: ReadingRule
    max_new_tokens: int
    draft: tuple[int, ...] = ()
    window: int | None = None
    spaceless: IntArray | None = None
    form: Form | None = None

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1:
            raise UsageError(f"max_new_tokens must be at least 1, not {self.max_new_tokens}")
        if not self.rule.stop_ids:
            raise UsageError("at least one stop id is needed")
        if self.form is not None and (self.rule.threshold > 0 or self.rule.spaces):
            raise UsageError("a text is kept to a form only where it is decoded greedily: not nano's, and not as ocr()")


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
        probability: The decoder's, of this token; where a form is kept to, among the tokens that it allows, so 1 for
            one that it forces.
        best_id, best_probability: The decoder's likeliest token; another than ``id`` where the rule kept the draft's.
        expected_id: What the draft led to expect here (a stop id after its end).
    """

    id: int
    probability: float
    best_id: int
    best_probability: float
    expected_id: int


@dataclass(frozen=True, slots=True)
class TextPiece:
    """More of the text, whole characters; all pieces joined are the text."""

    text: str


@dataclass(frozen=True, slots=True)
class TileCounts:
    """What became of a request's tiles.

    Attributes:
        total: All of them.
        constant: Of one colour throughout.
        skipped: Nearly so, and taken for it because that was asked for.
        reused: Visual tokens not computed for this request: known from before, or part of a prompt that was.
    """

    total: int = 0
    constant: int = 0
    skipped: int = 0
    reused: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request took.

    Attributes:
        prompt_tokens: Positions of the prompt.
        new_tokens: Tokens written, a stop token counted.
        passes: Passes through the decoder that chose tokens: the prompt's last one, and all after it.
        reused_tokens: Positions of the prompt whose keys and values were known from before.
        tiles: What became of its tiles.
        forced_tokens: New tokens that a form forced: nobody chose them.
    """

    prompt_tokens: int
    new_tokens: int
    passes: int
    reused_tokens: int = 0
    tiles: TileCounts = field(default_factory=TileCounts)
    forced_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The text ends: a stop token came ("stop"), the limit was reached ("length"), or it was "cancelled"."""

    reason: FinishReason
    usage: Usage


@dataclass(frozen=True, slots=True)
class Failed:
    """The text can't go on, and nobody else's is concerned: it is not to be kept to its form any more."""

    error: ModelError


Event = ImageEncoded | PromptRead | Token | TextPiece | Finished | Failed
