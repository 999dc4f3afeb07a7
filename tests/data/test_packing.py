"""Which samples go into a sequence together: budgets, balance, order, and going on where a lane stopped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from bayou.data import packing
from bayou.data.packing import Budget, Lane, LanePosition, Pack
from bayou.data.sample import Sample
from bayou.errors import InputError
from bayou.inputs.messages import Message
from bayou.inputs.processor import SampleSize

BUDGET = Budget(tokens=8192, tiles=26)
FILLED_BOUND = 0.9
UNEVEN_BOUND = 0.08


class Numbered:
    """Samples that say their number."""

    def sample(self, number: int) -> Sample:
        return Sample(str(number), (Message("user", "?"), Message("assistant", "!")), "some", "CC0-1.0", "none")


def measure(sample: Sample) -> SampleSize:
    """A third are text alone; the others have 1 to 7 tiles. One in nine fits no pack, one in eleven can't be read."""
    number = int(sample.key)
    if number % 11 == 5:
        raise InputError("not a picture of a known type")
    rng = np.random.default_rng(number)
    tiles = int(rng.integers(1, 8)) if number % 3 else 0
    return SampleSize(256 * tiles + int(rng.integers(20, 600)), tiles if number % 9 != 4 else 30)


def lane(number: int = 1, lanes: int = 3, **options: object) -> Lane:
    return Lane(Numbered(), number, lanes, BUDGET, measure, **options)  # type: ignore[arg-type]


def numbers(packs: Iterator[Pack], count: int) -> list[list[int]]:
    return [[int(member.sample.key) for member in pack.members] for pack in islice(packs, count)]


def test_packs_keep_both_budgets_fill_them_and_are_alike() -> None:
    packs = list(islice(lane().packs(), 60))
    assert all(pack.size.tokens <= BUDGET.tokens and pack.size.tiles <= BUDGET.tiles for pack in packs)
    tokens = np.array([pack.size.tokens / BUDGET.tokens for pack in packs])
    tiles = np.array([pack.size.tiles / BUDGET.tiles for pack in packs])
    assert np.maximum(tokens, tiles).mean() > FILLED_BOUND
    assert tiles.std() < UNEVEN_BOUND and tokens.std() < UNEVEN_BOUND


def test_every_sample_that_fits_is_in_one_pack_and_none_waits_for_ever() -> None:
    told: list[tuple[str, str]] = []
    packs = list(islice(lane(left_out=lambda sample, why: told.append((sample.key, why))).packs(), 60))
    places = sorted(member.place for pack in packs for member in pack.members)
    assert len(set(places)) == len(places)
    done = packs[-1].after.start
    left = {int(key) for key, _ in told}
    for place in range(done):
        chunk, inside = divmod(place, packing.CHUNK)
        assert place in places or (chunk * 3 + 1) * packing.CHUNK + inside in left
    assert places[-1] - done < 48 * max(len(pack.members) for pack in packs)  # each pack takes the oldest in
    assert packs[-1].after.left_out == len(told)
    assert {why for _, why in told if "known type" in why} and {why for _, why in told if "30 tiles" in why}


@pytest.mark.parametrize("stopped", [1, 7, 20])
def test_a_lane_goes_on_as_if_it_had_not_stopped(stopped: int) -> None:
    whole = list(islice(lane().packs(), 40))
    again = list(islice(lane().packs(whole[stopped - 1].after), 40 - stopped))
    assert [pack.members for pack in again] != []
    for pack, other in zip(whole[stopped:], again, strict=True):
        assert [m.place for m in pack.members] == [m.place for m in other.members]
        assert pack.after == other.after


def test_lanes_share_the_stream_out_in_chunks() -> None:
    seen = [{sample for pack in numbers(lane(number).packs(), 40) for sample in pack} for number in range(3)]
    assert not seen[0] & seen[1] and not seen[1] & seen[2] and not seen[0] & seen[2]
    assert {number // packing.CHUNK % 3 for number in seen[2]} == {2}


def test_where_hardly_a_sample_fits_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_LEFT_OUT", 50)
    nothing_fits = Lane(Numbered(), 0, 1, Budget(10, 1), measure)
    with pytest.raises(InputError, match="50 samples in a row"):
        next(nothing_fits.packs(LanePosition()))
