"""The plan for many GPUs in docs/training.md is what the program wrote, and follows from what it assumes."""

from __future__ import annotations

import pytest

from bayou.recipes import small
from benchmarks.training_plan import PAGE, Assumed, kept_text, plan


def test_the_documentation_shows_the_kept_table() -> None:
    assert kept_text() in PAGE.read_text(encoding="utf-8")


def test_more_gpus_take_less_time_and_slow_networks_more() -> None:
    some = {gpus: plan("0.8B", small.SETTINGS, gpus, Assumed(), 10.0) for gpus in (8, 64, 256)}
    assert float(str(some[8]["hours"])) > 4 * float(str(some[64]["hours"])) > 8 * float(str(some[256]["hours"]))
    assert some[8]["tokens"] == some[256]["tokens"]
    assert some[256]["packs_a_step"] == 256
    slow = plan("0.8B", small.SETTINGS, 64, Assumed(outside=4e9), 10.0)
    assert float(str(slow["hours"])) > float(str(some[64]["hours"]))


@pytest.mark.parametrize(
    ("gpus", "assumed", "tiles", "limit"),
    [
        (8, Assumed(), 100.0, "the GPUs"),
        (8, Assumed(), 0.1, "too few cores"),
        (8, Assumed(inside=1e9), 100.0, "the network"),
        (256, Assumed(), 100.0, "8 times fewer steps"),
    ],
)
def test_what_gives_way_first_is_said(gpus: int, assumed: Assumed, tiles: float, limit: str) -> None:
    assert limit in str(plan("0.8B", small.SETTINGS, gpus, assumed, tiles)["limit"])
