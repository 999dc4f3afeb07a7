"""Pictures that come one at a time are given to a tower compiled for that, once there are enough of them."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from bayou.engine.runtimes.openvino_tower import FEW_SINGLY, AdaptiveTower, CompiledTower

PICTURE = np.zeros((3, 4, 8), np.float32)


class Named:
    """Stands for a compiled tower; its outputs tell which it is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, pixels: Any) -> list[dict[str, str]]:
        return [{"tower": self.name} for _ in pixels]


def towers(compiled: list[str]) -> AdaptiveTower:
    def one() -> CompiledTower:
        compiled.append("one")
        return cast(CompiledTower, Named("one"))

    return AdaptiveTower(cast(CompiledTower, Named("several")), one)


def read_by(tower: AdaptiveTower, pictures: int) -> list[Any]:
    return [found["tower"] for found in tower([PICTURE] * pictures)]


def test_after_a_few_single_pictures_another_tower_reads_them_and_is_compiled_once() -> None:
    compiled: list[str] = []
    tower = towers(compiled)
    assert [read_by(tower, 1) for _ in range(FEW_SINGLY + 2)] == [["several"]] * FEW_SINGLY + [["one"]] * 2
    assert compiled == ["one"]


@pytest.mark.parametrize("others", [0, 2, 5])
def test_whoever_reads_several_between_is_never_given_it(others: int) -> None:
    compiled: list[str] = []
    tower = towers(compiled)
    for _ in range(2 * FEW_SINGLY):
        assert read_by(tower, 1) == ["several"]
        assert read_by(tower, others) == ["several"] * others
    assert not compiled


def test_where_one_at_a_time_is_all_there_is_nothing_is_compiled() -> None:
    tower = AdaptiveTower(cast(CompiledTower, Named("several")), None)
    assert [read_by(tower, 1) for _ in range(FEW_SINGLY + 1)] == [["several"]] * (FEW_SINGLY + 1)
