"""An answerer that says what it was given to say, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bayou.engine.request import ImageEncoded, PromptRead, TextPiece
from bayou.inputs.messages import Message
from bayou.reading.answers import Answer, Limits, OnEvent, answer_confidence


@dataclass
class ScriptedAnswerer:
    """``probability``: of every token (a word each), or None as of a server that tells none."""

    text: str
    finish_reason: Literal["stop", "length"] = "stop"
    probability: float | None = 0.9
    note: str = ""
    name: str = "scripted"
    reading_prompt: str = "Read."
    asked: list[tuple[Sequence[Message], Limits, str]] = field(default_factory=list)

    def answer(
        self, messages: Sequence[Message], limits: Limits, draft: str = "", on_event: OnEvent | None = None
    ) -> Answer:
        self.asked.append((messages, limits, draft))
        lines = None
        if self.probability is not None:
            lines = tuple((self.probability,) * len(line.split()) for line in self.text.split("\n"))
        for event in (ImageEncoded(1, 3), ImageEncoded(3, 3), PromptRead(800), TextPiece(self.text)):
            if on_event is not None:
                on_event(event)
        confidence = None if lines is None else answer_confidence(lines)
        tokens = len(self.text.split())
        return Answer(
            self.text, self.finish_reason, self.name, 800, tokens, confidence, line_probabilities=lines, note=self.note
        )
