"""How large a line's type is, from its ink and which letters it has. Knows crops and text; not pages.

The detector's quads grow with the length of a line, so their height says little about the size of its type. The height
of its ink does, once it is known whether letters rise above the small ones or reach below the baseline.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bayou.reading.words import ink_mask

SMALL_LETTERS = 0.5
RISE = 0.21
DESCENT = 0.21
"""Usual heights in print, as shares of the size of the type: small letters, what rises above them, what hangs below."""
COMMA = 0.12
LEAST_ROW = 0.004
"""Ink in a row, as a share of the fullest row, below which the line ends there: beyond are its neighbours."""
LETTER_WIDTH = 0.5
"""Usual advance of a letter in running text, as a share of the size."""
FEWEST_LETTERS = 8
"""In shorter texts the letters differ too much for their width to tell."""

_LOW = frozenset("acemnorsuvwxzgpqyàáâãäåæèéêëìíîïñòóôõöøùúûüÿçœ.,:;_-–—…·•~+=<>«»")
_HANGING = frozenset("gjpqyçQ()[]{}|/\\$@§µþÿ")
_COMMAS = frozenset(",;")


def type_size(crop: NDArray[np.uint8], text: str) -> float:
    """Size of a line's type in pixels of ``crop`` (uint8 RGB [h, w, 3]), as far as one line shows it.

    The height errs where descenders are faint, the width where letters are unlike: the result is their geometric mean.
    """
    ink = ink_mask(crop)
    if not ink.any() or not text.strip():
        return float(crop.shape[0])
    height = _by_height(ink.sum(axis=1), text)
    columns = np.flatnonzero(ink.any(axis=0))
    width = (columns[-1] - columns[0] + 1) / (LETTER_WIDTH * len(text))
    return height if len(text) < FEWEST_LETTERS else float(np.sqrt(height * width))


def _by_height(rows: NDArray[np.int_], text: str) -> float:
    fullest = int(rows.argmax())
    empty = np.flatnonzero(rows < max(1.0, LEAST_ROW * float(rows[fullest])))
    top = int(empty[empty < fullest].max(initial=-1)) + 1
    bottom = int(empty[empty > fullest].min(initial=len(rows)))
    letters = set(text) - {" "}
    hang = DESCENT if letters & _HANGING else COMMA if letters & _COMMAS else 0.0
    return (bottom - top) / (SMALL_LETTERS + (RISE if letters - _LOW else 0.0) + hang)
