from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="shards need the extra data")

from hypothesis import given, settings
from hypothesis import strategies as st

from bayou.data import mixture as module
from bayou.data.mixture import Mixture, Part, apportion
from bayou.data.shards import write_shards
from bayou.errors import InputError, UsageError
from tests.data.made_samples import folder

WEIGHTS = st.lists(st.floats(0.001, 1000), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Part]:
    root = tmp_path_factory.mktemp("parts")
    patch = pytest.MonkeyPatch()
    patch.setattr("bayou.data.parquet_rows.GROUP_ROWS", 4)  # so that there are windows to shuffle
    made = [Part(name, folder(root / name, n, name), w) for name, n, w in [("a", 90, 1), ("b", 40, 2.5), ("c", 7, 0.1)]]
    patch.undo()
    return made


def keys(mixture: Mixture, start: int, stop: int) -> list[str]:
    return [s.key for s in islice(mixture.samples(start), stop - start)]


def test_a_stream_is_taken_up_anywhere(parts: list[Part]) -> None:
    stream = keys(Mixture(parts, 7), 0, 2100)
    for start in (1, 64, 1023, 1024, 1999):
        assert keys(Mixture(parts, 7), start, start + 100) == stream[start : start + 100]
    assert keys(Mixture(parts, 8), 0, 100) != stream[:100]


def test_ranks_share_one_stream(parts: list[Part]) -> None:
    stream = keys(Mixture(parts, 7), 0, 200)
    for world in (2, 3):
        ranks = [Mixture(parts, 7).samples(11, rank, world) for rank in range(world)]
        assert [next(ranks[number % world]).key for number in range(11, 200)] == stream[11:]


def test_shares_are_the_weights(parts: list[Part]) -> None:
    mixture = Mixture(parts, 7)
    counts = Counter(key[0] for key in keys(mixture, 0, 1500))
    assert mixture.counts(1500) == counts
    for part in parts:
        assert abs(counts[part.name] - 1500 * part.weight / 3.6) < 60  # within a block the order is chance
        assert abs(mixture.counts(102_400)[part.name] - 102_400 * part.weight / 3.6) < 2


def test_each_epoch_has_each_sample_once_in_another_order(parts: list[Part]) -> None:
    mixture = Mixture(parts, 7)
    mine = [key for key in keys(mixture, 0, 1400) if key[0] == "a"]
    epochs = [mine[i : i + 90] for i in range(0, 270, 90)]
    assert all(sorted(epoch) == sorted(f"a/{n}" for n in range(90)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]
    far = [abs(int(key[2:]) - place) for place, key in enumerate(epochs[0])]
    assert sum(far) / len(far) > 15  # a random order has 30


def test_a_part_has_the_same_order_whatever_the_others(parts: list[Part]) -> None:
    alone = keys(Mixture(parts[:1], 7), 0, 90)
    assert [key for key in keys(Mixture(parts, 7), 0, 600) if key[0] == "a"][:90] == alone


def test_places_tell_epochs(parts: list[Part]) -> None:
    mixture = Mixture(parts, 7)
    place = mixture.locate(1500)
    assert (
        mixture.counts(1500)[parts[place.part].name] == place.epoch * mixture.sizes()["abc"[place.part]] + place.index
    )


def test_a_window_at_a_time_is_held(parts: list[Part], monkeypatch: pytest.MonkeyPatch) -> None:
    mixture = Mixture(parts, 7)
    reads: list[int] = []
    stream = mixture._streams[0]
    read_group = stream._folder.read_group
    monkeypatch.setattr(stream._folder, "read_group", lambda n: reads.append(n) or read_group(n))
    keys(mixture, 0, 700)
    assert len(reads) <= 2 * len(stream._folder.groups) + 8  # two epochs and a bit: each group is read once in each
    assert len(stream._held[1]) <= module.WINDOW


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, st.integers(0, 5000))
def test_apportionment_never_takes_back(weights: list[float], total: int) -> None:
    now, then = apportion(weights, total), apportion(weights, total + 1)
    assert sum(now) == total and sum(then) == total + 1
    assert all(later >= earlier for earlier, later in zip(now, then, strict=True))


@given(WEIGHTS, st.integers(0, 300))
def test_apportionment_is_that_of_one_after_the_other(weights: list[float], total: int) -> None:
    counts = [0] * len(weights)
    for _ in range(total):
        due = min(range(len(weights)), key=lambda i: ((counts[i] + 0.5) / weights[i], i))
        counts[due] += 1
    assert apportion(weights, total) == counts


def test_what_is_no_mixture_is_refused(parts: list[Part], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none"):
        Mixture([], 0)
    with pytest.raises(UsageError, match="names of their own"):
        Mixture([parts[0], parts[0]], 0)
    with pytest.raises(UsageError, match="weight of a"):
        Mixture([Part("a", parts[0].folder, 0)], 0)
    write_shards([], tmp_path / "empty")
    with pytest.raises(InputError, match="no samples for e"):
        Mixture([Part("e", tmp_path / "empty", 1)], 0)
