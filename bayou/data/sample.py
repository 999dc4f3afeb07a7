"""What a training sample of a line is. Knows image and text; knows no storage and no learner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
