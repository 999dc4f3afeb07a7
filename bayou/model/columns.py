"""From the tower's columns to one group of columns a character (CTC best path). Knows arrays; no torch, no characters.

The pattern is known in speech recognition as CTC compression: what the frame-wise head already knows about where units
begin and end decides how frames are averaged into tokens for the decoder.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLANK = 0
STATISTICS_EXTRA = 2  # the two widths beside the two averages


def statistics_size(features: int) -> int:
    """Length of one visual token's statistics for a tower of ``features`` features a column."""
    return 2 * features + STATISTICS_EXTRA


def best_path(classes: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The drafted characters: runs of one class that is not the blank.

    Args:
        classes: The likeliest class of each column, [T].

    Returns:
        The class of each drafted character, [K], and its span of columns (first, end), [K, 2].
    """
    starts = np.flatnonzero(np.diff(classes, prepend=-1))
    ends = np.append(starts[1:], len(classes))
    kept = classes[starts] != BLANK
    spans = np.stack((starts[kept], ends[kept]), axis=1).astype(np.int32)
    return classes[starts[kept]].astype(np.int32), spans


def column_statistics(features: NDArray[np.float32], spans: NDArray[np.int32]) -> NDArray[np.float32]:
    """What each visual token is made from.

    Args:
        features: The tower's output, [T, F].
        spans: From ``best_path``, [K, 2].

    Returns:
        float32 [K + 1, 2 F + 2]: the mean over the character's columns, the mean over the blank columns after it (zeros
        where there are none), and log(1 + n) of the two numbers of columns. Row 0 stands for what comes before the
        first character and has no columns of its own.
    """
    length, width = features.shape
    starts = np.concatenate(([0], spans[:, 0]))
    middles = np.concatenate(([0], spans[:, 1]))
    ends = np.append(starts[1:], length)
    sums = np.zeros((length + 1, width), dtype=np.float64)
    np.cumsum(features, axis=0, out=sums[1:])
    own, blank = middles - starts, ends - middles
    statistics = np.empty((len(starts), statistics_size(width)), dtype=np.float32)
    statistics[:, :width] = (sums[middles] - sums[starts]) / np.maximum(own, 1)[:, None]
    statistics[:, width : 2 * width] = (sums[ends] - sums[middles]) / np.maximum(blank, 1)[:, None]
    statistics[:, 2 * width] = np.log1p(own)
    statistics[:, 2 * width + 1] = np.log1p(blank)
    return statistics
