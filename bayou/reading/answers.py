"""What it is to answer a question about pictures, whoever does. Knows messages and answers; not models or servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bayou.engine.constraints import Constraint
from bayou.engine.request import ImageEncoded, PromptRead, TextPiece, TileCounts
from bayou.inputs.messages import Message
from bayou.reading.confidence import text_probability
from bayou.reading.evidence import Evidence

Progress = ImageEncoded | PromptRead | TextPiece
"""What happens on the way: tiles are encoded (``done`` of ``total``), the prompt is read, text is written."""
OnEvent = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole or cut off.

    Attributes:
        text: Without white space around it.
        finish_reason: "stop": the model ended it; "length": the limit of new tokens cut it off.
        model: Who answered.
        prompt_tokens, new_tokens: None where a server doesn't count; new ones include the one that ends the text.
        confidence: Probability, 0 to 1, made of those that the model gave its own tokens (not calibrated on anything);
            None where a server tells none.
        stop_ids: The tokens that would have ended it: for the released members ``<|end|>`` and ``</s>`` (the released
            ``chat()`` stops at the first alone). Empty for a server, which has its own.
        stop_id: The one that did, or None.
        first_text_seconds, seconds: From the call to the first of the text, and to its end.
        line_probabilities: For each line of ``text`` the probabilities of its tokens; None where they aren't known.
        passes: Passes through the decoder that chose tokens; fewer than tokens where a draft helped. None: a server.
        note: What else is to be said, or "".
        reused_tokens: Positions of the prompt that were known from an earlier question. None: a server.
        tiles: What became of the pictures' tiles. None: a server.
        evidence: Where on the pages the answer is printed; empty where it isn't, or where nobody looked.
        found: False: the answer is that the document doesn't say. None where nobody judged.
        tokens: The text in the pieces that its tokens write, and the probability of each. Joined, and without white
            space around it, they are ``text``. None where they aren't known.
    """

    text: str
    finish_reason: Literal["stop", "length"]
    model: str
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    confidence: float | None = None
    stop_ids: tuple[int, ...] = ()
    stop_id: int | None = None
    first_text_seconds: float | None = None
    seconds: float = 0.0
    line_probabilities: tuple[tuple[float, ...], ...] | None = None
    passes: int | None = None
    note: str = ""
    reused_tokens: int | None = None
    tiles: TileCounts | None = None
    evidence: tuple[Evidence, ...] = ()
    found: bool | None = None
    tokens: tuple[tuple[str, float], ...] | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an answer may be, and how finely pictures are seen; as in ``ReadTask``.

    ``keep``: what a model in this process computes of the pictures is kept for further questions, also on disk (some
    hundred megabytes a page). A page that is only read is not asked about again. ``constraint``: what the answer must
    be; an answer that is cut off may be less than that.
    """

    max_new_tokens: int
    max_tiles: int | None = None
    skip_blank_tiles: bool = False
    keep: bool = False
    constraint: Constraint | None = None


class Answerer(Protocol):
    """A model that answers questions about pictures."""

    name: str

    @property
    def reading_prompt(self) -> str:
        """With what it is told to transcribe a page."""

    def answer(
        self, messages: Sequence[Message], limits: Limits, draft: str = "", on_event: OnEvent | None = None
    ) -> Answer:
        """Its greedy answer.

        Args:
            draft: A likely answer. It may save time and never changes what is answered.

        Raises:
            InputError: The messages are not what the model reads.
            LimitError: They are longer than the model can see.
            UsageError: Limits that it can't keep, or a constraint that can't be kept to.
        """


class LineProbabilities:
    """Shares the probabilities of tokens out among the lines of the text that they write.

    A token that writes nothing by itself (white space, part of a character) counts to where the next text stands.
    """

    def __init__(self) -> None:
        self._lines: list[list[float]] = [[]]
        self._waiting: list[float] = []

    def token(self, probability: float) -> None:
        """A token is chosen; the text it makes whole, if any, comes next."""
        self._waiting.append(probability)

    def text(self, piece: str) -> None:
        """More text; the tokens count to where its last character stands that is no white space."""
        body = piece.rstrip()
        self._lines += [[] for _ in range(body.count("\n"))]
        self._lines[-1] += self._waiting
        self._lines += [[] for _ in range(piece.count("\n", len(body)))]
        self._waiting = []

    @property
    def lines(self) -> tuple[tuple[float, ...], ...]:
        """Of each line so far; a line of white space has none."""
        return tuple(tuple(line) for line in self._lines)


def probabilities_of_lines(tokens: Iterable[tuple[str, float]], text: str) -> tuple[tuple[float, ...], ...] | None:
    """The same for the spelt tokens of a whole ``text``; None where they don't spell its lines."""
    shared = LineProbabilities()
    waiting, begun = "", False
    for written, probability in tokens:
        shared.token(probability)
        waiting += written
        if waiting.strip():
            shared.text(waiting if begun else waiting.lstrip())
            begun, waiting = True, ""
    lines = shared.lines[: text.count("\n") + 1]
    rest = shared.lines[len(lines) :]  # white space at the end of the last token
    return lines if len(lines) == text.count("\n") + 1 and not any(rest) else None


def answer_confidence(lines: Sequence[Sequence[float]]) -> float | None:
    """Of the whole answer, from the probabilities of its tokens; None where it has none."""
    probabilities = [probability for line in lines for probability in line]
    return text_probability(probabilities) if probabilities else None
