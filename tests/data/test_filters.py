from __future__ import annotations

import numpy as np
import pytest

from bayou.data.filters import check_picture, check_text, run_variety
from bayou.data.recipe import Filters
from bayou.data.schemas import RowError
from bayou.inputs.template import Role
from tests.data.made_samples import pixels

FILTERS = Filters()
ROW = "<tr><td>{}</td><td></td><td></td></tr>"


def turns(*texts: str) -> list[tuple[Role, str]]:
    return [("user" if place % 2 == 0 else "assistant", text) for place, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("talk", "reason"),
    [
        ([], "other-roles"),
        (turns("What?"), "other-roles"),
        ([("assistant", "a"), ("user", "b")], "other-roles"),
        ([("user", "a"), ("user", "b")], "other-roles"),
        (turns("", "a"), "no-question"),
        (turns("What?", " \n"), "no-answer"),
        (turns("What?", "a", "And?", ""), "no-answer"),
        (turns("What?", "x" * 50_000), "too-long"),
        (turns("What?<|end|>", "a"), "template-marks"),
        (turns("What?", "see <image> there"), "template-marks"),
        (turns("What?", "caf\ufffd"), "damaged-text"),
        (turns("What?", "a\x00b"), "damaged-text"),
        (turns("What?", "the end of the line " * 40), "repeats-itself"),
    ],
)
def test_what_is_no_conversation_is_refused(talk: list[tuple[Role, str]], reason: str) -> None:
    with pytest.raises(RowError) as error:
        check_text(talk, FILTERS)
    assert error.value.reason == reason


def test_what_is_one_passes() -> None:
    check_text(turns("What?", "A cat.\n\tOn a mat.", "Why?", "ok ok ok"), FILTERS)
    check_text(turns("Read.", " ".join(f"word{n}" for n in range(500))), FILTERS)


def test_empty_cells_of_a_table_are_no_loop() -> None:
    table = "<table>" + "".join(ROW.format(f"name {n}") for n in range(100)) + "</table>"
    assert run_variety(table) == 1
    check_text(turns("Table?", table), FILTERS)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (pixels(1)[:5], "too-small"),
        (np.tile(pixels(1)[:10], (1, 10, 1)), "too-narrow"),
        (np.full((40, 40, 3), 250, np.uint8), "blank-picture"),
    ],
)
def test_pictures_without_anything_to_see_are_refused(image: np.ndarray, reason: str) -> None:
    with pytest.raises(RowError) as error:
        check_picture(image, FILTERS, blank_allowed=False)
    assert error.value.reason == reason


def test_blank_ones_may_be_meant_and_coloured_ones_are_not_blank() -> None:
    check_picture(np.full((40, 40, 3), 250, np.uint8), FILTERS, blank_allowed=True)
    striped = np.zeros((40, 40, 3), np.uint8)
    striped[::2, :, 0], striped[1::2, :, 1] = 100, 51  # nearly one grey
    check_picture(striped, FILTERS, blank_allowed=False)
    check_picture(pixels(2), FILTERS, blank_allowed=False)
