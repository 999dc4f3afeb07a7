"""Documents to read in bulk: pictures and PDFs of noise, poisonous ones among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.documents.pdf_maker import PageSpec, make_pdf, text_at


def picture(path: Path, seed: int = 0, width: int = 40) -> Path:
    """A picture of noise, another for each seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    Image.fromarray(random.integers(0, 255, (30 + seed % 7, width, 3), dtype=np.uint8)).save(path)
    return path


def scanned_pdf(path: Path, pages: int, seed: int = 0) -> Path:
    """A PDF whose pages are pictures of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    specs = [
        PageSpec(
            "q 60 0 0 60 10 10 cm /Im0 Do Q\n",
            media=(0, 0, 80, 90 + number),
            images=[random.integers(0, 255, (20, 20, 3), dtype=np.uint8)],
        )
        for number in range(pages)
    ]
    path.write_bytes(make_pdf(specs))
    return path


def native_pdf(path: Path, pages: int) -> Path:
    """A PDF whose pages carry their text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    specs = [
        PageSpec(text_at(20, 100, f"Native page {number}"), media=(0, 0, 200, 200)) for number in range(1, pages + 1)
    ]
    path.write_bytes(make_pdf(specs))
    return path


def archive(folder: Path, pictures: int = 6, pages: int = 7) -> Path:
    """Pictures, some in a folder below, a scanned and a native PDF, and a file that is none."""
    for number in range(pictures):
        picture(folder / ("sub" if number % 3 == 2 else ".") / f"{number:03}.png", number)
    scanned_pdf(folder / "scan.pdf", pages)
    native_pdf(folder / "text.pdf", 3)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    return folder
