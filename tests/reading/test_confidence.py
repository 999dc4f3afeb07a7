"""Whether what was read on a page is text at all."""

from __future__ import annotations

import pytest

from bayou.documents.document import Line
from bayou.reading.confidence import is_text


def read(*lines: tuple[str, float | None]) -> list[Line]:
    return [Line(text, None, confidence, "model") for text, confidence in lines]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([("E", 0.05)], False),
        ([("0", 0.94)], False),
        ([("1", 0.24), ("wwwwwww.", 0.01)], False),
        ([("w" * 30 + "." + "w" * 30, 0.01)], False),
        ([("三", 0.73), ("_", 0.01), ("_", 0.01)], False),
        ([("7", 0.97)], True),
        ([("No", 0.4), ("~", 0.02)], True),
        ([("Dear Sir or Madam, we", 0.1)], True),
        ([("whole page", None)], True),
        ([], False),
    ],
)
def test_a_few_doubtful_letters_are_no_text(lines: list[tuple[str, float | None]], text: bool) -> None:
    assert is_text(read(*lines)) is text
