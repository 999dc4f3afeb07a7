"""nano's tokenizer: one character, one id. Knows a vocabulary file; not SentencePiece, prompts or the tower's head."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

from bayou.errors import ModelError

PAD_ID, BOS_ID, EOS_ID, UNK_ID = 0, 1, 2, 3
SPECIAL_IDS = 4
"""Ids below this one are specials; line ``i`` of the vocabulary file (from 0) has id ``SPECIAL_IDS + i``."""

REPLACEMENT = "\ufffd"
"""How ``UNK_ID`` is shown in decoded text."""

FULL_WIDTH_FIRST, FULL_WIDTH_LAST, FULL_WIDTH_OFFSET = 0xFF01, 0xFF5E, 0xFEE0

# Tried only for a character that the vocabulary itself lacks, so a vocabulary that tells “ from " keeps both.
LOOK_ALIKES = dict(
    [
        *((dash, "-") for dash in "‐‑‒–—―−﹣⁃"),
        *((quote, "'") for quote in "‘’‚‛′´ʼ"),
        *((quote, '"') for quote in "“”„‟″「」『』"),
        *((bullet, "•") for bullet in "·・∙⋅●･"),
        *((space, " ") for space in "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f"),
        *zip("、。〈〉《》【】〔〕〖〗", ",.<>«»[][][]", strict=True),
        *zip("∶∕⁄∖∗∼〜∣×￥￡￠", "://\\*~~|x¥£¢", strict=True),
    ]
)


def fold_width(character: str) -> str:
    """A full-width ASCII character (U+FF01 to U+FF5E) as its plain one, the ideographic space as a space."""
    code = ord(character)
    if FULL_WIDTH_FIRST <= code <= FULL_WIDTH_LAST:
        return chr(code - FULL_WIDTH_OFFSET)
    return " " if character == "\u3000" else character


class CharacterTokenizer:
    """Characters to ids and back.

    Args:
        characters: The vocabulary in order of id, one character each, none twice.

    Raises:
        ModelError: an entry that is not one character, or stands twice.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self._ids = {character: SPECIAL_IDS + i for i, character in enumerate(self.characters)}
        wrong = next((entry for entry in self.characters if len(entry) != 1), None)
        if wrong is not None:
            raise ModelError(f"the character vocabulary holds {wrong!r}, which is not one character")
        if len(self._ids) != len(self.characters):
            raise ModelError("the character vocabulary holds a character twice")

    @classmethod
    def from_file(cls, path: str | Path) -> CharacterTokenizer:
        """Read a vocabulary file: UTF-8, one character a line, the line number (from 0) plus 4 its id."""
        file = Path(path)
        try:
            text = file.read_bytes().decode("utf-8")
        except OSError as error:
            raise ModelError(f"can't read the vocabulary: {error.strerror}", str(file)) from error
        except UnicodeDecodeError as error:
            raise ModelError("the vocabulary is not UTF-8", str(file)) from error
        # not splitlines(): U+0085 and its like are characters a vocabulary may hold
        return cls(text.removesuffix("\n").split("\n"))

    def save(self, path: str | Path) -> None:
        """Write the vocabulary file that ``from_file`` reads."""
        Path(path).write_bytes(("\n".join(self.characters) + "\n").encode("utf-8"))

    @property
    def vocab_size(self) -> int:
        """Number of ids, specials included."""
        return SPECIAL_IDS + len(self.characters)

    def id_of(self, character: str) -> int:
        """The id of one character: itself without full width, else its look-alike, else ``UNK_ID``."""
        folded = fold_width(character)
        found = self._ids.get(folded)
        if found is None:
            found = self._ids.get(LOOK_ALIKES.get(folded, ""), UNK_ID)
        return found

    def writes(self, character: str) -> bool:
        """Whether the vocabulary can write this character (or what it folds to)."""
        return self.id_of(character) != UNK_ID

    def token_bytes(self) -> tuple[bytes | None, ...]:
        """What each id writes, in UTF-8; None for the specials."""
        return (*(None for _ in range(SPECIAL_IDS)), *(character.encode() for character in self.characters))

    def encode_inside(self, text: str) -> list[int]:
        """Ids of text up to the first character that the vocabulary hasn't, folding nothing."""
        known = itertools.takewhile(self._ids.__contains__, text)
        return [self._ids[character] for character in known]

    def encode(self, text: str) -> list[int]:
        """One id for each code point, without bos and eos."""
        return [self.id_of(character) for character in text]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of the ids: pad, bos and eos vanish, unk is shown as U+FFFD.

        Raises:
            ModelError: an id outside the vocabulary.
        """
        pieces = []
        for token in ids:
            if not 0 <= token < self.vocab_size:
                raise ModelError(f"id {token} is outside the vocabulary of {self.vocab_size}")
            if token == UNK_ID:
                pieces.append(REPLACEMENT)
            elif token >= SPECIAL_IDS:
                pieces.append(self.characters[token - SPECIAL_IDS])
        return "".join(pieces)
