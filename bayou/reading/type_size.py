"""How large a line's type is, from its ink and letters, or from a PDF's own words. Knows crops and lines; not pages.

The detector's quads grow with the length of a line, so their height says little about the size of its type. The height
of its ink does, once it is known whether letters rise above the small ones or reach below the baseline.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bayou.documents.document import Line
from bayou.documents.line_words import words_of
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


def native_size(line: Line) -> float:
    """Size of the type of an upright line of a PDF's own text, in page units: the median over its letters.

    The line's box may be higher, where an index or a logo steps out of the row.
    """
    heights = sorted((word.box.height, len(word.text)) for word in words_of(line))
    half = sum(letters for _, letters in heights) / 2
    for height, letters in heights:
        half -= letters
        if half <= 0:
            return height
    return 0.0


def _by_height(rows: NDArray[np.int_], text: str) -> float:
    fullest = int(rows.argmax())
    empty = np.flatnonzero(rows < max(1.0, LEAST_ROW * float(rows[fullest])))
    top = int(empty[empty < fullest].max(initial=-1)) + 1
    bottom = int(empty[empty > fullest].min(initial=len(rows)))
    letters = set(text) - {" "}
    hang = DESCENT if letters & _HANGING else COMMA if letters & _COMMAS else 0.0
    return (bottom - top) / (SMALL_LETTERS + (RISE if letters - _LOW else 0.0) + hang)
