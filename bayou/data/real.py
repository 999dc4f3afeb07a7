"""Real lines with their labels from a folder, or packed in a file. Knows the layout (docs/data.md); knows no model.

Layout, each part optional::

    sroie/images/NAME.jpg            receipts
    sroie/lines/NAME.tsv             eight corner coordinates in pixels, then the text, tab-separated
    icdar2015_words/labels.tsv       file<TAB>text
    icdar2015_words/images/FILE      word crops
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.fingerprints import differing_bits, perceptual_hash
from bayou.data.packed_lines import StoredLine, read_packed
from bayou.data.sample import LineSample
from bayou.data.synthetic.alphabet import restrict
from bayou.errors import InputError

Part = Literal["train", "validation", "all"]

RECEIPTS = "sroie"
"""The source of receipts' lines."""

#: One receipt, or one word, in so many is kept for validation.
_VALIDATION_ONE_IN = 20
#: So much of the surroundings is kept with a receipt's line for the jitter of its box, as a share of its height.
_MARGIN = 0.4
#: Crops taller than this multiple of their width hold upright words, which readers turn first.
_UPRIGHT = 1.5

MEASURED_ON = tuple(
    np.frombuffer(bytes.fromhex(value), np.uint8)
    for value in (
        "326c85b385ad93c69fb48f4fa3d0366931b64b5a09e3267827653394cce8197b",
        "b7fa39c0e8455faf981b007f578267c027f81cc0097fd007700f04ff1fe00dfd",
        "a2af2536640cd2f8936fc6978d534bcbd0b08b3e49366cbc952534d33729495b",
    )
)
"""Perceptual hashes of receipts of SROIE's training part that were saved again among those this project measures on."""
_SAME_BITS = 12
"""Hashes of one receipt, saved twice, differ in at most so many bits; those of two receipts in 18 and more."""


@dataclass(frozen=True, slots=True)
class RealLine(StoredLine):
    """A stored line: its picture as PNG bytes with some surroundings, and the box of the line in it.

    Attributes:
        key: A name that stays the same from run to run, such as ``sroie/X510#12``.
        text: The label, with single spaces.
        source: ``sroie``, ``icdar2015_words`` or ``yours``.
        case_known: Whether the label's case is that of the print.
        png: The picture.
        box: left, top, right, bottom of the line in it.
    """

    def image(self, rng: random.Random | None = None) -> NDArray[np.uint8]:
        """The crop, uint8 RGB [H, W, 3]; with ``rng`` the box is moved a little, where there are surroundings."""
        picture = _decode(np.frombuffer(self.png, np.uint8), self.key)
        left, top, right, bottom = self.box
        if rng is not None and self.box != (0, 0, picture.shape[1], picture.shape[0]):
            tall = bottom - top
            left -= round(tall * rng.uniform(-0.03, 0.3))
            right += round(tall * rng.uniform(-0.03, 0.3))
            top -= round(tall * rng.uniform(-0.06, 0.2))
            bottom += round(tall * rng.uniform(-0.06, 0.2))
        cut = picture[max(0, top) : max(top + 4, bottom), max(0, left) : max(left + 4, right)]
        return np.ascontiguousarray(cut)

    def sample(self, rng: random.Random | None = None) -> LineSample:
        return LineSample(self.image(rng), self.text, self.source, self.case_known)


def _decode(data: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError("not an image that can be read", name)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _unpacked(line: StoredLine) -> RealLine:
    return RealLine(line.key, line.text, line.source, line.case_known, line.png, line.box)


def _whole(key: str) -> str:
    """The name of the receipt or word that a line is of."""
    return key.partition("#")[0]


def _belongs(name: str, part: Part) -> bool:
    if part == "all":
        return True
    kept = hashlib.sha256(name.encode()).digest()[0] % _VALIDATION_ONE_IN == 0
    return kept == (part == "validation")


@dataclass(slots=True)
class RealLines:
    """All real lines of a folder, in memory as small PNGs (some 60 MB for 16,000 lines)."""

    lines: list[RealLine]

    @classmethod
    def find(cls, folder: Path, part: Part = "train") -> RealLines:
        """Read the parts that ``folder`` holds.

        Args:
            folder: See the layout above; or a file of packed lines.
            part: The lines to train with, the one twentieth kept for validation (whole receipts), or all.

        Raises:
            InputError: The folder holds none of the parts, or a label file or image is broken.
        """
        if folder.is_file():
            return cls([line for line in map(_unpacked, read_packed(folder)) if _belongs(_whole(line.key), part)])
        lines = [*_receipts(folder / "sroie", part), *_words(folder / "icdar2015_words", part)]
        if not lines:
            raise InputError("no real lines here: expected sroie/ or icdar2015_words/ (see docs/data.md)", str(folder))
        return cls(lines)

    def __len__(self) -> int:
        return len(self.lines)

    def filtered(self, keep: Callable[[RealLine], bool]) -> RealLines:
        """Those that ``keep`` accepts, such as those whose label a first reading supports."""
        return RealLines([line for line in self.lines if keep(line)])

    def relabelled(self, label: Callable[[RealLine], tuple[str, bool] | None]) -> RealLines:
        """With text and case_known as ``label`` gives them; None leaves a line out."""
        kept = []
        for line in self.lines:
            new = label(line)
            if new is not None:
                kept.append(RealLine(line.key, new[0], line.source, new[1], line.png, line.box))
        return RealLines(kept)


def _receipts(folder: Path, part: Part) -> Iterator[RealLine]:
    for table in sorted((folder / "lines").glob("*.tsv")):
        if not _belongs(f"sroie/{table.stem}", part):
            continue
        path = folder / "images" / f"{table.stem}.jpg"
        if not path.is_file():
            raise InputError("lines without their image", str(path))
        picture = _decode(np.frombuffer(path.read_bytes(), np.uint8), str(path))
        if differing_bits(perceptual_hash(picture), np.stack(MEASURED_ON)).min() <= _SAME_BITS:
            continue  # not to be trained on
        for number, row in enumerate(table.read_text(encoding="utf-8").splitlines()):
            line = _receipt_line(f"sroie/{table.stem}#{number}", row, picture)
            if line is not None:
                yield line


def _receipt_line(key: str, row: str, picture: NDArray[np.uint8]) -> RealLine | None:
    cells = row.split("\t", 8)
    if len(cells) != 9:
        raise InputError("expected eight coordinates and a text", key)
    text = restrict(cells[8])
    corners = np.array([int(c) for c in cells[:8]]).reshape(4, 2)
    (left, top), (right, bottom) = corners.min(0), corners.max(0)
    height, width = picture.shape[:2]
    left, right, top, bottom = max(0, left), min(width, right), max(0, top), min(height, bottom)
    if not text or right - left < 4 or bottom - top < 4:
        return None
    if bottom - top > _UPRIGHT * (right - left) and len(text) > 1:
        return None
    case_known = not any(c.isalpha() for c in text)
    return RealLine(key, text, RECEIPTS, case_known, *cut_out(picture, (int(left), int(top), int(right), int(bottom))))


def cut_out(picture: NDArray[np.uint8], box: tuple[int, int, int, int]) -> tuple[bytes, tuple[int, int, int, int]]:
    """The surroundings of a box within a page, uint8 RGB [H, W, 3], as PNG, and the box in them."""
    left, top, right, bottom = box
    height, width = picture.shape[:2]
    margin = int((bottom - top) * _MARGIN) + 1
    x0, y0 = max(0, left - margin), max(0, top - margin)
    cut = picture[y0 : min(height, bottom + margin), x0 : min(width, right + margin)]
    stored = cut[:, :, 1] if np.ptp(cut.astype(np.int16), axis=2).max() < 12 else cut[:, :, ::-1]
    _, png = cv2.imencode(".png", np.ascontiguousarray(stored), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return png.tobytes(), (left - x0, top - y0, right - x0, bottom - y0)


def _words(folder: Path, part: Part) -> Iterator[RealLine]:
    table = folder / "labels.tsv"
    if not table.is_file():
        return
    for row in table.read_text(encoding="utf-8").splitlines():
        name, _, label = row.partition("\t")
        text = restrict(label)
        if not text or not _belongs(f"icdar2015_words/{name}", part):
            continue
        path = folder / "images" / name
        data = path.read_bytes()
        height, width = _decode(np.frombuffer(data, np.uint8), str(path)).shape[:2]
        if height > _UPRIGHT * width and len(text) > 1:
            continue
        yield RealLine(f"icdar2015_words/{name}", text, "icdar2015_words", True, data, (0, 0, width, height))
