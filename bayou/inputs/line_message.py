"""nano's gate: a message that is one picture of a line, to its pixels. Knows messages and lines; no vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bayou.errors import InputError
from bayou.inputs.images import load_image
from bayou.inputs.line_images import prepare_line
from bayou.inputs.messages import ImagePart, Message


def line_pixels(messages: Sequence[Message | Mapping[str, object]]) -> NDArray[np.float32]:
    """The pixels [3, 48, W] of a conversation that is exactly one user's message of exactly one picture.

    Raises:
        InputError: anything more or less, or an unreadable picture.
    """
    turns = [turn if isinstance(turn, Message) else Message.from_openai(turn, allow_paths=True) for turn in messages]
    if len(turns) == 1 and turns[0].role == "user" and len(turns[0].parts) == 1:
        part = turns[0].parts[0]
        if isinstance(part, ImagePart):
            return prepare_line(np.array(load_image(part.source)))
    raise InputError(
        "nano reads one picture of one line and takes no questions; for text, several pictures or whole pages in a "
        "conversation use the models 800m or 2b"
    )
