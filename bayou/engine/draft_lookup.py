"""Where a text stands in a draft that may be broken into other lines or another order. Knows ids; no text, no runtime.

Least edits (``reading_rule``) lose their way where a draft has the same blocks in another order, and cost the draft's
length a token. Here the last words are looked up in the draft, as prompt lookup decoding does. White space and a word's
leading space don't count: "▁total" after a space and "total" after a line break are the same word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from bayou.engine.runtime import IntArray

LONGEST = 3
"""Words that are looked up together; two are enough anywhere in the draft, one only close by."""

NEAR = 16
"""How many words away one word alone may be found again."""

LOST = 8
"""After so many words that the draft doesn't have it proposes nothing until two are found again."""

_BLANK = -1


class DraftLookup:
    """A ``Follower`` of drafts from other readers.

    Args:
        draft: Token ids.
        stop_id: Expected after the draft's end.
        spaceless: For each id the id of its text without a leading space, -1 for white space.
    """

    def __init__(self, draft: Sequence[int], stop_id: int, spaceless: IntArray) -> None:
        self._draft, self._stop_id, self._spaceless = tuple(draft), stop_id, spaceless
        keys = [int(spaceless[token]) for token in self._draft]
        self._words = [place for place, key in enumerate(keys) if key != _BLANK]
        self._keys = [keys[place] for place in self._words]
        self._places: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for size in range(1, LONGEST + 1):
            for first in range(len(self._keys) - size + 1):
                self._places[tuple(self._keys[first : first + size])].append(first + size)
        self._last: tuple[int, ...] = ()
        self._missed = 0
        self.place = 0

    @property
    def expected(self) -> int:
        return self._draft[self.place] if self.place < len(self._draft) else self._stop_id

    @property
    def rest(self) -> tuple[int, ...]:
        return self._draft[self.place :] if self._missed < LOST else ()

    def push(self, token: int) -> None:
        key = int(self._spaceless[token])
        followed = self.place < len(self._draft) and self._draft[self.place] == token
        if key == _BLANK:
            next_is_blank = self.place < len(self._draft) and self._spaceless[self._draft[self.place]] == _BLANK
            self.place += int(followed or next_is_blank)
            return
        self._last = (*self._last, key)[-LONGEST:]
        word = bisect_left(self._words, self.place)  # the first word from the place on
        if followed or (word < len(self._keys) and self._keys[word] == key):
            self._stand_after(word + 1)
            return
        found = self._found(word)
        if found is not None:
            self._stand_after(found)
            return
        self._missed += 1  # most likely a word in place of the draft's
        self.place = self._words[word] + 1 if word < len(self._words) else len(self._draft)

    def _stand_after(self, words: int) -> None:
        self._missed = 0
        self.place = self._words[words - 1] + 1

    def _found(self, word: int) -> int | None:
        """How many of the draft's words end with the text's last ones: the longest match, then the nearest."""
        for size in range(len(self._last), 0, -1):
            places = self._places.get(self._last[-size:], ())
            nearest = min(places, key=lambda place: abs(place - word), default=None)
            if nearest is not None and (size > 1 or (abs(nearest - word) <= NEAR and self._missed < LOST)):
                return nearest
        return None
