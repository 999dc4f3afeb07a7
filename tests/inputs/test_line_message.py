"""nano takes one picture of one line and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from bayou.errors import InputError
from bayou.inputs.line_images import prepare_line
from bayou.inputs.line_message import line_pixels
from bayou.inputs.messages import Message

LINE = np.random.default_rng(1).integers(0, 256, (30, 200, 3), dtype=np.uint8)


@pytest.mark.parametrize("picture", [LINE, Image.fromarray(LINE)])
def test_one_picture(picture: np.ndarray | Image.Image) -> None:
    np.testing.assert_array_equal(line_pixels([Message("user", picture)]), prepare_line(LINE))


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [Message("user", "What does it say?")],
        [Message("user", [LINE, "What does it say?"])],
        [Message("user", [LINE, LINE])],
        [Message("assistant", LINE)],
        [Message("user", LINE), Message("assistant", "word")],
        [Message("user", ())],
    ],
)
def test_anything_more_names_the_larger_models(messages: list[Message]) -> None:
    with pytest.raises(InputError, match="800m or 2b"):
        line_pixels(messages)
