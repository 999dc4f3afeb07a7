"""The estimate of memory, and what is chosen by it."""

from __future__ import annotations

from math import prod

import pytest

from bayou.engine.memory import OPENVINO_CHOICES, fitting_precision, memory_needed
from bayou.engine.runtime import Precision, SquarePrecision, TowerPrecision, with_its_tower
from bayou.errors import UsageError
from bayou.model.config import VLMConfig
from bayou.model.family import member
from bayou.model.square_layout import DECODER, tensor_shapes

SMALL, LARGE = member("800m"), member("2b")


@pytest.mark.parametrize(
    ("precision", "tower"), [("float32", "float32"), ("bf16", "bf16"), ("int8", "bf16"), ("int4", "int8")]
)
def test_what_a_precision_means_for_the_tower(precision: Precision, tower: TowerPrecision) -> None:
    assert with_its_tower(precision) == SquarePrecision(precision, tower)


@pytest.mark.parametrize("config", [SMALL, LARGE])
def test_each_choice_takes_less_than_the_one_before(config: VLMConfig) -> None:
    for bfloat16 in (True, False):
        needed = [memory_needed(config, choice, bfloat16=bfloat16) for choice in OPENVINO_CHOICES]
        assert needed == sorted(needed, reverse=True) and len(set(needed)) == len(needed)
        for choice, size in zip(OPENVINO_CHOICES, needed, strict=True):
            assert fitting_precision(config, size, bfloat16=bfloat16) == choice
        with pytest.raises(UsageError, match="int8 with its tower in int8"):
            fitting_precision(config, needed[-1] - 1, bfloat16=bfloat16)


def test_a_tower_in_bfloat16_grows_where_nothing_multiplies_it() -> None:
    numbers = sum(prod(shape) for name, shape in tensor_shapes(SMALL).items() if not name.startswith(DECODER))
    precision = with_its_tower("int8")
    narrow, wide = (memory_needed(SMALL, precision, bfloat16=able) for able in (True, False))
    assert wide - narrow == 2 * numbers
    for other in (with_its_tower("int4"), SquarePrecision("int8", "float32")):
        assert memory_needed(SMALL, other, bfloat16=False) == memory_needed(SMALL, other)
