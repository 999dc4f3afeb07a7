"""Small files to read: a picture of noise, an empty page, and bad ones of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def noise(path: Path, seed: int = 0, pages: int = 1) -> Path:
    """A picture that is not blank; several pages for a TIFF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    images = [Image.fromarray(random.integers(0, 255, (20 + seed, 30, 3), dtype=np.uint8)) for _ in range(pages)]
    if pages > 1:
        images[0].save(path, save_all=True, append_images=images[1:])
    else:
        images[0].save(path)
    return path


def blank(path: Path) -> Path:
    """A white page."""
    Image.new("RGB", (30, 20), "white").save(path)
    return path


def folder_of(path: Path, count: int) -> Path:
    """A folder of ``count`` different pictures, some of them in a folder below."""
    for number in range(count):
        noise(path / ("sub" if number % 3 == 2 else ".") / f"{number:02}.png", number)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but bayou's own notes, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "bayou-manifest" not in path.name
    }
