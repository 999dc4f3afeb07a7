"""Lines of handwritten digits: seeded, showing their ink where they say, one in ten digits never learned from."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from bayou.data.synthetic.hand_digits import HandDigits
from bayou.errors import InputError
from tests.data.made_digits import OF_EACH, write_digits


@pytest.fixture
def digits(tmp_path: Path) -> HandDigits:
    write_digits(tmp_path)
    return HandDigits.find(tmp_path)


def test_one_in_ten_digits_is_never_learned_from(digits: HandDigits, tmp_path: Path) -> None:
    kept = HandDigits.find(tmp_path, held_out=True)
    assert [len(p) for p in digits.pictures] == [OF_EACH * 9 // 10] * 10
    assert [len(p) for p in kept.pictures] == [OF_EACH // 10] * 10
    assert {int(p.max(0).sum()) for p in kept.pictures[0]} == {4 * 255}
    assert {int(p.max(0).sum()) for p in digits.pictures[0]} == {10 * 255}


def test_lines_are_the_same_each_time_and_say_digits(digits: HandDigits) -> None:
    first, second = ([digits.line(3, n) for n in range(30)] for _ in range(2))
    assert [s.text for s in first] == [s.text for s in second]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, second, strict=True))
    assert all(set(s.text) <= set("0123456789.,-/") for s in first)
    assert len({s.text for s in first}) > 25
    assert all(s.image.dtype == np.uint8 and s.image.shape[2] == 3 and np.ptp(s.image) > 0 for s in first)


def test_more_digits_take_more_room_and_all_ink_is_in_the_box(digits: HandDigits) -> None:
    for text in ("7", "31.12.99", "1,50", "0123456789"):
        line = digits.written(random.Random(1), text)
        left, top, right, bottom = line.box
        inside = line.ink[top:bottom, left:right]
        assert inside.max() > 200
        outside = line.ink.copy()
        outside[top:bottom, left:right] = 0
        assert outside.max() <= 160  # at most the pale lines of boxes on a form
    widths = [np.ptp(digits.written(random.Random(1), "8" * n).box[::2]) for n in (1, 3, 9)]
    assert widths == sorted(widths) and widths[2] > 5 * widths[0]


def test_files_that_are_not_digits_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"0\.json: can't be read"):
        HandDigits.find(tmp_path)
    (tmp_path / "0.json").write_text('{"data": [1, 2]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"0\.json: not a file of handwritten digits"):
        HandDigits.find(tmp_path)
