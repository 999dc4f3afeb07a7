"""Samples joined to one sequence without cross-talk, and what each learnt token weighs. Knows arrays; no torch.

The rule for weights: an answer of n tokens weighs n^(1 - ``exponent``), shared out evenly among its tokens, and the
loss of a step is the weighted mean over every answer of the step, whichever pack or process it is in. With 0 every
token counts the same and a page of text drowns a hundred short answers; with 1 every answer counts the same and a token
of a long one next to nothing. One half lies between: an answer a hundred times as long weighs ten times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.data.packing import Budget
from bayou.inputs.processor import IGNORED_LABEL, TrainingSample
from bayou.inputs.template import TOKENS_PER_TILE

PADDING_ID = 0


@dataclass(frozen=True, eq=False, slots=True)
class PackedSequence:
    """One sequence of T tokens, D documents, n tiles and A tokens to learn.

    Attributes:
        ids: int64 [T].
        positions: int64 [T], from 0 on in each document.
        bounds: int32 [D + 1], where documents begin and end; one of padding may be the last.
        pixels: float32 [n, 3, 448, 448]; blank tiles of padding stand last.
        image_places: int64 [256 x real tiles], the places of visual tokens.
        answer_places: int64 [A], the places whose next token is learnt.
        targets: int64 [A], those tokens.
        weights: float32 [A], what each counts, by the rule above.
        answer_documents: int64 [A], the document of each.
        keys: Key of each document's sample.
        sources: Source of each document's sample.
    """

    ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    bounds: NDArray[np.int32]
    pixels: NDArray[np.float32]
    image_places: NDArray[np.int64]
    answer_places: NDArray[np.int64]
    targets: NDArray[np.int64]
    weights: NDArray[np.float32]
    answer_documents: NDArray[np.int64]
    keys: tuple[str, ...]
    sources: tuple[str, ...]


def answer_weights(labels: NDArray[np.integer], exponent: float) -> NDArray[np.float32]:
    """The weight of each label [T] of one document, 0 where none is learnt: n^-exponent in an answer of n tokens."""
    learnt = np.concatenate(([False], labels != IGNORED_LABEL, [False]))
    edges = np.flatnonzero(learnt[1:] != learnt[:-1])
    weights = np.zeros(len(labels), dtype=np.float32)
    for first, end in edges.reshape(-1, 2):
        weights[first:end] = (end - first) ** -exponent
    return weights


def join_samples(
    samples: Sequence[tuple[str, str, TrainingSample]],
    image_token: int,
    exponent: float,
    fill: Budget | None = None,
) -> PackedSequence:
    """One sequence of ``samples`` (key, source, sample) in order.

    Args:
        image_token: The id at the place of a visual token.
        exponent: Of the rule for weights.
        fill: Add padding up to these numbers of tokens and tiles, so that every sequence has the same shape.
    """
    lengths = [len(sample.labels) for _, _, sample in samples]
    labels = np.concatenate([sample.labels for _, _, sample in samples])
    weights = np.concatenate([answer_weights(sample.labels, exponent) for _, _, sample in samples])
    ids = np.concatenate([sample.inputs.ids for _, _, sample in samples]).astype(np.int64)
    pixels = np.concatenate([sample.inputs.pixels for _, _, sample in samples])
    image_places = np.flatnonzero(ids == image_token)
    assert len(image_places) == TOKENS_PER_TILE * len(pixels)
    documents = np.repeat(np.arange(len(samples)), lengths)
    learnt = np.flatnonzero(labels != IGNORED_LABEL)  # never a document's first: that is the user's
    if fill is not None and fill.tokens > len(ids):
        lengths.append(fill.tokens - len(ids))
        ids = np.pad(ids, (0, lengths[-1]), constant_values=PADDING_ID)
    # One tile at least: every process runs the tower in every step, or the others would wait for it for ever.
    tiles = max(1, len(pixels), 0 if fill is None else fill.tiles)
    pixels = np.pad(pixels, ((0, tiles - len(pixels)), (0, 0), (0, 0), (0, 0)))
    return PackedSequence(
        ids=ids,
        positions=np.concatenate([np.arange(length) for length in lengths]),
        bounds=np.cumsum([0, *lengths], dtype=np.int32),
        pixels=pixels,
        image_places=image_places,
        answer_places=learnt - 1,
        targets=labels[learnt].astype(np.int64),
        weights=weights[learnt],
        answer_documents=documents[learnt],
        keys=tuple(key for key, _, _ in samples),
        sources=tuple(source for _, source, _ in samples),
    )
