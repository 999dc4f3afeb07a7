"""The page range syntax ``1-5,8``. Knows numbers only; not files."""

from __future__ import annotations

import re

from bayou.errors import InputError, UsageError

_PART = re.compile(r"(\d+)|(\d*)-(\d*)")


def parse_page_ranges(text: str) -> tuple[tuple[int, int | None], ...]:
    """``"1-5,8,12-"`` as pairs of first and last page; the last is None where the range is open.

    Raises:
        UsageError: The text isn't a list of page numbers and ranges.
    """
    ranges: list[tuple[int, int | None]] = []
    for part in text.replace(" ", "").split(","):
        match = _PART.fullmatch(part)
        if match is None or part == "-":
            raise UsageError(f"page range {text!r} isn't understood; write pages like 1-5,8 or 12-")
        single, low, high = match.groups()
        first = int(single or low or 1)
        last: int | None = int(single or high) if single or high else None
        if first < 1 or (last is not None and last < first):
            raise UsageError(f"page range {part!r} is empty; pages count from 1, and the first isn't after the last")
        ranges.append((first, last))
    return tuple(ranges)


def select_pages(text: str | None, total: int, path: str | None = None) -> range | tuple[int, ...]:
    """The page numbers asked for, ascending and each once, of a file of ``total`` pages; None asks for all.

    A range may end beyond the last page; the pages that exist are taken.

    Raises:
        UsageError: The text isn't a page range.
        InputError: The file has none of the pages.
    """
    if text is None:
        return range(1, total + 1)
    chosen: set[int] = set()
    for first, last in parse_page_ranges(text):
        chosen.update(range(first, min(total, last or total) + 1))
    if not chosen:
        pages = "1 page" if total == 1 else f"{total} pages"
        raise InputError(f"has {pages}, and none of the pages {text} asked for", path)
    return tuple(sorted(chosen))
