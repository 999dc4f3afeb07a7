"""What happens while a page is read, told to whoever watches. Knows pages and lines; not who watches, or why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.documents.document import Line, Unit
from bayou.reading.answers import Progress


@dataclass(frozen=True, slots=True, eq=False)
class PageBegun:
    """A page stands upright and its lines are about to be read.

    Attributes:
        width, height: In ``unit``, as those of the ``Page`` that comes of it.
        image: uint8 RGB [H, W, 3], upright.
    """

    number: int
    width: float
    height: float
    unit: Unit
    image: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LinesRead:
    """More lines of page ``number``, from its top to its bottom; the finished page may leave some of them out.

    Attributes:
        is_draft: They are nano's, and a larger member's own reading takes their place when the page is done.
    """

    number: int
    lines: tuple[Line, ...]
    is_draft: bool = False


ReadingEvent = PageBegun | LinesRead | Progress
OnReading = Callable[[ReadingEvent], None]
"""What it raises ends the reading; it is called between lines, so this is also how a reading is given up."""
