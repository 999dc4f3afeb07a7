"""A user's own lines from JSON lines: crops, or pages with boxes or with text alone. Knows the file; no learner.

One object a line of the file; paths are relative to it::

    {"image": "line.png", "text": "what it says"}                            a picture of one line
    {"image": "page.png", "lines": [{"box": [l, t, r, b], "text": "…"}]}     a page; or a box of four corners [x, y]
    {"image": "page.png", "text": "first line\\nsecond line\\n"}                a page; its lines are found
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.real import RealLine, cut_out
from bayou.data.synthetic.alphabet import LOOK_ALIKES
from bayou.documents.open_pages import open_pages
from bayou.errors import InputError
from bayou.reading.lines import LineDetector, crop_line
from bayou.reading.recogniser import Recogniser

SOURCE = "yours"
LEAST_LIKENESS = 0.5
"""Twice the common letters over all: a text is learned from a found line that is read as at least so like it."""

_SMALLEST_SIDE = 4


@dataclass(frozen=True, slots=True)
class GivenPage:
    """A page whose text is known, but not where its lines stand.

    Attributes:
        key: Its place in the file.
        picture: uint8 RGB [H, W, 3].
        texts: Its lines, none empty.
    """

    key: str
    picture: NDArray[np.uint8]
    texts: tuple[str, ...]


def given_lines(path: Path) -> Iterator[RealLine | GivenPage]:
    """What a file gives, in its order; lines without text are left out.

    Raises:
        InputError: The file can't be read, or a line of it isn't of one of these forms, or its picture can't be read;
            the message names the line.
    """
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8", str(path)) from error
    for number, row in enumerate(rows, start=1):
        if row.strip():
            yield from _of_row(row, path, number)


def _of_row(row: str, path: Path, number: int) -> Iterator[RealLine | GivenPage]:
    where = f"{path}, line {number}"
    try:
        values = json.loads(row)
    except ValueError as error:
        raise InputError(f"not JSON: {error}", where) from error
    if not isinstance(values, dict) or not isinstance(values.get("image"), str):
        raise InputError('each line is {"image": path, "text": …} or {"image": path, "lines": […]}', where)
    key = f"{values['image']}#{number}"
    if isinstance(values.get("text"), str) == isinstance(values.get("lines"), list):
        raise InputError('give either "text" (a string) or "lines" (a list)', where)
    picture = _picture(path.parent / values["image"], where)
    if "lines" in values:
        for place, line in enumerate(values["lines"]):
            yield from _placed(line, picture, f"{key}.{place}", where)
        return
    texts = tuple(filter(None, map(tidy, values["text"].split("\n"))))
    if "\n" in values["text"]:
        yield GivenPage(key, picture, texts)
    elif texts:
        height, width = picture.shape[:2]
        yield whole_picture(key, texts[0], picture[:height, :width])


def tidy(text: str) -> str:
    """With single spaces, and look-alikes written as in all labels."""
    return " ".join(text.translate(LOOK_ALIKES).split())


def whole_picture(key: str, text: str, picture: NDArray[np.uint8]) -> RealLine:
    """A line that is a picture of its own, without surroundings."""
    height, width = picture.shape[:2]
    _, png = cv2.imencode(".png", np.ascontiguousarray(picture[:, :, ::-1]), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return RealLine(key, text, SOURCE, True, png.tobytes(), (0, 0, width, height))


def _picture(path: Path, where: str) -> NDArray[np.uint8]:
    try:
        pages = list(open_pages(path))
    except InputError as error:
        raise InputError(f"{where}: {error.message}", error.path) from error
    if len(pages) != 1 or pages[0].failure:
        raise InputError(f"{where}: a file of one page is needed", str(path))
    return pages[0].image


def _placed(line: Any, picture: NDArray[np.uint8], key: str, where: str) -> Iterator[RealLine]:
    if not isinstance(line, Mapping) or not isinstance(line.get("text"), str):
        raise InputError('each of "lines" is {"box": …, "text": …}', where)
    text, box = tidy(line["text"]), _numbers(line.get("box"))
    if box is None or box.shape not in ((4,), (4, 2)):
        raise InputError('a "box" is [left, top, right, bottom] or four corners [x, y], in pixels', where)
    if not text:
        return
    if box.shape == (4, 2):
        yield whole_picture(key, text, crop_line(picture, box))
        return
    height, width = picture.shape[:2]
    left, top, right, bottom = np.rint(box).astype(int).tolist()
    left, right, top, bottom = max(0, left), min(width, right), max(0, top), min(height, bottom)
    if right - left < _SMALLEST_SIDE or bottom - top < _SMALLEST_SIDE:
        raise InputError(f"the box {line['box']} is too small, or outside the picture", where)
    yield RealLine(key, text, SOURCE, True, *cut_out(picture, (left, top, right, bottom)))


def _numbers(value: Any) -> NDArray[np.float32] | None:
    try:
        return np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError):
        return None


def placed_lines(page: GivenPage, detector: LineDetector, recogniser: Recogniser) -> list[RealLine]:
    """The lines of a page's text on the lines that are found there and read as nearly the same.

    A found line that no text is like is no part of it; a text that no found line is like is left out.
    """
    crops = [crop_line(page.picture, quad) for quad in detector.find(page.picture)]
    read = [line.text for line in recogniser.recognise(crops)]
    lines = []
    for i, j in matched(page.texts, read):
        lines.append(whole_picture(f"{page.key}.{i}", page.texts[i], crops[j]))
    return lines


def matched(texts: Sequence[str], read: Sequence[str]) -> list[tuple[int, int]]:
    """Which text is which line that was read: pairs (text, line), the likest first taken, of equals the nearest."""
    scored = [
        (SequenceMatcher(None, text.casefold(), line.casefold(), autojunk=False).ratio(), -abs(i - j), i, j)
        for i, text in enumerate(texts)
        for j, line in enumerate(read)
    ]
    pairs: list[tuple[int, int]] = []
    texts_left, read_left = set(range(len(texts))), set(range(len(read)))
    for like, _, i, j in sorted(scored, reverse=True):
        if like >= LEAST_LIKENESS and i in texts_left and j in read_left:
            pairs.append((i, j))
            texts_left.remove(i)
            read_left.remove(j)
    return sorted(pairs)
