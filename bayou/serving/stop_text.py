"""Text that ends where it says so, or after so many characters, while it still comes. Knows texts; no models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal


class StopText:
    """Lets text through up to the first of some stops, which is left out.

    What may be the beginning of a stop is held back until more has come.

    Attributes:
        text: What was let through.
        ended: Why no more comes; None as long as more may.
    """

    def __init__(self, stops: Sequence[str], most_characters: int | None = None) -> None:
        self._stops, self._most = stops, most_characters
        self._held = ""
        self.text = ""
        self.ended: Literal["stop", "length"] | None = None

    def push(self, piece: str) -> str:
        """What of it, and of what was held back, may be shown."""
        if self.ended:
            return ""
        self._held += piece
        found = [place for place in (self._held.find(stop) for stop in self._stops) if place >= 0]
        if found:
            self.ended = "stop"
            return self._shown(self._held[: min(found)])
        keep = max((_overlap(self._held, stop) for stop in self._stops), default=0)
        shown, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return self._shown(shown)

    def finish(self) -> str:
        """What was held back and is shown after all."""
        return "" if self.ended else self._shown(self._held)

    def _shown(self, text: str) -> str:
        if self._most is not None and len(self.text) + len(text) > self._most:
            text = text[: self._most - len(self.text)]
            self.ended = "length"
        self.text += text
        return text


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of ``stop``."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if text.endswith(stop[:size])), 0)
