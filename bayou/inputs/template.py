"""The released checkpoints' chat template (h2ogpt2). Knows roles and marks; not pictures, ids or tiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Role = Literal["user", "assistant"]

PROMPT_MARK = "<|prompt|>"
ANSWER_MARK = "<|answer|>"
END = "<|end|>"
IMAGE_START, IMAGE_CONTEXT, IMAGE_END = "<img>", "<IMG_CONTEXT>", "</img>"
IMAGE_MARK = "<image>"
"""Where the reference's callers want a picture; here a picture is a part of a message, and this is plain text."""

TOKENS_PER_TILE = 256

_MARKS: dict[Role, str] = {"user": PROMPT_MARK, "assistant": ANSWER_MARK}


def render_turn(role: Role, text: str, close: bool = False) -> str:
    """A turn's mark, its text, and ``<|end|>`` where the text is not empty (or ``close`` says so)."""
    return _MARKS[role] + text + (END if text or close else "")


def render(turns: Iterable[tuple[Role, str]]) -> str:
    """The prompt: turn after turn with nothing between, then the mark after which the model writes."""
    return "".join(render_turn(role, text) for role, text in turns) + ANSWER_MARK


def image_block(tiles: int) -> str:
    """What stands in the prompt for a picture of so many tiles."""
    return IMAGE_START + IMAGE_CONTEXT * (TOKENS_PER_TILE * tiles) + IMAGE_END
