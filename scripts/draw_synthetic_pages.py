"""Draws the contact sheet of synthetic pages for the documentation. Needs the extra `data` and this machine's fonts.

    python -m scripts.draw_synthetic_pages [--seed 14] [--output docs/pictures/synthetic-pages.jpg]

Each kind in turn, damage as it is drawn, no texts but bayou's own. Another machine with other fonts draws other pages.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic.documents.maker import PageMaker
from bayou.data.synthetic.documents.output import desk_of

ROOT = Path(__file__).resolve().parent.parent
ORDER = (
    ("invoice", "letter", "form", "paper", "receipt", "table"),
    ("letter", "receipt", "invoice", "form", "table", "paper"),
    ("cheque", "ticket", "chart", "business-card", "identity-card", "chart"),
    ("receipt", "paper", "form", "letter", "blank", "unreadable"),
    ("identity-card", "ticket", "cheque", "chart", "cheque", "ticket"),
)
WIDE, GAP, GROUND = 330, 12, 96
HIGH = {"page": 440, "card": 210}
CARDS = ("cheque", "ticket", "chart", "business-card", "identity-card")


def sheet(seed: int) -> NDArray[np.uint8]:
    """Rows of pages made one after another, uint8 RGB."""
    maker = PageMaker(desk_of(texts=False))
    rows = []
    for number, kinds in enumerate(ORDER):
        high = HIGH["card" if all(k in CARDS for k in kinds) else "page"]
        # A block of its own for each row, so that faces differ.
        pages = [maker.page(seed, 256 * number + k, (kind,)).image for k, kind in enumerate(kinds)]
        rows.append(np.hstack([framed(page, high) for page in pages]))
    return np.vstack(rows)


def framed(page: NDArray[np.uint8], high: int) -> NDArray[np.uint8]:
    """A page made to fit its place, in the middle of it."""
    factor = min(WIDE / page.shape[1], high / page.shape[0])
    size = (max(1, round(page.shape[1] * factor)), max(1, round(page.shape[0] * factor)))
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    place = np.full((high + GAP, WIDE + GAP, 3), GROUND, np.uint8)
    top, left = (place.shape[0] - size[1]) // 2, (place.shape[1] - size[0]) // 2
    place[top : top + size[1], left : left + size[0]] = small
    return place


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Draws a contact sheet of synthetic pages.")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/pictures/synthetic-pages.jpg")
    arguments = parser.parse_args()
    picture = cv2.cvtColor(sheet(arguments.seed), cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])
    arguments.output.write_bytes(data.tobytes())
    print(f"{arguments.output}: {picture.shape[1]} x {picture.shape[0]}, {len(data) / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
