"""The numbers that shape nano's tower and projector: what the torch network and every runtime's graph must agree on."""

from __future__ import annotations

STEM_CHANNELS = (48, 24, 48, 96)
"""Of the stem's first convolution, its narrow side path, its second strided convolution, and its last."""

BLOCKS = (
    (96, 1, True),
    (96, 1, False),
    (96, 1, False),
    (192, 2, False),
    (192, 1, True),
    (192, 1, False),
    (192, 1, True),
    (192, 1, False),
    (192, 1, True),
    (192, 1, False),
    (384, 2, False),
    (384, 1, True),
    (384, 1, False),
)
"""Channels out, vertical stride, and whether squeeze-and-excitation gates it, of each mixing block in order."""

GATE_REDUCTION = 4
POOLING = (3, 2)
"""Rows and columns averaged after the blocks: the last three rows become one, the width halves."""

LOCAL_REACH = 3
"""Columns to each side that the neck's local convolution sees."""

LAYER_NORM_EPS = 1e-5
FINAL_NORM_EPS = 1e-6
"""The published graph closes with another one."""

PROJECTOR_EPS = 1e-5
