"""Spaces that are read in addresses and that the print doesn't have; 1 and l in paths."""

from __future__ import annotations

import pytest

from bayou.reading.addresses import with_addresses, without_false_spaces
from bayou.reading.recogniser import RecognisedLine

PLACE = 0.01


def typed(text: str, printed: str) -> RecognisedLine:
    """``text`` as it was read, each character where it stands in ``printed``, which has other spaces."""
    spans, at = [], 0
    for letter in text:
        if letter == " " and printed[at] != " ":
            spans.append((at * PLACE, at * PLACE))
            continue
        spans.append((at * PLACE, (at + 1) * PLACE))
        at += 1
    return RecognisedLine(text, 0.9, 0.9, "model", tuple(spans), tuple(0.9 for _ in text))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("at http: //www. example. org, then", "at http://www.example.org, then"),
        ("see (https: / /example. org/ lists).", "see (https://example.org/lists)."),
        ("files in /usr / share / doc/ here", "files in /usr/share/doc/here"),
        ("written to a . out or all. exe", "written to a.out or all.exe"),
    ],
)
def test_evenly_set_addresses_lose_their_spaces(text: str, printed: str) -> None:
    read = without_false_spaces(typed(text, printed))
    assert read.text == printed
    assert read.spans is not None and read.character_confidences is not None
    assert len(read.spans) == len(read.character_confidences) == len(printed)


@pytest.mark.parametrize(
    "text",
    [
        "at http://example.org/ and so on",
        "in /usr and /bin. so on",
        "the end. or not",
        "3.8. /home : for users",
        "and / or",
    ],
)
def test_printed_spaces_stay(text: str) -> None:
    assert without_false_spaces(typed(text, text)).text == text


def test_no_space_stays_between_a_scheme_and_its_slashes_however_wide() -> None:
    for text in ("(https ://www.example.org/", "(https : / /www.example.org/", "(HTTPS: //www.example.org/"):
        assert without_false_spaces(typed(text, text)).text.casefold() == "(https://www.example.org/"
    for text in ("https : a scheme", "file : /etc/hosts", "whttp ://x"):
        assert without_false_spaces(typed(text, text)).text == text


def test_prose_stays_whatever_its_distances() -> None:
    read = typed("the house. then a dog", "the house.then a dog")
    assert without_false_spaces(read).text == read.text
    bare = RecognisedLine("a . out", 0.9, 0.9, "model")
    assert without_false_spaces(bare) == bare


def test_a_one_before_small_letters_of_a_path_is_an_l() -> None:
    printed = "/1ib, /var/1og and https://1ists.example.org"
    assert with_addresses(typed("/1 ib, /var/1og and https://1ists.example.org", printed)).text == (
        "/lib, /var/log and https://lists.example.org"
    )
    for text in ("1ib 1kg 1st", "page 3/1st", "24/1pcs", "7/1 and /1b", "24/12"):
        assert with_addresses(typed(text, text)).text == text
