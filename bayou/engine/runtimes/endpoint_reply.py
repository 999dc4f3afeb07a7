"""What an OpenAI-compatible server sends back, put together from its pieces. Knows the format; not HTTP or pages."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bayou.engine.request import FinishReason
from bayou.errors import ModelError

_SHOWN = 200
"""Characters of a reply that can't be understood that a message shows."""


@dataclass(frozen=True, slots=True)
class ServerAnswer:
    """A whole answer.

    Attributes:
        text: As the server sent it.
        prompt_tokens, new_tokens: None where the server doesn't count.
        tokens: Each token's text and probability, in order; None where the server tells none.
    """

    text: str
    finish_reason: FinishReason
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    tokens: tuple[tuple[str, float], ...] | None = None


def server_events(chunks: Iterable[bytes]) -> Iterator[str]:
    """The data of server-sent events, each as soon as it is whole; comments and other fields are left out.

    Lines end with LF, CR LF or CR and with nothing else: text within JSON may hold any other line separator.
    """
    data: list[bytes] = []
    waiting = b""
    for chunk in chunks:
        waiting = (waiting + chunk).replace(b"\r\n", b"\n")
        held = b"\r" if waiting.endswith(b"\r") else b""  # its LF may be in the next chunk
        *lines, waiting = waiting.removesuffix(b"\r").replace(b"\r", b"\n").split(b"\n")
        waiting += held
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                yield b"\n".join(data).decode("utf-8", errors="replace")
                data = []
    if waiting.startswith(b"data:"):  # a last event without its empty line
        data.append(waiting[5:].strip())
    if data:
        yield b"\n".join(data).decode("utf-8", errors="replace")


@dataclass(slots=True)
class ReplyBuilder:
    """Pieces in, a ``ServerAnswer`` out.

    Args:
        url: Whom messages name.
    """

    url: str
    _texts: list[str] = field(default_factory=list)
    _tokens: list[tuple[str, float]] = field(default_factory=list)
    _usage: Mapping[str, Any] = field(default_factory=dict)
    _reason: str | None = None
    _without_probability: bool = False

    @property
    def length(self) -> int:
        """Characters so far."""
        return sum(map(len, self._texts))

    @property
    def complete(self) -> bool:
        """Whether the server has said why its answer ends."""
        return self._reason is not None

    def add(self, data: str) -> str:
        """Takes in one piece of a streamed reply, or a whole one; returns the new text.

        Raises:
            ModelError: It is no reply, or an error that the server reports in its stream.
        """
        try:
            piece = json.loads(data)
        except ValueError as error:
            raise self._unlike(data) from error
        if not isinstance(piece, dict):
            raise self._unlike(data)
        if piece.get("error"):
            raise ModelError(f"the server reports: {error_text(piece) or data[:_SHOWN]}", self.url)
        choices, usage = piece.get("choices"), piece.get("usage")
        if not isinstance(choices, list) or not isinstance(usage, dict | None):
            raise self._unlike(data)
        self._usage = usage or self._usage
        if not choices:
            return ""
        choice = choices[0]
        if not isinstance(choice, dict):
            raise self._unlike(data)
        said = choice.get("delta", choice.get("message"))
        text = said.get("content") if isinstance(said, dict) else None
        reason = choice.get("finish_reason")
        if not isinstance(text, str | None) or not isinstance(reason, str | None) or not isinstance(said, dict | None):
            raise self._unlike(data)
        self._take(text or "", choice.get("logprobs"), data)
        self._reason = reason or self._reason
        return text or ""

    def _take(self, text: str, logprobs: object, data: str) -> None:
        self._texts.append(text)
        if not isinstance(logprobs, dict) or not isinstance(logprobs.get("content"), list):
            self._without_probability |= bool(text)
            return
        for token in logprobs["content"]:
            match token:
                case {"token": str(written), "logprob": int() | float() as logprob} if not math.isnan(logprob):
                    self._tokens.append((_spelt(token, written), math.exp(min(0.0, logprob))))
                case _:
                    raise self._unlike(data)

    def answer(self) -> ServerAnswer:
        """The whole answer.

        Raises:
            ModelError: The server ended for another reason than that the answer ends or the limit is reached.
        """
        reasons: dict[str, FinishReason] = {"stop": "stop", "length": "length"}
        if self._reason not in reasons:
            raise ModelError(
                f"the server gave up its answer ({self._reason!r}) after {self.length} characters", self.url
            )
        known = bool(self._tokens) and not self._without_probability
        return ServerAnswer(
            "".join(self._texts),
            reasons[self._reason],
            _count(self._usage.get("prompt_tokens")),
            _count(self._usage.get("completion_tokens")),
            tuple(self._tokens) if known else None,
        )

    def _unlike(self, data: str) -> ModelError:
        shown = " ".join(data[:_SHOWN].split())
        return ModelError(
            f"the reply is not OpenAI's chat format: {shown!r}; is this the address that ends in /v1?", self.url
        )


def error_text(piece: object) -> str:
    """The message of an error as servers send them; "" where there is none."""
    match piece:
        case {"error": {"message": str(message)}} | {"error": str(message)} | {"message": str(message)}:
            return message
        case {"detail": str(message)}:
            return message
        case {"detail": list(details)}:
            return "; ".join(str(detail) for detail in details)
    return ""


def _spelt(token: Mapping[str, Any], written: str) -> str:
    """A token's text; its bytes say more than its text where it is part of a character."""
    spelt = token.get("bytes")
    if isinstance(spelt, list) and all(isinstance(value, int) and 0 <= value < 256 for value in spelt):
        return bytes(spelt).decode("utf-8", errors="replace")
    return written


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
