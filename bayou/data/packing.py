"""Conversations of unlike length into sequences of one size: which go together. Knows sizes and numbers; no pixels.

A lane is one endless row of packs. Lane ``l`` of ``n`` reads the stream's samples in chunks of ``CHUNK``: chunk ``l``,
``l + n``, ``l + 2n`` and so on. So its packs depend on the number of lanes, which a run's settings fix, and not on
how many processes share the lanes out; and a lane's samples lie close together on the disk.

Two budgets fill a pack, tokens and tiles. The oldest sample of those looked at opens it, so that none waits for ever;
then the sample joins that keeps tiles and tokens nearest to the proportion they have in all that wait and, of those,
fills most. So the packs of a step cost about the same, in the tower and in the decoder, and no process waits long for
another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from bayou.data.sample import Sample
from bayou.errors import InputError, LimitError
from bayou.inputs.processor import SampleSize

CHUNK = 8192
"""Large beside the windows in which a mixture shuffles: else every lane would read every window for a few samples."""

MOST_LEFT_OUT = 2000
"""So many unfit samples without a fit one between them are no accident."""

_STEPS = 8
"""Unevenness is compared in eighths of the tiles' budget: of samples about as even, the larger goes in."""


class Stream(Protocol):
    """Numbered samples without end, as ``bayou.data.mixture`` has them."""

    def sample(self, number: int) -> Sample:
        """Sample ``number``, the same each time."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a pack may hold."""

    tokens: int
    tiles: int


@dataclass(frozen=True, slots=True)
class LanePosition:
    """How far a lane has come, in its own count of samples.

    Attributes:
        start: The first that is in no pack yet; all before it are.
        taken: Those after it that are in packs already.
        left_out: Samples so far that fit no pack, or whose pictures can't be read.
    """

    start: int = 0
    taken: tuple[int, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A sample that waits for, or is in, a pack."""

    place: int
    sample: Sample
    size: SampleSize


@dataclass(frozen=True, slots=True)
class Pack:
    """The samples of one sequence, and where its lane stands after it."""

    members: tuple[Member, ...]
    after: LanePosition

    @property
    def size(self) -> SampleSize:
        return SampleSize(
            sum(member.size.tokens for member in self.members), sum(member.size.tiles for member in self.members)
        )


@dataclass(slots=True)
class Lane:
    """One row of packs.

    Args:
        stream: Where the samples come from; each lane has its own, as a stream holds what it reads just now.
        number: Of the lane.
        lanes: How many there are in the run.
        budget: Of a pack.
        measure: The size a sample will have.
        look_ahead: Samples to choose from.
        left_out: Told of each sample that is left out, and why.

    Raises:
        InputError: from ``packs``: a shard is damaged or gone, or hardly a sample fits.
    """

    stream: Stream
    number: int
    lanes: int
    budget: Budget
    measure: Callable[[Sample], SampleSize]
    look_ahead: int = 48
    left_out: Callable[[Sample, str], None] = field(default=lambda sample, why: None)

    def packs(self, position: LanePosition = LanePosition()) -> Iterator[Pack]:
        """Packs from ``position`` on: the same as if the lane had never stopped there."""
        taken, left_out = set(position.taken), position.left_out
        waiting: list[Member] = []
        place = fit = position.start
        while True:
            while len(waiting) < self.look_ahead:
                if place not in taken:
                    member = self._member(place)
                    if member is not None:
                        waiting.append(member)
                        fit = place
                    else:  # counts as taken, so that a run that goes on from here does not count it twice
                        taken.add(place)
                        left_out += 1
                if place - fit > MOST_LEFT_OUT:
                    raise InputError(f"{MOST_LEFT_OUT} samples in a row fit no pack; the run's log of them says why")
                place += 1
            chosen = self._choose(waiting)
            taken |= {member.place for member in chosen}
            waiting = [member for member in waiting if member.place not in taken]
            start = waiting[0].place if waiting else place
            taken = {number for number in taken if number > start}
            yield Pack(tuple(chosen), LanePosition(start, tuple(sorted(taken)), left_out))

    def _member(self, place: int) -> Member | None:
        chunk, inside = divmod(place, CHUNK)
        sample = self.stream.sample((chunk * self.lanes + self.number) * CHUNK + inside)
        try:
            size = self.measure(sample)
        except (InputError, LimitError) as error:
            self.left_out(sample, str(error))
            return None
        if size.tokens > self.budget.tokens or size.tiles > self.budget.tiles:
            self.left_out(sample, f"{size.tokens} tokens and {size.tiles} tiles are more than a pack holds")
            return None
        return Member(place, sample, size)

    def _choose(self, waiting: list[Member]) -> list[Member]:
        chosen, rest = [waiting[0]], waiting[1:]
        tokens, tiles = chosen[0].size.tokens, chosen[0].size.tiles
        tiles_a_token = sum(m.size.tiles for m in waiting) / sum(m.size.tokens for m in waiting)
        while True:
            best, rank = None, (0.0, 0.0)
            for member in rest:
                new_tokens, new_tiles = tokens + member.size.tokens, tiles + member.size.tiles
                if new_tokens > self.budget.tokens or new_tiles > self.budget.tiles:
                    continue
                uneven = abs(new_tiles - tiles_a_token * new_tokens) / self.budget.tiles
                found = (-round(uneven * _STEPS), new_tokens / self.budget.tokens + new_tiles / self.budget.tiles)
                if best is None or found > rank:
                    best, rank = member, found
            if best is None:
                return chosen
            chosen.append(best)
            rest.remove(best)
            tokens, tiles = tokens + best.size.tokens, tiles + best.size.tiles
