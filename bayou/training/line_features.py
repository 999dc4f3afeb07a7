"""Lines of text to what the frozen tower makes of them. Knows no torch, no files and no optimiser.

The tower's features don't change while it is frozen, so each line passes it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.data.labels import agreement, case_from_reading
from bayou.data.sample import LineSample
from bayou.inputs.characters import BOS_ID, CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.columns import best_path, column_statistics
from bayou.training.frozen_tower import Tower

_TOWER_BATCH = 8
_EXTRA_PADDING = 160
"""At most so many pixels of padding are added at random, since how a line is padded changes the tower's reading."""

_LEAST_AGREEMENT = 0.5
"""A receipt's label that agrees less than this with the draft is taken to stand beside the wrong box."""


@dataclass(frozen=True, slots=True)
class DraftedLine:
    """A sample after the tower: statistics [K + 1, S], draft ids [K + 1] (bos first), text ids [T] (no bos, no eos)."""

    statistics: NDArray[np.float16]
    draft_ids: NDArray[np.int16]
    text_ids: NDArray[np.int16]
    source: int


class Drafter:
    """A tower with its alphabet: pixels to drafts.

    Args:
        alphabet: The head's characters; class i + 1 is entry i, the class after the last one a space.
    """

    def __init__(self, tower: Tower, alphabet: Sequence[str], tokenizer: CharacterTokenizer) -> None:
        self.tower = tower
        self.alphabet = tuple(alphabet)
        self.tokenizer = tokenizer
        self.spellings = ["", *alphabet, " "]
        self.ids = np.array([tokenizer.id_of(c) if c else 0 for c in self.spellings], dtype=np.int16)

    def draft(self, pixels: NDArray[np.float32]) -> list[tuple[NDArray[np.float32], NDArray[np.int32]]]:
        """Statistics [K + 1, S] and drafted classes [K] of lines of one width, [B, 3, 48, W]."""
        found = []
        for features, classes in zip(*self.tower(pixels), strict=True):
            drafted, spans = best_path(classes)
            found.append((column_statistics(features, spans), drafted))
        return found

    def spell(self, classes: Iterable[int]) -> str:
        """The text of drafted classes."""
        return "".join(self.spellings[c] for c in classes)


def trusted_text(sample: LineSample, draft: str) -> str | None:
    """The text to learn, or None where the label is not to be trusted.

    Only labels whose case says nothing (SROIE) are held against the tower's ``draft``; the others are taken as they
    are, since a word that the tower misreads is just what the decoder has to learn.
    """
    if sample.case_known:
        return sample.text
    if agreement(sample.text, draft) < _LEAST_AGREEMENT:
        return None
    return case_from_reading(sample.text, draft)[0]


def label_ids(sample: LineSample, draft: str, tokenizer: CharacterTokenizer) -> NDArray[np.int16] | None:
    """What to learn to write for a sample, [T]; None where its label can't be trusted, or not be written."""
    text = trusted_text(sample, draft)
    if not text or not all(tokenizer.writes(c) for c in text):
        return None
    return np.array(tokenizer.encode(text), dtype=np.int16)


def of_one_width(
    samples: Iterable[LineSample], rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], list[LineSample]]]:
    """Samples as the tower takes them: pixels [B, 3, 48, W] of lines of one width, half of them padded at random."""
    waiting: dict[int, list[tuple[NDArray[np.float32], LineSample]]] = {}
    for sample in samples:
        extra = int(rng.integers(_EXTRA_PADDING)) if rng.random() < 0.5 else 0
        pixels = prepare_line(sample.image)
        if extra:
            pixels = prepare_line(sample.image, minimum_width=pixels.shape[2] + extra)
        group = waiting.setdefault(pixels.shape[2], [])
        group.append((pixels, sample))
        if len(group) == _TOWER_BATCH:
            yield _stacked(waiting.pop(pixels.shape[2]))
    for group in waiting.values():
        yield _stacked(group)


def _stacked(group: list[tuple[NDArray[np.float32], LineSample]]) -> tuple[NDArray[np.float32], list[LineSample]]:
    return np.stack([pixels for pixels, _ in group]), [sample for _, sample in group]


def drafted_lines(
    samples: Iterable[LineSample], drafter: Drafter, rng: np.random.Generator, sources: Sequence[str]
) -> Iterator[DraftedLine]:
    """Samples through the tower, in batches of one width; samples whose label can't be trusted are left out."""
    for pixels, group in of_one_width(samples, rng):
        for sample, (statistics, classes) in zip(group, drafter.draft(pixels), strict=True):
            text_ids = label_ids(sample, drafter.spell(classes), drafter.tokenizer)
            if text_ids is not None:
                draft_ids = np.concatenate(([BOS_ID], drafter.ids[classes])).astype(np.int16)
                yield DraftedLine(statistics.astype(np.float16), draft_ids, text_ids, sources.index(sample.source))
