"""The page being made: a canvas in points, and the truth of each text put on it. Knows no layouts and no languages."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic.documents.glyphs import Cut, SetText, cut, writable
from bayou.data.synthetic.fonts import FontFace
from bayou.documents.document import BlockKind

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]

WIDEST_GAP = 1.1
"""Texts of a row with a gap of more than this, in heights of the text, are pieces of their own for a line detector."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set: face, points per em, colour, space between letters (in em), share of full ink."""

    face: FontFace
    size: float
    colour: Colour = (0, 0, 0)
    tracking: float = 0.0
    strength: float = 1.0

    def but(
        self,
        size: float | None = None,
        colour: Colour | None = None,
        face: FontFace | None = None,
        tracking: float | None = None,
    ) -> Style:
        """The same style with something else."""
        return Style(
            face or self.face,
            self.size if size is None else size,
            self.colour if colour is None else colour,
            self.tracking if tracking is None else tracking,
            self.strength,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a line in one style; ``name`` of the field that it is the value of, ``normal`` its plain form."""

    text: str
    style: Style
    name: str = ""
    normal: str = ""


@dataclass(slots=True)
class Run:
    """A text without wide gaps as it was drawn: corners in pixels, clockwise from the text's own top left."""

    text: str
    corners: Points


@dataclass(slots=True)
class DraftCell:
    """A cell of a table being made: corners in pixels."""

    text: str
    corners: Points
    column_span: int = 1
    header: bool = False


@dataclass(slots=True)
class DraftBlock:
    """A block being made: rows of runs."""

    kind: BlockKind
    level: int = 0
    marker: str = ""
    rows: list[list[Run]] = field(default_factory=list)
    cells: list[list[DraftCell]] = field(default_factory=list)
    corners: Points = field(default_factory=list)
    flowing: bool = False
    """Running text, whose rows end where the column does; else rows are meant to stand apart."""


@dataclass(slots=True)
class DraftField:
    """A field being made: its pieces' texts and corners in pixels."""

    name: str
    texts: list[str]
    corners: list[Points]
    normal: str = ""


class Sheet:
    """Paper of ``width`` x ``height`` points at ``dpi``; every measure below is in points from its top left corner.

    Args:
        width, height: In points.
        dpi: Pixels an inch.
        fallback: The face for texts that the wanted one can't write in full.
        paper: Colour of the paper.
        traced: Keep a mask of all text ink in ``ink``, for tests.
    """

    def __init__(
        self,
        width: float,
        height: float,
        dpi: float,
        fallback: FontFace,
        paper: Colour = (255, 255, 255),
        traced: bool = False,
    ) -> None:
        self.width, self.height, self.dpi = width, height, dpi
        self.scale = dpi / 72.0
        self.fallback = fallback
        self.canvas: NDArray[np.uint8] = np.empty((self.px(height), self.px(width), 3), np.uint8)
        cv2.rectangle(self.canvas, (0, 0), (self.px(width), self.px(height)), paper, -1)
        self.ink = np.zeros(self.canvas.shape[:2], np.uint8) if traced else None
        self.blocks: list[DraftBlock] = []
        self.fields: dict[str, DraftField] = {}
        self._open: DraftBlock | None = None

    def px(self, points: float) -> int:
        return round(points * self.scale)

    # Text

    @contextmanager
    def block(
        self, kind: BlockKind = "paragraph", level: int = 0, marker: str = "", flowing: bool = False
    ) -> Iterator[DraftBlock]:
        """What is written inside is one block, which comes after all those made before in reading order."""
        block = DraftBlock(kind, level, marker, flowing=flowing)
        before, self._open = self._open, block
        try:
            yield block
        finally:
            self._open = before
        if block.rows or block.cells:
            self.blocks.append(block)

    def cut(self, style: Style, text: str) -> Cut:
        """The face at the style's size; the fall-back where it lacks a character."""
        face = style.face if writable(style.face, text) else self.fallback
        return cut(face, style.size * self.scale)

    def text_width(self, text: str, style: Style) -> float:
        """In points."""
        fine = self.cut(style, text)
        return fine.width(text, style.tracking * fine.size) / self.scale

    def write(
        self, x: float, y: float, what: str | Sequence[Part], style: Style | None = None, align: str = "l",
        same_row: bool = False, gap: float = 0.0,
    ) -> float:  # fmt: skip
        """Write a line whose baseline is ``y``.

        Args:
            x: Of its beginning, middle or end, by ``align`` ("l", "m", "r").
            y: Of the baseline.
            what: A text in ``style``, or parts in styles of their own.
            same_row: It continues the row written last, as a value continues its label.
            gap: Points to add after each blank: what justifies a line.

        Returns:
            Where its end is, in points.
        """
        parts = (Part(what, _given(style)),) if isinstance(what, str) else tuple(what)
        parts = tuple(p for p in parts if p.text)
        cuts = [self.cut(p.style, p.text) for p in parts]
        if align != "l":
            width = sum(c.width(p.text, p.style.tracking * c.size) for c, p in zip(cuts, parts, strict=True))
            x -= width / self.scale * (1.0 if align == "r" else 0.5)
        pen, baseline = x * self.scale, round(y * self.scale)
        corners: Points = []
        for part, fine in zip(parts, cuts, strict=True):
            whole = int(np.floor(pen))
            done = fine.set(part.text, pen - whole, part.style.tracking * fine.size, gap * self.scale)
            pen += done.advance
            if not part.text.strip():
                continue
            self._stamp(done, whole, baseline, part.style)
            left, top, right, bottom = done.ink
            box = around([(whole + left, baseline + top), (whole + right, baseline + bottom)])
            corners += box
            if part.name:
                self.note(part.name, part.text.strip(), box, part.normal)
        text = "".join(p.text for p in parts)
        if corners:
            self._enter(Run(" ".join(text.split()), around(corners)), same_row)
        return pen / self.scale

    def _stamp(self, done: SetText, x: int, y: int, style: Style) -> None:
        self.blend(done.mask, x + done.left, y + done.top, style.colour, style.strength)
        if self.ink is not None:
            part, mask = _overlap(self.ink, done.mask, x + done.left, y + done.top)
            np.maximum(part, mask, out=part)

    def write_turned(self, x: float, y: float, text: str, style: Style, degrees: float) -> None:
        """Write a text turned clockwise about its middle (x, y): stamps, margins, vertical labels."""
        fine = self.cut(style, text)
        done = fine.set(text, 0.0, style.tracking * fine.size)
        height, width = done.mask.shape
        middle = ((done.ink[0] + done.ink[2]) / 2 - done.left, (done.ink[1] + done.ink[3]) / 2 - done.top)
        reach = int(np.hypot(height, width)) // 2 + 3
        matrix = cv2.getRotationMatrix2D(middle, -degrees, 1.0)
        matrix[:, 2] += np.array([reach - middle[0], reach - middle[1]])
        mask = cv2.warpAffine(done.mask, matrix, (2 * reach, 2 * reach), flags=cv2.INTER_LINEAR)
        left, top = self.px(x) - reach, self.px(y) - reach
        ink = around(
            [(done.ink[0] - done.left, done.ink[1] - done.top), (done.ink[2] - done.left, done.ink[3] - done.top)]
        )
        # A matrix of OpenCV's moves pixels' centres; boxes are of areas.
        moved = np.array(ink) - 0.5
        moved = moved @ matrix[:, :2].T + matrix[:, 2] + 0.5
        corners = [(left + float(px), top + float(py)) for px, py in moved]
        self.blend(mask, left, top, style.colour, style.strength)
        if self.ink is not None:
            part, seen = _overlap(self.ink, mask, left, top)
            np.maximum(part, seen, out=part)
        self._enter(Run(" ".join(text.split()), corners), False)

    def _enter(self, run: Run, same_row: bool) -> None:
        if self._open is None:
            self.blocks.append(DraftBlock("paragraph", rows=[[run]]))
        elif same_row and self._open.rows:
            self._open.rows[-1].append(run)
        else:
            self._open.rows.append([run])

    def note(self, name: str, text: str, corners: Points, normal: str = "") -> None:
        """A field's value, or one more line of it."""
        if name in self.fields:
            self.fields[name].texts.append(text)
            self.fields[name].corners.append(corners)
        else:
            self.fields[name] = DraftField(name, [text], [corners], normal)

    # Drawing

    def blend(self, mask: NDArray[np.uint8], x: int, y: int, colour: Colour, strength: float = 1.0) -> None:
        """Lay a colour on the canvas through a mask whose corner is at pixel x, y; what sticks out is cut off."""
        part, mask = _overlap(self.canvas, mask, x, y)
        if mask.size == 0:
            return
        share = cv2.cvtColor(np.ascontiguousarray(mask), cv2.COLOR_GRAY2RGB)
        if strength < 1.0:
            share = cv2.convertScaleAbs(share, alpha=strength)
        kept = cv2.multiply(np.ascontiguousarray(part), cv2.bitwise_not(share), scale=1 / 255)
        if colour != (0, 0, 0):
            kept = cv2.add(kept, cv2.multiply(share, (*colour, 0), scale=1 / 255))
        part[:] = kept

    def rule(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = (0, 0, 0), width: float = 0.6) -> None:
        """A straight line; upright and level ones are sharp."""
        thick = max(1, round(width * self.scale))
        a, b = (self.px(x0), self.px(y0)), (self.px(x1), self.px(y1))
        kind = cv2.LINE_8 if a[0] == b[0] or a[1] == b[1] else cv2.LINE_AA
        cv2.line(self.canvas, a, b, colour, thick, kind)

    def dotted(self, x0: float, y: float, x1: float, colour: Colour = (90, 90, 90), step: float = 2.4) -> None:
        """A level row of points."""
        xs = np.arange(self.px(x0), min(self.px(x1), self.canvas.shape[1]), max(2, self.px(step)))
        row = min(max(0, self.px(y)), self.canvas.shape[0] - 1)
        self.canvas[row, xs] = colour

    def box(
        self, x0: float, y0: float, x1: float, y1: float, fill: Colour | None = None, edge: Colour | None = None,
        width: float = 0.6, radius: float = 0.0,
    ) -> None:  # fmt: skip
        """A rectangle, filled, edged or both; with round corners where ``radius`` is given."""
        a, b = (self.px(x0), self.px(y0)), (self.px(x1), self.px(y1))
        thick = max(1, round(width * self.scale))
        if radius:
            outline = _rounded_outline(a, b, self.px(radius))
            if fill is not None:
                cv2.fillPoly(self.canvas, [outline], fill, cv2.LINE_AA)
            if edge is not None:
                cv2.polylines(self.canvas, [outline], True, edge, thick, cv2.LINE_AA)
            return
        if fill is not None:
            cv2.rectangle(self.canvas, a, b, fill, -1)
        if edge is not None:
            cv2.rectangle(self.canvas, a, b, edge, thick)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour, closed: bool = True) -> None:
        """A filled polygon, or (not closed) a filled one without smoothing of its own edges."""
        corners = np.array([(p[0] * self.scale, p[1] * self.scale) for p in points], np.float32)
        cv2.fillPoly(self.canvas, [np.round(corners).astype(np.int32)], colour, cv2.LINE_AA if closed else cv2.LINE_8)

    def curve(self, points: Sequence[tuple[float, float]], colour: Colour, width: float = 0.8) -> None:
        """A line through points, smooth at its edges."""
        corners = np.array([(p[0] * self.scale * 8, p[1] * self.scale * 8) for p in points], np.float32)
        thick = max(1, round(width * self.scale))
        cv2.polylines(self.canvas, [np.round(corners).astype(np.int32)], False, colour, thick, cv2.LINE_AA, 3)

    def disc(self, x: float, y: float, radius: float, colour: Colour, width: float = -1) -> None:
        """A circle, filled or (``width`` in points) as a ring."""
        thick = -1 if width < 0 else max(1, round(width * self.scale))
        centre = (round(x * self.scale * 8), round(y * self.scale * 8))
        cv2.circle(self.canvas, centre, max(1, round(radius * self.scale * 8)), colour, thick, cv2.LINE_AA, 3)

    def paste(self, picture: NDArray[np.uint8], x: float, y: float) -> None:
        """A picture in pixels, uint8 RGB [H, W, 3], its corner at x, y."""
        part, seen = _overlap(self.canvas, picture, self.px(x), self.px(y))
        part[:] = seen


def _given(style: Style | None) -> Style:
    if style is None:
        raise ValueError("a text without a style")
    return style


def around(points: Points) -> Points:
    """The corners of the smallest upright box around points."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _overlap(canvas: NDArray, mask: NDArray, x: int, y: int) -> tuple[NDArray, NDArray]:
    """The parts of a canvas and of a mask laid at x, y that cover each other."""
    height, width = canvas.shape[:2]
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = max(x0, min(width, x + mask.shape[1])), max(y0, min(height, y + mask.shape[0]))
    return canvas[y0:y1, x0:x1], mask[y0 - y : y1 - y, x0 - x : x1 - x]


def _rounded_outline(a: tuple[int, int], b: tuple[int, int], radius: int) -> NDArray[np.int32]:
    radius = max(1, min(radius, (b[0] - a[0]) // 2, (b[1] - a[1]) // 2))
    turns = np.linspace(0, np.pi / 2, 7)
    points: list[tuple[float, float]] = []
    centres = (
        (b[0] - radius, a[1] + radius, -np.pi / 2),
        (b[0] - radius, b[1] - radius, 0.0),
        (a[0] + radius, b[1] - radius, np.pi / 2),
        (a[0] + radius, a[1] + radius, np.pi),
    )
    for cx, cy, start in centres:
        points += [(cx + radius * np.cos(start + t), cy + radius * np.sin(start + t)) for t in turns]
    return np.array(points, np.float32).round().astype(np.int32)


def jitter(rng: random.Random, value: float, share: float = 0.15) -> float:
    """A value changed by up to a share of it."""
    return value * rng.uniform(1 - share, 1 + share)
