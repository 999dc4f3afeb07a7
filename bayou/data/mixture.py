"""Many folders of shards as one endless stream, each with its share. Knows places and chance; not what samples say.

Sample ``n`` is found from ``n`` alone: a block of ``BLOCK`` numbers holds each part as often as its weight says
(Webster's apportionment of all samples so far, so that shares are exact in the long run), in an order drawn from the
seed; the k-th sample of a part is found in its row groups, which are shuffled anew for each epoch, read in windows of
``WINDOW`` and shuffled within them. So memory holds a window for each part, however large the folders are.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.data.parquet_rows import RowGroup
from bayou.data.sample import Sample
from bayou.data.shards import ShardFolder
from bayou.errors import InputError, UsageError

BLOCK = 1024
WINDOW = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of shards and its weight among the others: 2 is met twice as often as 1."""

    name: str
    folder: Path
    weight: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sample of the stream comes from.

    Attributes:
        part: Number of its part.
        epoch: How many times the part was gone through before.
        index: The how many-th of this epoch it is, in shuffled order.
    """

    part: int
    epoch: int
    index: int


def apportion(weights: Sequence[float], total: int) -> list[int]:
    """How many of ``total`` samples each weight gets (Webster): within about one of its share, never fewer for more.

    Args:
        weights: Positive; they need not add up to 1.
    """
    whole = sum(weights)
    # Surely too few, by at most about one and a half for each weight; the rest goes where it is most due.
    counts = [max(0, int(weight / whole * (total - len(weights)))) for weight in weights]
    for _ in range(total - sum(counts)):
        due = min(range(len(weights)), key=lambda i: ((counts[i] + 0.5) / weights[i], i))
        counts[due] += 1
    return counts


class Mixture:
    """See the module. One position, the number of the next sample, is all that a run needs to go on.

    Raises:
        UsageError: No part, two of one name, a weight that is not above 0.
        InputError: A folder that isn't whole, or has no sample.
    """

    def __init__(self, parts: Sequence[Part], seed: int) -> None:
        names = [part.name for part in parts]
        if not parts or len(set(names)) < len(names):
            raise UsageError(f"a mixture needs parts with names of their own, not {', '.join(names) or 'none'}")
        for part in parts:
            if not 0 < part.weight < float("inf"):
                raise UsageError(f"the weight of {part.name} is {part.weight}; it must be above 0")
        self.parts = tuple(parts)
        self._weights = [part.weight for part in parts]
        self._seed = seed
        self._streams = [_PartStream(part, seed) for part in parts]
        self._block = lru_cache(2)(self._make_block)

    def counts(self, total: int) -> dict[str, int]:
        """How many of the first ``total`` samples each part has."""
        block, inside = divmod(total, BLOCK)
        counts = apportion(self._weights, block * BLOCK)
        for part in self._block(block)[0][:inside]:
            counts[part] += 1
        return dict(zip((part.name for part in self.parts), counts, strict=True))

    def sizes(self) -> dict[str, int]:
        """Samples in each part's folder."""
        return {part.name: stream.size for part, stream in zip(self.parts, self._streams, strict=True)}

    def locate(self, number: int) -> Place:
        """Where sample ``number`` comes from."""
        block, inside = divmod(number, BLOCK)
        order, before = self._block(block)
        part = int(order[inside])
        epoch, index = divmod(int(before[inside]), self._streams[part].size)
        return Place(part, epoch, index)

    def sample(self, number: int) -> Sample:
        """Sample ``number`` of the stream."""
        place = self.locate(number)
        return self._streams[place.part].sample(place)

    def samples(self, start: int = 0, rank: int = 0, world: int = 1) -> Iterator[Sample]:
        """The samples from number ``start`` on that are this rank's, without end: those with number ≡ rank mod world.

        Raises:
            InputError: A shard is damaged or gone.
        """
        number = start + (rank - start) % world
        while True:
            yield self.sample(number)
            number += world

    def _make_block(self, block: int) -> tuple[list[int], list[int]]:
        """For each sample of a block its part, and how many of that part came before it."""
        before = apportion(self._weights, block * BLOCK)
        after = apportion(self._weights, (block + 1) * BLOCK)
        order = np.repeat(np.arange(len(before)), np.subtract(after, before))
        np.random.default_rng([self._seed, block]).shuffle(order)
        earlier = []
        for part in order.tolist():
            earlier.append(before[part])
            before[part] += 1
        return order.tolist(), earlier


class _PartStream:
    """One part's samples in the shuffled order of each epoch."""

    def __init__(self, part: Part, seed: int) -> None:
        self._folder = ShardFolder(part.folder)
        self.size = len(self._folder)
        if self.size == 0:
            raise InputError(f"no samples for {part.name}; leave it out", str(part.folder))
        # A part's order doesn't depend on which others are there.
        self._entropy = [seed, int.from_bytes(hashlib.sha256(part.name.encode()).digest()[:8], "little")]
        self._epoch = lru_cache(2)(self._make_epoch)
        self._window = lru_cache(2)(self._make_window)
        self._held: tuple[tuple[int, int], dict[int, RowGroup]] = ((-1, -1), {})

    def sample(self, place: Place) -> Sample:
        _, window_ends = self._epoch(place.epoch)
        window = bisect_right(window_ends, place.index)
        start = window_ends[window - 1] if window else 0
        groups, rows = self._window(place.epoch, window)
        inside = place.index - start
        group = int(groups[inside])
        if self._held[0] != (place.epoch, window):
            self._held = ((place.epoch, window), {})
        held = self._held[1]
        if group not in held:
            held[group] = self._folder.read_group(group)
        return held[group][int(rows[inside])]

    def _make_epoch(self, epoch: int) -> tuple[NDArray[np.int64], list[int]]:
        """The row groups in this epoch's order, and how many samples there are up to each window's end."""
        order = np.random.default_rng([*self._entropy, epoch]).permutation(len(self._folder.groups))
        rows = np.array([group.rows for group in self._folder.groups])[order]
        return order, list(accumulate(int(rows[i : i + WINDOW].sum()) for i in range(0, len(rows), WINDOW)))

    def _make_window(self, epoch: int, window: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each sample of a window its row group and its row there."""
        groups = self._epoch(epoch)[0][window * WINDOW : (window + 1) * WINDOW]
        counts = [self._folder.groups[group].rows for group in groups]
        shuffled = np.random.default_rng([*self._entropy, epoch, window]).permutation(sum(counts))
        return np.repeat(groups, counts)[shuffled], np.concatenate([np.arange(count) for count in counts])[shuffled]
