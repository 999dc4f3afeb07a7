"""Text to ids and back for the released checkpoints. Knows SentencePiece and added tokens; not prompts or characters.

The rule is that of the slow tokenizer which the checkpoints were trained with: the text is split at the added tokens,
and each piece between them is encoded on its own with SentencePiece, its leading dummy space included. Fast tokenizers
made from the same files give other ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import sentencepiece
from numpy.typing import NDArray

from bayou.errors import InputError, ModelError

ADDED_TOKENS = {
    "<img>": 32000,
    "</img>": 32001,
    "<IMG_CONTEXT>": 32002,
    "<quad>": 32003,
    "</quad>": 32004,
    "<ref>": 32005,
    "</ref>": 32006,
    "<box>": 32007,
    "</box>": 32008,
    "<|end|>": 32009,
}

_KNOWN_IDS = {
    "<|prompt|>": [523, 28766, 14350, 447, 28766, 28767],
    "<|answer|>": [523, 28766, 24115, 28766, 28767],
}
"""What the released vocabulary makes of the template's marks, which are no tokens of their own."""


class Tokenizer:
    """A SentencePiece model and the tokens added to it.

    Args:
        model: The bytes of ``tokenizer.model``.
        added: Added tokens and their ids, which continue those of the model without a gap.

    Raises:
        ModelError: not a SentencePiece model, or ids that leave a gap or overlap.
    """

    def __init__(self, model: bytes, added: Mapping[str, int] = ADDED_TOKENS) -> None:
        try:
            self._pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
        except (RuntimeError, TypeError) as error:
            raise ModelError(f"tokenizer.model is not a SentencePiece model: {error}") from error
        self._base_size: int = self._pieces.vocab_size()
        if sorted(added.values()) != list(range(self._base_size, self._base_size + len(added))):
            raise ModelError(f"added tokens must have the ids from {self._base_size} on, without a gap")
        controls = [i for i in range(self._base_size) if self._pieces.is_control(i) or self._pieces.is_unknown(i)]
        self._controls = {i: str(self._pieces.id_to_piece(i)) for i in controls}
        self._specials = dict(added) | {text: i for i, text in self._controls.items()}
        self._added = {i: text for text, i in added.items()}
        longest_first = sorted(self._specials, key=len, reverse=True)
        self._split = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")

    @classmethod
    def from_folder(cls, folder: str | Path) -> Tokenizer:
        """Read ``tokenizer.model`` and ``added_tokens.json`` of a released checkpoint.

        Raises:
            ModelError: a file is missing or damaged.
        """
        path = Path(folder)
        try:
            model = (path / "tokenizer.model").read_bytes()
            added = json.loads((path / "added_tokens.json").read_text(encoding="utf-8"))
        except OSError as error:
            raise ModelError(f"can't read the tokenizer: {error}", str(path)) from error
        except ValueError as error:
            raise ModelError(f"added_tokens.json is damaged: {error}", str(path)) from error
        if not isinstance(added, dict) or not all(isinstance(token, int) for token in added.values()):
            raise ModelError("added_tokens.json is not a table of tokens and ids", str(path))
        try:
            return cls(model, added)
        except ModelError as error:
            raise ModelError(error.message, str(path)) from error

    @property
    def vocab_size(self) -> int:
        """Number of ids, added tokens included."""
        return self._base_size + len(self._added)

    def difference_from_released(self) -> str:
        """In which way this is not the vocabulary of the released checkpoints, or "" (further tokens may be added)."""
        for token, number in ADDED_TOKENS.items():
            found = self._specials.get(token)
            if found != number:
                return f"the token {token} has the id {number}, " + ("here none" if found is None else f"here {found}")
        for text, ids in _KNOWN_IDS.items():
            if self.encode(text) != ids:
                return f"{text} becomes the ids {ids}, here {self.encode(text)}"
        return ""

    def id_of(self, token: str) -> int:
        """The id of an added or control token.

        Raises:
            ModelError: there is no such token.
        """
        if token not in self._specials:
            raise ModelError(f"the tokenizer has no token {token!r}")
        return self._specials[token]

    def encode(self, text: str) -> list[int]:
        """Ids of the text, without a begin or end token. Added and control tokens in the text count as themselves.

        Raises:
            InputError: the text holds half of a surrogate pair.
        """
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(f"the text is not valid Unicode: {error}") from error
        ids: list[int] = []
        for piece in self._split.split(text):
            if piece in self._specials:
                ids.append(self._specials[piece])
            elif piece:
                ids.extend(self._pieces.encode(piece))
        return ids

    def decode(self, ids: Iterable[int], keep_special: bool = False) -> str:
        """Text of the ids, without the leading dummy space; bytes that are not UTF-8 show as U+FFFD.

        Args:
            ids: Any ids below ``vocab_size``.
            keep_special: Spell added and control tokens out, with the spacing of the slow tokenizer; a debugging aid.

        Raises:
            ModelError: an id outside the vocabulary.
        """
        checked = [int(token) for token in ids]
        outside = next((token for token in checked if not 0 <= token < self.vocab_size), None)
        if outside is not None:
            raise ModelError(f"id {outside} is outside the vocabulary of {self.vocab_size}")
        if keep_special:
            return self._decode_with_specials(checked)
        return self._text([token for token in checked if token < self._base_size and token not in self._controls])

    def _text(self, ids: list[int]) -> str:
        return str(self._pieces.decode(ids))

    def _decode_with_specials(self, ids: list[int]) -> str:
        """Added tokens stand a space apart from their neighbours; control tokens put one before the text they end."""
        parts: list[str] = []
        run: list[int] = []
        for token in ids:
            if token in self._added:
                if run:
                    parts.append(self._decode_with_controls(run))
                parts.append(self._added[token])
                run = []
            else:
                run.append(token)
        if run:
            parts.append(self._decode_with_controls(run))
        return " ".join(parts)

    def _decode_with_controls(self, ids: list[int]) -> str:
        text, run = "", list[int]()
        for token in ids:
            if token not in self._controls:
                run.append(token)
                continue
            text += " " if run else ""
            text += self._text(run) + self._controls[token]
            run = []
        return text + self._text(run)

    @cached_property
    def _blank_ids(self) -> tuple[frozenset[int], frozenset[int]]:
        base = [i for i in range(self._base_size) if i not in self._controls]
        blank = frozenset(i for i in base if not self._text([i]).strip())
        return blank, frozenset(i for i in blank if not self._pieces.is_byte(i))

    def white_space_ids(self, count_bytes: bool = False) -> frozenset[int]:
        """Ids that decode to white space alone.

        Args:
            count_bytes: Count byte tokens such as the newline (13) too; the 800m's ``ocr()`` did so from transformers
                4.45 on, and did not before.
        """
        return self._blank_ids[0] if count_bytes else self._blank_ids[1]

    def token_bytes(self) -> tuple[bytes | None, ...]:
        """What each id writes inside a text, in UTF-8; None for added and control tokens."""
        written: list[bytes | None] = []
        for token in range(self._base_size):
            piece = str(self._pieces.id_to_piece(token))
            if token in self._controls:
                written.append(None)
            elif self._pieces.is_byte(token):
                written.append(bytes([int(piece.removeprefix("<0x").removesuffix(">"), 16)]))
            else:
                written.append(piece.replace("\u2581", " ").encode())
        return (*written, *(None for _ in self._added))

    def encode_inside(self, text: str) -> list[int]:
        """Ids of text that stands after other text: without a dummy space, added tokens in it spelt out."""
        before = list(self._pieces.encode("\n"))  # a byte token, which joins with nothing
        ids = list(self._pieces.encode("\n" + text))
        if ids[: len(before)] != before:
            raise ModelError("the tokenizer joins a newline with what follows, so the inside of a text can't be told")
        return ids[len(before) :]

    def spaceless_ids(self) -> NDArray[np.int64]:
        """For each id the id of the same text without a leading space, where there is one; -1 for white space alone."""
        return self._spaceless_ids

    @cached_property
    def _spaceless_ids(self) -> NDArray[np.int64]:
        table = np.arange(self.vocab_size)
        for token in range(self._base_size):
            piece = str(self._pieces.id_to_piece(token))
            bare = self._pieces.piece_to_id(piece.lstrip("\u2581"))
            if piece.startswith("\u2581") and not self._pieces.is_unknown(bare):
                table[token] = bare
        table[list(self.white_space_ids(count_bytes=True))] = -1
        return table
