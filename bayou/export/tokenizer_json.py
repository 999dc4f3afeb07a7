"""A released checkpoint's vocabulary as the ``tokenizer.json`` of the library tokenizers. Knows its fields; no model.

It follows the slow tokenizer's rule, which the checkpoints were trained with: a text is split at the special tokens,
and each piece between them gets a space before it. Converters of the same vocabulary leave that space out.
"""

from __future__ import annotations

from typing import Any

from bayou.export.vocabulary import SPACE, Kind, Vocabulary


def tokenizer_json(vocabulary: Vocabulary) -> dict[str, Any]:
    """The whole file as a dictionary."""
    base = {piece: i for i, piece in enumerate(vocabulary.pieces) if piece not in vocabulary.added}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": text, **TAKEN_AS_IT_IS} for i, text in vocabulary.specials.items()],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": SPACE},
                {"type": "Replace", "pattern": {"String": " "}, "content": SPACE},
            ],
        },
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": False,
            "vocab": base,
            "merges": _merges(vocabulary),
        },
    }


TAKEN_AS_IT_IS = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}


def _merges(vocabulary: Vocabulary) -> list[list[str]]:
    """Pairs of pieces that make a piece, those that make the best first; among pairs of one piece by their ids."""
    normal = {piece: i for i, piece in enumerate(vocabulary.pieces) if vocabulary.kinds[i] == Kind.NORMAL}
    ranked = []
    for whole, i in normal.items():
        for cut in range(1, len(whole)):
            first, second = whole[:cut], whole[cut:]
            if first in normal and second in normal:
                ranked.append((-vocabulary.scores[i], i, normal[first], normal[second], [first, second]))
    return [pair for *_, pair in sorted(ranked)]
