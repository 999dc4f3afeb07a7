"""Lines of text to what the frozen tower makes of them, kept in shards. Knows no torch and no optimiser.

The tower's features don't change while it is frozen, so each line passes it once. A shard is one safetensors file,
written atomically; a run that was stopped goes on with the shards that are missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from bayou.data.labels import agreement, case_from_reading
from bayou.data.sample import LineSample
from bayou.inputs.characters import BOS_ID, CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.columns import best_path, column_statistics
from bayou.training.frozen_tower import Tower

SHARD_LINES = 2048
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

    def draft(self, lines: Sequence[NDArray[np.float32]]) -> list[tuple[NDArray[np.float32], NDArray[np.int32]]]:
        """Statistics [K + 1, S] and drafted classes [K] of lines of one width."""
        found = []
        for features, classes in zip(*self.tower(np.stack(lines)), strict=True):
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


def drafted_lines(
    samples: Iterable[LineSample], drafter: Drafter, rng: np.random.Generator, sources: Sequence[str]
) -> Iterator[DraftedLine]:
    """Samples through the tower, in batches of one width; samples whose label can't be trusted are left out."""
    waiting: dict[int, list[tuple[NDArray[np.float32], LineSample]]] = {}
    for sample in samples:
        extra = int(rng.integers(_EXTRA_PADDING)) if rng.random() < 0.5 else 0
        pixels = prepare_line(sample.image)
        if extra:
            pixels = prepare_line(sample.image, minimum_width=pixels.shape[2] + extra)
        group = waiting.setdefault(pixels.shape[2], [])
        group.append((pixels, sample))
        if len(group) == _TOWER_BATCH:
            yield from _drafted(waiting.pop(pixels.shape[2]), drafter, sources)
    for group in waiting.values():
        yield from _drafted(group, drafter, sources)


def _drafted(
    group: list[tuple[NDArray[np.float32], LineSample]], drafter: Drafter, sources: Sequence[str]
) -> Iterator[DraftedLine]:
    tokenizer = drafter.tokenizer
    drafts = drafter.draft([pixels for pixels, _ in group])
    for (_, sample), (statistics, classes) in zip(group, drafts, strict=True):
        text = trusted_text(sample, drafter.spell(classes))
        if not text or not all(tokenizer.writes(c) for c in text):
            continue
        yield DraftedLine(
            statistics.astype(np.float16),
            np.concatenate(([BOS_ID], drafter.ids[classes])).astype(np.int16),
            np.array(tokenizer.encode(text), dtype=np.int16),
            sources.index(sample.source),
        )


def write_shard(path: Path, lines: Sequence[DraftedLine]) -> None:
    """Write ``lines`` to ``path``, all or nothing."""
    arrays = {
        "statistics": np.concatenate([line.statistics for line in lines]),
        "draft_ids": np.concatenate([line.draft_ids for line in lines]),
        "draft_lengths": np.array([len(line.draft_ids) for line in lines], dtype=np.int32),
        "text_ids": np.concatenate([line.text_ids for line in lines]),
        "text_lengths": np.array([len(line.text_ids) for line in lines], dtype=np.int32),
        "sources": np.array([line.source for line in lines], dtype=np.int16),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    save_file(arrays, unfinished)
    os.replace(unfinished, path)


def read_shard(path: Path) -> list[DraftedLine]:
    """The lines of a shard; they share its memory."""
    arrays = load_file(path)
    drafts = np.cumsum(arrays["draft_lengths"])[:-1]
    texts = np.cumsum(arrays["text_lengths"])[:-1]
    return [
        DraftedLine(*parts)
        for parts in zip(
            np.split(arrays["statistics"], drafts),
            np.split(arrays["draft_ids"], drafts),
            np.split(arrays["text_ids"], texts),
            arrays["sources"].tolist(),
            strict=True,
        )
    ]
