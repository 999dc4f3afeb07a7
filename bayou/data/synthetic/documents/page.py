"""A page and everything known of it: text, places, order, fields, questions. Knows no fonts and no drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bayou.data.sample import LineSample
from bayou.documents.document import Document, Line, Page, PageStatus
from bayou.documents.geometry import Box, Quad

SOURCE = "synthetic-pages"
OWN_LICENCE = "Apache-2.0"
"""Of pages that say only what stands in bayou's own lists."""
QUOTING_LICENCE = "LicenseRef-quotes-local-documentation"
"""Of pages with sentences of this machine's documentation: to train with here, not to pass on."""


@dataclass(frozen=True, slots=True)
class Field:
    """A key field: its name, what is printed, and where.

    Attributes:
        name: Such as ``total``; of a list's entry ``line_items.0.amount``.
        value: As printed; lines of an address are joined by ", ".
        quads: The corners of each piece of text that carries it; () for what a mark says (a ticked box).
        normal: Dates as 2024-03-31, amounts as 1234.50, where the print has another form; else "".
    """

    name: str
    value: str
    quads: tuple[Quad, ...] = ()
    normal: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the page answers, or says that it doesn't; ``kind`` as in docs/data.md."""

    text: str
    answer: str
    kind: str


@dataclass(frozen=True, eq=False, slots=True)
class SyntheticPage:
    """One page with its truth; all places are pixels of ``image``.

    Attributes:
        key: Seed, index and kind, from which the page can be drawn again.
        kind: Such as ``invoice``.
        image: uint8 RGB [H, W, 3].
        truth: Blocks in reading order; its ``status`` says whether anything can be read, its ``rotation`` how far it
            must be turned clockwise to stand upright. A row of a block may be made of several pieces.
        pieces: What a line detector finds: text without wide gaps, in reading order.
        fields: Key fields, in the order of the print.
        questions: Questions and answers.
        markdown: The page as Markdown, made before any damage; "" where nothing can be read.
        damage: What was done to it, in words.
        language: Of the labels, as ``en`` or ``de``.
        colourless: All three channels are the same.
    """

    key: str
    kind: str
    image: NDArray[np.uint8]
    truth: Page
    pieces: tuple[Line, ...]
    fields: tuple[Field, ...]
    questions: tuple[Question, ...]
    markdown: str
    damage: tuple[str, ...] = ()
    language: str = "en"
    colourless: bool = False

    @property
    def status(self) -> PageStatus:
        """``ok``, ``blank`` or ``unreadable``."""
        return self.truth.status

    @property
    def document(self) -> Document:
        """The truth as a document of this page alone."""
        return Document((self.truth,), name=self.key)

    @property
    def text(self) -> str:
        """Plain text: rows as printed, blank lines between blocks."""
        return self.document.to_text().strip()

    def lines(self) -> tuple[tuple[Quad, str], ...]:
        """Corners and text of each piece, as a line detector would find it, in reading order."""
        return tuple((quad_of(line), line.text) for line in self.pieces)

    def line_samples(self) -> list[LineSample]:
        """The upright pieces cut out of the picture with a little air, to train a reader of lines."""
        height, width = self.image.shape[:2]
        found = []
        for quad, text in self.lines():
            xs, ys = [p[0] for p in quad], [p[1] for p in quad]
            air = 0.12 * (max(ys) - min(ys)) + 1
            left, top = int(max(0, min(xs) - air)), int(max(0, min(ys) - air))
            right, bottom = int(min(width, max(xs) + air + 1)), int(min(height, max(ys) + air + 1))
            if abs(quad[1][1] - quad[0][1]) < 0.3 * (bottom - top) and quad[1][0] > quad[0][0] and right > left:
                crop = self.image[top:bottom, left:right]
                found.append(LineSample(np.ascontiguousarray(crop), text, f"synthetic/page-{self.kind}"))
        return found

    def record(self) -> dict[str, object]:
        """All but the picture, of values that JSON has; places are rounded to tenths of pixels."""
        return {
            "key": self.key,
            "kind": self.kind,
            "language": self.language,
            "width": self.truth.pixel_width,
            "height": self.truth.pixel_height,
            "dpi": self.truth.dpi,
            "status": self.status,
            "rotation": self.truth.rotation,
            "damage": list(self.damage),
            "text": self.text if self.status == "ok" else "",
            "markdown": self.markdown,
            "lines": [{"text": text, "quad": _rounded(quad)} for quad, text in self.lines()],
            "fields": [
                {"name": f.name, "value": f.value, "normal": f.normal, "quads": [_rounded(q) for q in f.quads]}
                for f in self.fields
            ],
            "questions": [{"question": q.text, "answer": q.answer, "kind": q.kind} for q in self.questions],
        }


def quad_of(line: Line) -> Quad:
    """A line's corners, of its box where it stands upright."""
    if line.quad is not None:
        return line.quad
    if line.box is None:
        raise ValueError("a line of a synthetic page without a place")
    return quad_of_box(line.box)


def quad_of_box(box: Box) -> Quad:
    """The corners of an upright box: top left, top right, bottom right, bottom left."""
    return ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))


def _rounded(quad: Quad) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in quad]


def nested(fields: tuple[Field, ...]) -> dict[str, object]:
    """Fields as the JSON object that a model is to write: entries of lists as objects in a list."""
    tree: dict[str, object] = {}
    lists: dict[str, dict[int, dict[str, str]]] = {}
    for entry in fields:
        parts = entry.name.split(".")
        if len(parts) == 3:
            name, number, key = parts
            if name not in lists:
                lists[name] = {}
                tree[name] = lists[name]
            lists[name].setdefault(int(number), {})[key] = entry.value
        else:
            tree[entry.name] = entry.value
    return {k: list(v.values()) if isinstance(v, Mapping) else v for k, v in tree.items()}
