"""nano's visual tokens, a drafted character each, from what a tower says of its columns. Knows no weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.engine.draft import read_draft
from bayou.engine.runtime import Draft, Encoded, FloatArray, IntArray
from bayou.inputs.characters import BOS_ID, CharacterTokenizer
from bayou.model.columns import best_path, column_statistics

SURE_IN_8_BITS = 0.8
"""The least probability of a draft's characters from which on the 8-bit tower's reading of the line stands."""


@dataclass(frozen=True, eq=False, slots=True)
class LineColumns:
    """One line's features [T, F], the head's likeliest class of each column [T], and its probability [T]."""

    features: FloatArray
    classes: NDArray[np.integer]
    probabilities: FloatArray


def is_doubtful(columns: LineColumns) -> bool:
    """Whether a reading in 8 bits may not be the float tower's: a character of it is less than sure, or there is none.

    What 8 bits change is nearly always a choice that was close (measured: docs/models/nano.md).
    """
    _, spans = best_path(columns.classes)
    surest = [columns.probabilities[first:end].max() for first, end in spans]
    return bool(min(surest, default=0.0) < SURE_IN_8_BITS)


@dataclass(frozen=True, slots=True)
class Drafter:
    """How the head's classes are spelt, and the decoder's ids of these characters."""

    alphabet: tuple[str, ...]
    tokenizer: CharacterTokenizer

    def __call__(self, columns: LineColumns) -> Draft:
        return read_draft(columns.classes, columns.probabilities, self.alphabet, self.tokenizer)


def line_tokens(
    lines: Sequence[LineColumns],
    drafter: Drafter,
    project: Callable[[FloatArray], FloatArray],
    embed: Callable[[IntArray], FloatArray],
) -> list[Encoded]:
    """Visual tokens and draft of each line.

    Args:
        project: The projector, statistics [N, 2 F + 2] to [N, hidden].
        embed: The decoder's embeddings, ids [1, N] to [1, N, hidden].
    """
    if not lines:
        return []
    drafts = [drafter(columns) for columns in lines]
    pairs = zip(lines, drafts, strict=True)
    statistics = [column_statistics(columns.features, draft.spans) for columns, draft in pairs]
    ids = [token for draft in drafts for token in (BOS_ID, *draft.ids)]
    tokens = project(np.concatenate(statistics)) + embed(np.array([ids]))[0]
    ends = np.cumsum([len(rows) for rows in statistics])
    return [Encoded(part, draft) for part, draft in zip(np.split(tokens, ends[:-1]), drafts, strict=True)]
