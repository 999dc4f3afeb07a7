"""What training samples are: a conversation about pictures, or a line. Knows no storage and no learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bayou.inputs.messages import Message


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """A conversation to learn from.

    Attributes:
        key: Its name within its source, the same each time the source is read.
        messages: User and assistant in turn, the last one the assistant's. Their pictures are the bytes of encoded
            files (PNG, JPEG, WebP), so that a sample can be kept and moved unchanged.
        source: The data set it comes from, such as ``docvqa``.
        licence: Of picture and text, as an SPDX name where there is one.
        task: What it teaches, such as ``document-vqa``.
        notes: What else is known, of values that JSON has: boxes, fields, what was damaged.
    """

    key: str
    messages: tuple[Message, ...]
    source: str
    licence: str
    task: str
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineSample:
    """One image of one line and what it says.

    Attributes:
        image: uint8 RGB [H, W, 3].
        text: What is printed there, with single spaces between words; "" where nothing can be read.
        source: Where it comes from, such as ``synthetic/receipt`` or ``sroie``.
        case_known: False where the label's case says nothing about the print (SROIE is labelled in capitals).
    """

    image: NDArray[np.uint8]
    text: str
    source: str
    case_known: bool = True
