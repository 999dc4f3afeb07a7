"""What a model that answers questions is told to do, word for word, and within which limits. Knows texts and numbers.

The reading prompts are those with which the models are known to transcribe. The 800m's stands on its model card
(h2oai/h2ovl-mississippi-800m). The 2B's is the one that an independent port of it found to give the text alone, where a
terser one made it describe the picture (CrispStrobe/CrispEmbed, ``PERFORMANCE.md``); a model that nothing is known of
gets that one too. A picture comes before the prompt, with the newline between that the released code puts there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bayou.errors import UsageError
from bayou.inputs.messages import GivenPart, Message, chat_messages
from bayou.inputs.template import IMAGE_MARK

CARD_PROMPT = "Read the text in the image."
EXACT_PROMPT = "Read all the text in this image. Output the exact text content only."

READ_TOKENS = 4096
"""Longest reading of a page: with the 13 tiles a page has at most (3,328 tokens) it fits the family's 8,192 places."""
ANSWER_TOKENS = 1024
"""Longest answer to a question, unless another limit is given."""


@dataclass(frozen=True, slots=True)
class ReadTask:
    """How a model that answers questions reads a page; the line readers (nano, ppocr) take none of it.

    Attributes:
        prompt: What it is told; None for what suits the model.
        max_new_tokens: A page whose text is longer fails, and says so.
        max_record_tokens: A record that is longer fails, and says so; less than a page's text, so that three pages fit.
        max_tiles: Largest grid of tiles; None for the model's own (6). A server decides that for itself.
        skip_blank_tiles: Take tiles that are nearly of one colour for that colour: quicker, and it may change the text.
    """

    prompt: str | None = None
    max_new_tokens: int = READ_TOKENS
    max_tiles: int | None = None
    skip_blank_tiles: bool = False
    max_record_tokens: int = ANSWER_TOKENS

    def __post_init__(self) -> None:
        if min(self.max_new_tokens, self.max_record_tokens) < 1 or (self.max_tiles is not None and self.max_tiles < 1):
            raise UsageError("max_new_tokens, max_record_tokens and max_tiles are at least 1")


def reading_prompt(model: str, uses_msac: bool | None = None) -> str:
    """With what a model is told to transcribe a page.

    Args:
        model: Its name.
        uses_msac: What its configuration says, which tells the two released members apart; None for a server's model
            and one of another family: then the name decides.
    """
    is_small = "800m" in model.lower() if uses_msac is None else not uses_msac
    return CARD_PROMPT if is_small else EXACT_PROMPT


def question_messages(
    question: str, images: Sequence[GivenPart], history: Sequence[tuple[str, str]] = ()
) -> tuple[Message, ...]:
    """The messages of a question about pictures, which stand at the beginning of the conversation.

    One picture stands before the first question; several as ``Image-1: <image>``, each on a line of its own. Where the
    texts have ``<image>`` marks, the pictures stand there instead, in order.

    Args:
        history: Earlier questions and answers, oldest first.

    Raises:
        InputError: Fewer marks than pictures.
    """
    asked = [text for text, _ in history] + [question]
    if images and not any(IMAGE_MARK in text for turn in (*history, (question,)) for text in turn):
        marks = f"{IMAGE_MARK}\n" if len(images) == 1 else ""
        if len(images) > 1:
            marks = "".join(f"Image-{number}: {IMAGE_MARK}\n" for number in range(1, len(images) + 1))
        asked[0] = marks + asked[0]
    answered = [(text, answer) for text, (_, answer) in zip(asked, history, strict=False)]
    return chat_messages(asked[-1], images, answered)
