"""Addresses, paths and names of files in a line, as they are spelt. Knows texts and spans; not pixels or pages.

In typewriter print a full stop stands as far from its neighbours as a narrow space is wide, and ``www.example.org``,
``/usr/bin`` or ``a.out`` is read with spaces. There characters keep one distance; beside a space they keep two of it.
And there 1 and l look alike: within a path, a 1 that small letters follow is an l.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np

from bayou.reading.recogniser import RecognisedLine

ONE_PLACE, SURELY_ADDRESS = 1.3, 1.45
"""Distance of two characters, in those of their neighbours, up to which no place is free between them; and where what
stands before is surely part of an address."""
_SURE = re.compile(r"(?:://\S*|/1)$")
_SCHEME = re.compile(r"(?<!\w)(?:https?|ftps?|sftp|file)(:?/?)$", re.IGNORECASE)
NEIGHBOURS = 5
FEWEST_NEIGHBOURS = 4
"""Distances on either side that tell the usual one; and how many it takes, together."""
_ENDING = re.compile(
    r"(?:bat|bz2|c|cc|cfg|cgi|com|conf|cnf|cpp|css|csv|d|dat|deb|dem|dll|doc|edu|eps|exe|ext|gif|gov|gz|h|htm|html|info"
    r"|ini|jpe?g|js|json|lock|log|mk|net|o|org|out|pdf|php|pid|pl|plt|pm|png|ps|py|rc|rpm|sh|so|svg|tar|tex|tgz|ts|txt"
    r"|uk|xml|xz|ya?ml|zip)(?!['-]?\w)"
)
"""What names of files and computers end with."""


_PATH_WITH_1 = re.compile(r"(?<![0-9]/)(?<=/)1(?=(?!st|nd|rd|th)[a-z]{2})")


def with_addresses(read: RecognisedLine) -> RecognisedLine:
    """``read`` with its addresses, paths and names of files as they are spelt."""
    read = without_false_spaces(read)
    return replace(read, text=_PATH_WITH_1.sub("l", read.text))


def without_false_spaces(read: RecognisedLine) -> RecognisedLine:
    """``read`` without spaces within addresses, paths and names of files whose characters stand evenly.

    After an address's scheme none is kept, evenly or not.
    """
    if read.spans is None:
        return read
    place = read.text.find(" ")
    while place >= 0:
        before, after = read.text[:place], read.text[place + 1 :]
        if _is_in_scheme(before, after) or (_could_be_address(before, after) and _is_one_place(read, place)):
            read = _without(read, place)
            place -= 1
        place = read.text.find(" ", place + 1)
    return read


def _is_in_scheme(before: str, after: str) -> bool:
    """Whether two parts meet between an address's scheme and its slashes: nothing is written with a space there."""
    scheme = _SCHEME.search(before)
    return scheme is not None and (scheme.group(1) + after).replace(" ", "").startswith("://")


def _could_be_address(before: str, after: str) -> bool:
    """Whether two parts of a line could belong together, as an address, a path or a file's name."""
    word = re.split(r"\s", before)[-1]
    last, first = word[-1:], after[:1]
    if last == ":":
        return first == "/"
    if last == "/":
        return first == "/" or ("/" in word[:-1] and first.islower())
    if first == "/":
        return "/" in word and last.isalnum() and after[1:].lstrip()[:1].islower()
    if word.endswith("/1") and not word[-3:-2].isdigit():
        return first.islower()
    if last == ".":
        return (("/" in word or word.startswith("www.")) and first.islower()) or bool(_ENDING.match(after))
    return first == "." and bool(_ENDING.match(after[1:].lstrip()))


def _is_one_place(read: RecognisedLine, place: int) -> bool:
    """Whether the characters beside a space are no further apart than those around them."""
    assert read.spans is not None
    shown = [i for i, letter in enumerate(read.text) if letter != " "]
    centers = [sum(read.spans[i]) / 2 for i in shown]
    steps = [b - a for a, b in pairwise(centers)]
    at = sum(i < place for i in shown) - 1
    near = [
        step
        for i, step in enumerate(steps[: at + NEIGHBOURS + 1])
        if i >= at - NEIGHBOURS and shown[i + 1] == shown[i] + 1
    ]
    most = SURELY_ADDRESS if _SURE.search(read.text[:place]) else ONE_PLACE
    return len(near) >= FEWEST_NEIGHBOURS and 0 <= at < len(steps) and steps[at] <= most * float(np.mean(near))


def _without(read: RecognisedLine, place: int) -> RecognisedLine:
    assert read.spans is not None
    spans, sure = read.spans, read.character_confidences
    return replace(
        read,
        text=read.text[:place] + read.text[place + 1 :],
        spans=(*spans[:place], *spans[place + 1 :]),
        character_confidences=None if sure is None else (*sure[:place], *sure[place + 1 :]),
    )
