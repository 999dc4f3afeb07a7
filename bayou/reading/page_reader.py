"""One opened page to a read one: finds lines, turns the page upright, reads, assembles. Knows pages; not files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.documents.document import Line, Page, PageStatus
from bayou.documents.geometry import Box, Quad
from bayou.documents.raw_page import RawPage
from bayou.documents.tables import find_tables
from bayou.reading.assemble import assemble
from bayou.reading.confidence import LEAST_LEGIBILITY, is_lone_digit, is_text, page_confidence
from bayou.reading.fragments import join_fragments
from bayou.reading.level import page_skew
from bayou.reading.lines import TURNED_ASPECT, FoundLine, LineDetector, crop_line
from bayou.reading.lone_lines import read_alone
from bayou.reading.lone_signs import lone_signs
from bayou.reading.orientation import HeadDownClassifier, lies_sideways, stands_on_its_head, turn
from bayou.reading.progress import LinesRead, OnReading, PageBegun
from bayou.reading.recogniser import RecognisedLine, Recogniser
from bayou.reading.show_through import DoubtfulLine, is_doubtful, shown_through
from bayou.reading.spacing import respaced
from bayou.reading.type_size import native_size, type_size
from bayou.reading.words import ink_mask, place_line

SURE_SCORE = 0.6
"""The detector's score from which on a line without readable text is worth a word to the user."""
STANDING_BONUS = 0.15
"""A high narrow quad is more often an upright "1" or "I" than a turned line, which must read so much better."""
STANDING_ASPECT = 3.0
FIRST_LINES, MOST_LINES = 4, 8
"""Where somebody watches, lines are read in groups, a small one first, so that it comes soon; each next is doubled."""
CUT_OUT_HEIGHT = 160
"""Pixels up to which a picture may be a word or line cut out of a larger one: read as one if nothing is found in it."""
FEWEST_INK = 12
"""Pixels unlike the paper below which a picture is blank, whatever its size: a full stop has as many."""
ALREADY_NATIVE = 0.5
"""Share of a found line's box that native lines cover, from which on it is the same text."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """Lines, the size of each one's type in page units, and how many places were unreadable or mirrored."""

    lines: list[Line]
    sizes: list[float]
    unread: int
    mirrored: int = 0
    skew: float = 0.0


_Read = tuple[RecognisedLine, Quad, NDArray[np.uint8]]
"""What a line says, the corners it was cut out by, and the crop."""


@dataclass(frozen=True, slots=True)
class _Watch:
    """Somebody watches page ``number``."""

    number: int
    tell: OnReading

    def lines(self, lines: Sequence[Line]) -> None:
        """Told even where a group had none: this is where a reading can be given up."""
        self.tell(LinesRead(self.number, tuple(lines)))


def needs_model(raw: RawPage) -> bool:
    """Whether a page has anything to read: a PDF's page whose own text is all there is, and no picture, has not."""
    if raw.failure:
        return False
    return bool(raw.image_regions) or (raw.image_regions is None and not raw.native)


class NoRecogniser:
    """Reads the pages that need no model, without one."""

    name = ""

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        """Nothing, of no crops."""
        if crops:
            raise ValueError("there is something to read on a page that needs no model")
        return []


class PageReader:
    """Reads opened pages with one recogniser. Not thread-safe."""

    def __init__(self, recogniser: Recogniser, device: str = "CPU", threads: int | None = None) -> None:
        self._recogniser = recogniser
        self._device = device
        self._threads = threads
        self._detector: LineDetector | None = None
        self._classifier: HeadDownClassifier | None = None

    def read(self, raw: RawPage, on_reading: OnReading | None = None) -> Page:
        """The page with its blocks, status and confidence; ``on_reading`` is told on the way what is read."""
        start = time.perf_counter()
        if raw.failure:
            return Page(raw.number, raw.width, raw.height, raw.unit, status="failed", message=raw.failure)
        image, rotation, found = raw.image, 0, None
        if not raw.native and raw.image_regions is None:
            image, rotation, found = self._upright(raw.image)
        sideways = rotation in (90, 270)
        width, height = (raw.height, raw.width) if sideways else (raw.width, raw.height)
        watch = None
        if on_reading is not None:
            on_reading(PageBegun(raw.number, width, height, raw.unit, image))
            watch = _Watch(raw.number, on_reading)
        if found is None:
            reading = self._read_regions(raw, watch)
        else:
            reading = self._read_found(image, found, raw.pixels_per_unit, watch)
            if not reading.lines and image.shape[0] <= CUT_OUT_HEIGHT:
                reading = self._read_whole(image, raw.pixels_per_unit, watch) or reading
        tables = find_tables(reading.lines, image, raw.pixels_per_unit)
        return Page(
            number=raw.number,
            width=width,
            height=height,
            unit=raw.unit,
            blocks=assemble(reading.lines, reading.sizes, tables, reading.skew),
            status=_status(reading),
            message=_message(raw.message, reading),
            confidence=page_confidence(reading.lines),
            pixel_width=image.shape[1],
            pixel_height=image.shape[0],
            pixels_per_unit=raw.pixels_per_unit,
            dpi=raw.dpi,
            rotation=rotation,
            skew=reading.skew,
            seconds=time.perf_counter() - start,
        )

    def _find(self, image: NDArray[np.uint8]) -> list[FoundLine]:
        if self._detector is None:
            self._detector = LineDetector(self._device, self._threads)
        return self._detector.find_scored(image)

    def _upright(self, image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int, list[FoundLine]]:
        """The page turned upright, by how many degrees clockwise, and its lines."""
        rotation = 0
        found = self._find(image)
        if lies_sideways(found):
            rotation = 90
            image = turn(image, 90)
            found = self._find(image)
        if self._classifier is None:
            self._classifier = HeadDownClassifier(self._device, self._threads)
        if stands_on_its_head(image, found, self._classifier, self._recogniser.recognise):
            rotation += 180
            image = turn(image, 180)
            found = self._find(image)
        return image, rotation, found

    def _read_found(
        self, image: NDArray[np.uint8], found: list[FoundLine], pixels_per_unit: float, watch: _Watch | None
    ) -> _Reading:
        skew = page_skew([line.quad for line in found])
        found = join_fragments(found, skew)
        first_sign = len(found)
        found += [FoundLine(quad, 0.0) for quad in lone_signs(image, [line.quad for line in found], skew)]
        placed: dict[int, tuple[Line, float]] = {}
        unread = mirrored = 0
        for group in _groups(found, watched=watch is not None):
            new = []
            reads = dict(zip(group, self._best_of(image, [found[at] for at in group]), strict=True))
            doubtful = {
                at: DoubtfulLine(read, crop)
                for at, (read, _, crop) in reads.items()
                if at < first_sign and is_doubtful(read)
            }
            behind = shown_through(doubtful, self._recogniser.recognise)
            mirrored += len(behind)
            for at in (at for at in group if at not in behind):
                read, quad, crop = reads[at]
                if at >= first_sign and not is_lone_digit(read):
                    continue
                if read.text.strip() and read.legibility >= LEAST_LEGIBILITY:
                    new.append(place_line(respaced(read, crop), quad, pixels_per_unit, crop))
                    placed[at] = new[-1], type_size(crop, read.text) / pixels_per_unit
                elif read.text.strip() or found[at].score >= SURE_SCORE:
                    unread += 1
            if watch is not None:
                watch.lines(new)
        lines = [placed[at][0] for at in sorted(placed)]
        if not is_text(lines):
            return _Reading([], [], unread + len(lines), mirrored, skew)
        return _Reading(lines, [placed[at][1] for at in sorted(placed)], unread, mirrored, skew)

    def _read_whole(self, image: NDArray[np.uint8], pixels_per_unit: float, watch: _Watch | None) -> _Reading | None:
        """A picture that may be one line from edge to edge, in which the detector sees none; None if it isn't one."""
        if np.count_nonzero(ink_mask(image)) < FEWEST_INK:
            return None
        (read,) = read_alone(self._recogniser, [image])
        if not read.text.strip():
            return None
        height, width = image.shape[:2]
        line = place_line(read, ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)), pixels_per_unit, image)
        if not is_text([line]):
            return None
        if watch is not None:
            watch.lines([line])
        return _Reading([line], [type_size(image, read.text) / pixels_per_unit], 0)

    def _best_of(self, image: NDArray[np.uint8], found: Sequence[FoundLine]) -> list[_Read]:
        """Each line read in the way that reads best."""
        views = [(at, quad) for at, line in enumerate(found) for quad in _ways_to_read(line.quad)]
        crops = [crop_line(image, quad) for _, quad in views]
        best: dict[int, tuple[float, _Read]] = {}
        for (at, quad), crop, read in zip(views, crops, self._recogniser.recognise(crops), strict=True):
            standing = len(_ways_to_read(found[at].quad)) > 1 and quad == found[at].quad
            score = read.legibility + (STANDING_BONUS if standing else 0.0)
            if at not in best or score > best[at][0]:
                best[at] = score, (read, quad, crop)
        return [best[at][1] for at in range(len(found))]

    def _read_regions(self, raw: RawPage, watch: _Watch | None) -> _Reading:
        """Native lines, and what the page's image regions say that they don't."""
        if watch is not None:
            watch.lines(raw.native)
        found = [line for region in raw.image_regions or () for line in self._find_in(raw, region)]
        native = [line.box for line in raw.native if line.box is not None]
        scale = 1 / raw.pixels_per_unit
        new = [line for line in found if not _covered(_box(line.quad).scaled(scale), native)]
        read = self._read_found(raw.image, new, raw.pixels_per_unit, watch)
        sizes = [native_size(line) for line in raw.native]
        return _Reading([*raw.native, *read.lines], [*sizes, *read.sizes], read.unread, read.mirrored)

    def _find_in(self, raw: RawPage, region: Box) -> list[FoundLine]:
        pixels = region.scaled(raw.pixels_per_unit)
        height, width = raw.image.shape[:2]
        left, top = max(0, int(pixels.left)), max(0, int(pixels.top))
        right, bottom = min(width, int(np.ceil(pixels.right))), min(height, int(np.ceil(pixels.bottom)))
        if right - left < 2 or bottom - top < 2:
            return []
        found = self._find(np.ascontiguousarray(raw.image[top:bottom, left:right]))
        return [FoundLine(_shifted(line.quad, left, top), line.score) for line in found]


def _groups(found: Sequence[FoundLine], watched: bool) -> Iterator[list[int]]:
    """Which lines are read together: all, or, where somebody watches, few at first, from the page's top down."""
    if not watched:
        yield list(range(len(found)))
        return
    order = sorted(range(len(found)), key=lambda at: (min(y for _, y in found[at].quad), found[at].quad[0][0]))
    first, count = 0, FIRST_LINES
    while first < len(order):
        yield order[first : first + count]
        first, count = first + count, min(MOST_LINES, 2 * count)


def _ways_to_read(quad: Quad) -> list[Quad]:
    """The quad as it is, or for a high one also with its text running down and up the page."""
    a, b, c, d = quad
    wide = (abs(b[0] - a[0]) + abs(c[0] - d[0])) / 2
    high = (abs(d[1] - a[1]) + abs(c[1] - b[1])) / 2
    if high < TURNED_ASPECT * wide:
        return [quad]
    ways: list[Quad] = [(b, c, d, a), (d, a, b, c)]
    return [quad, *ways] if high < STANDING_ASPECT * wide else ways


def _shifted(quad: Quad, x: float, y: float) -> Quad:
    a, b, c, d = ((px + x, py + y) for px, py in quad)
    return a, b, c, d


def _box(quad: Quad) -> Box:
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _covered(box: Box, boxes: Sequence[Box]) -> bool:
    return sum(box.covered_by(other) for other in boxes) >= ALREADY_NATIVE


def _status(reading: _Reading) -> PageStatus:
    if reading.lines:
        return "ok"
    return "unreadable" if reading.unread or reading.mirrored else "blank"


def _message(opened: str, reading: _Reading) -> str:
    parts = [opened] if opened else []
    if reading.unread:
        places = "1 place that looks" if reading.unread == 1 else f"{reading.unread} places that look"
        parts.append(f"{places} like text could not be read")
    if reading.mirrored:
        lines = "1 line is" if reading.mirrored == 1 else f"{reading.mirrored} lines are"
        parts.append(f"{lines} mirrored, as where the back of a sheet shines through, and left out")
    if not (reading.unread or reading.mirrored or reading.lines):
        parts.append("nothing on this page looks like text")
    return "; ".join(parts)
