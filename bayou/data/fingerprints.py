"""What tells that two pictures or two texts are the same, or nearly. Knows pixels and words; not samples or sets."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"\w+")

HASH_SIDE = 16
HASH_BITS = HASH_SIDE * HASH_SIDE
_FRAME = 64

SKETCH = 32
"""Least values that a text's sketch has: the similarity it tells is right to about 1 / sqrt(SKETCH)."""

_MULTIPLIERS = np.random.default_rng(20_241_017).integers(1, 2**64, size=(2, SKETCH), dtype=np.uint64) | np.uint64(1)
_GRAM_MULTIPLIERS = np.random.default_rng(37_000_000).integers(1, 2**64, size=64, dtype=np.uint64) | np.uint64(1)

Words = NDArray[np.uint64]
"""A hash for each word of a text, in order."""


def pixel_digest(pixels: NDArray[np.uint8]) -> bytes:
    """16 bytes that only equal pixels share, however they were encoded.

    Args:
        pixels: uint8 RGB [H, W, 3].
    """
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.digest()[:16]


def perceptual_hash(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """32 bytes of which a picture scaled or compressed again shares nearly all bits: the signs of its slow cosines.

    Args:
        pixels: uint8 RGB [H, W, 3].
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    frame = cv2.resize(grey, (_FRAME, _FRAME), interpolation=cv2.INTER_AREA).astype(np.float32)
    slow = cv2.dct(frame)[:HASH_SIDE, :HASH_SIDE].reshape(-1)
    slow[0] = 0.0  # brightness
    return np.packbits(slow > np.median(slow))


def differing_bits(one: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Bits in which a hash differs from each of others, uint8 [n, 32]."""
    return np.bitwise_count(others ^ one).sum(axis=-1, dtype=np.int64)


def plain_text(text: str) -> str:
    """A text with its characters in one form and single spaces, for comparing exactly."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def word_hashes(text: str) -> Words:
    """The words of a text without case and punctuation, as numbers."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)


def sketch(words: Words) -> NDArray[np.uint32]:
    """uint32 [SKETCH]: as many of two texts' agree, about, as they share of their pairs of words (MinHash)."""
    pairs = words[:-1] * np.uint64(0x9E3779B97F4A7C15) + words[1:] if len(words) > 1 else words
    if len(pairs) == 0:
        return np.zeros(SKETCH, dtype=np.uint32)
    mixed = np.unique(pairs)[:, None] * _MULTIPLIERS[0] + _MULTIPLIERS[1]
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MULTIPLIERS[1]
    return (mixed >> np.uint64(32)).min(axis=0).astype(np.uint32)


def similarity(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """What two sketches tell of the Jaccard similarity of their texts, 0 to 1."""
    return float(np.mean(one == other))


def grams(words: Words, length: int) -> Words:
    """A hash for each run of ``length`` words; none where there are fewer."""
    if len(words) < length:
        return np.zeros(0, dtype=np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(words, length)
    return np.asarray((runs * _GRAM_MULTIPLIERS[:length]).sum(axis=1, dtype=np.uint64))


def near_keys(picture: NDArray[np.uint8] | None, text: NDArray[np.uint32]) -> list[int]:
    """Numbers of which samples that are nearly the same nearly always share one, and others nearly never.

    With a picture each joins 32 of its hash's bits and two values of the text's sketch; without, four values.
    """
    if picture is None:
        pieces: Sequence[bytes] = [text[first : first + 4].tobytes() for first in range(0, SKETCH, 4)]
    else:
        bands = [picture[first : first + 4].tobytes() for first in range(0, len(picture), 4)]
        pieces = [band + text[first : first + 2].tobytes() for band in bands for first in (0, 2)]
    digests = (hashlib.blake2b(bytes([i]) + piece, digest_size=8).digest() for i, piece in enumerate(pieces))
    return [int.from_bytes(digest, "little", signed=True) for digest in digests]
