"""Pictures whose text is known, as folders on disk. Knows their layout; not what reads them.

``words/`` and ``lines/`` hold ``images/`` and ``labels.tsv`` (file, text and category, separated by tabs); ``pages/``
holds ``images/NAME.*`` and ``text/NAME.txt``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measurement import ROOT

FORBIDDEN_TO_TRAIN_ON = "devdata"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what it says; ``kind`` is "word", "line" or "page"."""

    path: Path
    text: str
    category: str
    kind: str


def default_folder() -> Path:
    """``devdata`` in the folder that BAYOU_SHARED names, by default beside the repository."""
    return Path(os.environ.get("BAYOU_SHARED", ROOT.parent / "shared")) / FORBIDDEN_TO_TRAIN_ON


def crops(folder: Path) -> list[Labelled]:
    """All words and lines of a folder."""
    found = []
    for part, kind in (("words", "word"), ("lines", "line")):
        table = folder / part / "labels.tsv"
        if not table.is_file():
            continue
        for row in table.read_text(encoding="utf-8").splitlines():
            name, text, category = row.split("\t")
            found.append(Labelled(folder / part / "images" / name, text, category, kind))
    return found


def pages(folder: Path) -> list[Labelled]:
    """All pages of a folder; a page's category is what its name begins with."""
    images = {path.stem: path for path in sorted((folder / "pages/images").glob("*"))}
    texts = sorted((folder / "pages/text").glob("*.txt"))
    return [
        Labelled(images[path.stem], path.read_text(encoding="utf-8"), path.stem.partition("_")[0], "page")
        for path in texts
    ]
