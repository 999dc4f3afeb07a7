"""A released checkpoint's vocabulary as a list: pieces, scores and kinds. Knows SentencePiece; no prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import sentencepiece

from bayou.errors import ModelError
from bayou.inputs.tokenizer import Tokenizer

SPACE = "\u2581"


class Kind(IntEnum):
    """What a token is; the numbers are SentencePiece's and GGUF's own."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All tokens in the order of their ids; the added ones, which stand last, are control tokens with score 0."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    kinds: tuple[Kind, ...]
    added: Mapping[str, int]
    """Added tokens and their ids."""

    def id_of(self, piece: str) -> int:
        return self.pieces.index(piece)

    @property
    def specials(self) -> dict[int, str]:
        """Ids and texts of the tokens that count as themselves wherever they stand in a text."""
        kinds = (Kind.CONTROL, Kind.UNKNOWN)
        return {i: piece for i, (piece, kind) in enumerate(zip(self.pieces, self.kinds, strict=True)) if kind in kinds}


def read_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary of a released checkpoint's folder.

    Raises:
        ModelError: Its tokenizer is missing or damaged, or puts no space before a text.
    """
    tokenizer = Tokenizer.from_folder(folder)
    model = sentencepiece.SentencePieceProcessor(model_proto=(folder / "tokenizer.model").read_bytes())
    if not str(model.id_to_piece(model.encode("a")[0])).startswith(SPACE):
        raise ModelError("tokenizer.model puts no space before a text, which the formats are written for", str(folder))
    base = range(model.vocab_size())
    added = range(len(base), tokenizer.vocab_size)
    texts = {i: tokenizer.decode([i], keep_special=True) for i in added}
    return Vocabulary(
        pieces=(*(str(model.id_to_piece(i)) for i in base), *texts.values()),
        scores=(*(float(model.get_score(i)) for i in base), *(0.0 for _ in added)),
        kinds=(*(_kind(model, i) for i in base), *(Kind.CONTROL for _ in added)),
        added={text: i for i, text in texts.items()},
    )


def _kind(model: sentencepiece.SentencePieceProcessor, token: int) -> Kind:
    if model.is_unknown(token):
        return Kind.UNKNOWN
    if model.is_control(token):
        return Kind.CONTROL
    if model.is_byte(token):
        return Kind.BYTE
    return Kind.UNUSED if model.is_unused(token) else Kind.NORMAL
