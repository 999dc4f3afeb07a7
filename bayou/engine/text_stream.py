"""Tokens to text as they come, in whole characters. Knows tokenizers and events; no runtimes or messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from bayou.engine.request import Event, Finished, TextPiece, Token

_UNFINISHED = "�"


class Decoder(Protocol):
    """Spells ids."""

    def decode(self, ids: Iterable[int]) -> str:
        """Text of ids."""


class TextStream:
    """All that ``push`` and ``finish`` return, joined, is the text of all ids.

    A character of several byte tokens comes when its last byte does; white space comes with what follows it where the
    text is to have none around it.

    Args:
        strip: No white space around the text.
        single_spaces: Runs of spaces become one (the released ``ocr()``).
    """

    def __init__(self, decoder: Decoder, strip: bool, single_spaces: bool = False) -> None:
        self._decoder, self._strip, self._single_spaces = decoder, strip, single_spaces
        self._ids: list[int] = []  # the last ones; the first of them only for what a space before a word depends on
        self._given = ""  # the part of their text that was returned
        self._waiting = ""  # white space
        self._begun, self._after_space = False, False

    def push(self, token: int) -> str:
        """More text, perhaps none."""
        self._ids.append(token)
        whole = self._decoder.decode(self._ids)
        text = whole.rstrip(_UNFINISHED)
        new = text[len(self._given) :]
        self._given = text
        if text == whole and len(self._ids) > 1:
            alone = self._decoder.decode([token])
            if alone and not alone.endswith(_UNFINISHED):
                self._ids, self._given = [token], alone
        return self._stripped(new)

    def finish(self) -> str:
        """What was held back and belongs to the text after all."""
        rest = self._decoder.decode(self._ids)[len(self._given) :]
        self._ids, self._given = [], ""
        return self._stripped(rest)

    def _stripped(self, text: str) -> str:
        if self._strip:
            text = self._waiting + text
            text = text if self._begun else text.lstrip()
            kept = text.rstrip()
            self._begun, self._waiting, text = self._begun or bool(kept), text[len(kept) :], kept
        return self._collapsed(text) if self._single_spaces else text

    def _collapsed(self, text: str) -> str:
        kept = []
        for character in text:
            if character != " " or not self._after_space:
                kept.append(character)
            self._after_space = character == " "
        return "".join(kept)


def with_text(events: Iterable[Event], text: TextStream) -> Iterator[Event]:
    """The events, and after each token the text that has become whole with it."""
    for event in events:
        if isinstance(event, Finished) and (rest := text.finish()):
            yield TextPiece(rest)
        yield event
        if isinstance(event, Token) and (piece := text.push(event.id)):
            yield TextPiece(piece)
