"""Pieces of one line that the detector saw apart, made one again before they are read. Knows quads; not pixels or text.

Two pieces become one where they lie on one baseline, are of like height and hardly a wide space apart. Columns stay
apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from bayou.documents.geometry import Box
from bayou.reading.level import leaning_quad, level_box
from bayou.reading.lines import FoundLine

WIDEST_SPACE = 0.15
"""In heights of the lower piece. Quads reach beyond the ink by some 0.3 on either side, so the ink is further apart."""
DEEPEST_OVERLAP = 1.0
LEAST_COMMON_HEIGHT = 0.7
LARGEST_HEIGHT_RATIO = 1.4
DUPLICATE_SHARE = 0.8


def join_fragments(lines: Sequence[FoundLine], skew: float = 0.0) -> list[FoundLine]:
    """The lines with fragments joined, and without those that lie inside another. Turned lines stay as they are."""
    boxes = [level_box(line.quad, skew) for line in lines]
    flat = [i for i, box in enumerate(boxes) if box.width > 0 and box.height > 0]
    flat = [i for i in flat if not _inside_another(i, boxes, flat)]
    result: list[FoundLine] = []
    open_groups: list[tuple[Box, list[int]]] = []
    for index in sorted(flat, key=lambda i: boxes[i].left):
        box = boxes[index]
        if box.height > box.width:
            result.append(lines[index])
            continue
        best = min(
            (group for group in open_groups if _continues(boxes[group[1][-1]], box)),
            key=lambda group: abs(box.left - group[0].right),
            default=None,
        )
        if best is None:
            open_groups.append((box, [index]))
        else:
            open_groups.remove(best)
            open_groups.append((best[0].union(box), [*best[1], index]))
    for box, members in open_groups:
        if len(members) == 1:
            result.append(lines[members[0]])
        else:
            result.append(FoundLine(leaning_quad(box, skew), min(lines[i].score for i in members)))
    return sorted(result, key=lambda line: (line.quad[0][1], line.quad[0][0]))


def _continues(first: Box, second: Box) -> bool:
    low, high = sorted((first.height, second.height))
    common = min(first.bottom, second.bottom) - max(first.top, second.top)
    return (
        common >= LEAST_COMMON_HEIGHT * low
        and high <= LARGEST_HEIGHT_RATIO * low
        and -DEEPEST_OVERLAP * low <= second.left - first.right <= WIDEST_SPACE * low
    )


def _inside_another(index: int, boxes: Sequence[Box], among: Sequence[int]) -> bool:
    box = boxes[index]
    return any(
        other != index and boxes[other].area > box.area and box.covered_by(boxes[other]) >= DUPLICATE_SHARE
        for other in among
    )
