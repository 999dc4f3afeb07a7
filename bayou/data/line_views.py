"""Other views of a real line: its box moved, the picture a little otherwise. Knows pictures; no learner."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bayou.data.real import RealLine
from bayou.data.sample import LineSample
from bayou.data.synthetic import damage
from bayou.data.synthetic.damage import Picture


def line_views(lines: Sequence[RealLine], views: int, seed: int) -> Iterator[LineSample]:
    """Each line ``views`` times: the first time as it is."""
    for view in range(views):
        for line in lines:
            if not view:
                yield line.sample()
                continue
            yield other_view(line, random.Random(f"{seed}:{view}:{line.key}"))


def other_view(line: RealLine, rng: random.Random) -> LineSample:
    """The line with its box moved a little and its picture changed."""
    return LineSample(_otherwise(rng, line.image(rng)), line.text, line.source, line.case_known)


def _otherwise(rng: random.Random, image: Picture) -> Picture:
    """As another camera or scanner might have seen it: nothing that makes letters illegible."""
    if rng.random() < 0.4:
        image = damage.tone(rng, image, rng.uniform(0.7, 1.2), rng.uniform(-30, 30))
    if rng.random() < 0.3:
        image = damage.blur(rng, image, rng.uniform(0.2, 0.8) * image.shape[0] / 48)
    if rng.random() < 0.3:
        image = damage.resize_to(rng, image, max(16, round(image.shape[0] * rng.uniform(0.6, 1.2))))
    if rng.random() < 0.3:
        image = damage.noise(rng, image, rng.uniform(1, 6))
    if rng.random() < 0.3:
        image = damage.jpeg(image, rng.randint(40, 92))
    return image
