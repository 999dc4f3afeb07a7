"""A subject that says what a function makes of each sample, and a judge that says one thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bayou.evaluation.benchmark import Asking, Reads, Reply, Sample
from bayou.evaluation.subjects import full_prompt


def right_answer(sample: Sample) -> str:
    """What every scorer takes for right."""
    match sample.truth:
        case {"answer": answer, "options": dict()}:
            return str(answer)
        case {"answer": answer, "choices": choices, "letter": letter}:
            return str(letter if choices else answer)
        case {"answers": [int(), *_] as box}:
            return str(box)
        case {"answers": [first, *_]}:
            return json.dumps(first) if isinstance(first, dict) else str(first)
        case {"text": text, "tables": tables}:
            return "\n\n".join([text, *tables])
        case [{"pdf": _}, *_]:
            return "harbour invoice copper\n\n| Item | Price |\n| --- | --- |\n| Tea | 2.50 |"
        case [*answers]:
            return "\n".join(map(str, answers)) if not sample.prompt else str(answers[0]) if answers else "not found"
        case str(text):
            return text
        case fields:
            return json.dumps(fields)


@dataclass
class ScriptedSubject:
    """``asked``: what was asked, word for word."""

    say: Callable[[Sample], str | Reply] = right_answer
    name: str = "scripted"
    answers: bool = True
    reads: Collection[Reads] = ("line", "page")
    most_in_flight: int = 1
    identity: Mapping[str, Any] = field(default_factory=lambda: {"model": "scripted"})
    asked: list[str] = field(default_factory=list)

    def replies(self, samples: Iterable[Sample], asking: Asking) -> Iterator[tuple[Sample, Reply]]:
        for sample in samples:
            self.asked.append(full_prompt(sample, asking, "Read."))
            said = self.say(sample)
            yield sample, said if isinstance(said, Reply) else Reply(said, confidence=0.9, seconds=0.01, new_tokens=3)


@dataclass
class ScriptedJudge:
    """``asked``: the prompts."""

    text: str = "1.0"
    name: str = "judge"
    identity: Mapping[str, Any] = field(default_factory=lambda: {"model": "judge"})
    asked: list[str] = field(default_factory=list)

    def verdict(self, prompt: str, max_new_tokens: int) -> str:
        self.asked.append(prompt)
        return self.text
