"""Tables that photographed pages lie on: wood, stone, cloth, plain. Knows pictures; knows no texts."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.synthetic.damage import smooth

_TONES = {
    "wood": ((150, 104, 66), (118, 78, 48), (186, 142, 98), (84, 58, 42), (204, 170, 128)),
    "plain": ((222, 222, 220), (44, 46, 50), (120, 124, 130), (182, 190, 196), (96, 84, 76)),
    "cloth": ((66, 78, 104), (120, 56, 58), (90, 104, 92), (170, 160, 146), (48, 48, 52)),
    "stone": ((196, 192, 186), (110, 110, 112), (70, 72, 76), (226, 222, 214)),
}


def desk(rng: random.Random, height: int, width: int) -> NDArray[np.uint8]:
    """A table top, uint8 RGB [H, W, 3]."""
    kind = rng.choice(("wood", "wood", "plain", "plain", "cloth", "stone"))
    tone = np.array(rng.choice(_TONES[kind]), np.float32)
    rows, columns = max(8, height // 4), max(8, width // 4)
    if kind == "wood":
        field = _wood(rng, rows, columns)
    elif kind == "cloth":
        stream = np.random.default_rng(rng.getrandbits(32))
        field = 0.86 + 0.14 * stream.random((rows, columns)).astype(np.float32)
        field *= 0.9 + 0.2 * smooth(rng, rows, columns, 64)
    elif kind == "stone":
        spots = smooth(rng, rows, columns, 4) * smooth(rng, rows, columns, 16)
        field = 0.82 + 0.36 * spots
    else:
        field = 0.94 + 0.1 * smooth(rng, rows, columns, 128)
    coarse = np.clip(field[:, :, None] * tone, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _wood(rng: random.Random, rows: int, columns: int) -> NDArray[np.float32]:
    """Grain along the boards, and the gaps between them."""
    upright = rng.random() < 0.5
    across, along = (columns, rows) if upright else (rows, columns)
    stream = np.random.default_rng(rng.getrandbits(32))
    fibre = cv2.resize(stream.random((1, across)).astype(np.float32), (across, along)) * 0.5
    fibre = fibre + 0.5 * cv2.resize(stream.random((max(2, along // 60), across)).astype(np.float32), (across, along))
    bend = smooth(rng, along, across, 64)
    field = 0.8 + 0.28 * fibre * (0.6 + 0.6 * bend)
    if rng.random() < 0.6:
        step = max(20, across // rng.randint(2, 5))
        for gap in range(rng.randrange(step), across, step):
            field[:, gap : gap + 2] *= 0.55
    return np.ascontiguousarray((field if upright else field.T).astype(np.float32))
