"""Doubtful lines read again, narrower and wider, and the reading that the looks together are surest of. Knows readings.

What is a letter or none at one width may be told at another, and a text that changes with the width is worth a doubt.
Each look is a whole reading by nano's rule. Looks that read the same text add up: that of the largest sum of
certainties is taken, the first look counting a little more, and its surest look is the reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bayou.engine.line_confidence import certainty
from bayou.engine.line_reading import LineReading, Look
from bayou.inputs.line_images import widened

SURE_AT_FIRST_SIGHT = 0.8
"""The least probability of a draft's characters from which on a line is looked at once, where the decoder agrees."""
DISSENT = 0.3
"""How sure the decoder is of another token before that is a doubt."""
SURE_DECODER, SURE_DRAFT = 0.9, 0.7
"""The least probability of a reader's tokens or characters from which on a line that it agrees on is looked at once."""
FIRST_LOOK_BONUS = 0.1
WIDTHS = (0.85, 1.15)
"""How wide a doubtful line is in the looks after the first, one after another until all looks agree. Chosen on lines
kept from training: these, more surroundings or less, the slant taken off, and all of them (docs/models/nano.md)."""

Crop = NDArray[np.uint8]
Read = Callable[[Sequence[Crop]], list[LineReading]]


def is_doubtful(reading: LineReading) -> bool:
    """Whether a line deserves further looks: one of its readers is unsure of a character, or sees none."""
    least = float(reading.draft.probabilities.min(initial=1.0))
    return not reading.draft.ids or least < SURE_AT_FIRST_SIGHT or reading.surest_disagreement > DISSENT


def is_settled(reading: LineReading) -> bool:
    """Whether further looks at a doubtful line are spared: its readers don't contradict each other, and one is sure.

    Of 205 doubtful lines kept from training 75 are so; the looks read none of them better and one worse.
    """
    decoder, draft = (float(found.min(initial=1.0)) for found in (reading.probabilities, reading.draft.probabilities))
    one_is_sure = decoder > SURE_DECODER or draft > SURE_DRAFT
    return bool(reading.draft.ids) and reading.surest_disagreement <= DISSENT and one_is_sure


def look_again(crops: Sequence[Crop], readings: Sequence[LineReading], read: Read) -> list[LineReading]:
    """The readings, those of doubtful lines chosen among further looks; the others as they are.

    A line is looked at no more once all looks at it read the same.

    Args:
        crops: RGB uint8 [H, W, 3] each.
        readings: Their first looks.
        read: Reads pictures by nano's rule.
    """
    looks = {i: [reading] for i, reading in enumerate(readings) if is_doubtful(reading)}
    open_ones = [i for i in looks if not is_settled(readings[i])]
    for width in WIDTHS:
        if not open_ones:
            break
        for i, look in zip(open_ones, read([widened(crops[i], width) for i in open_ones]), strict=True):
            looks[i].append(look)
        open_ones = [i for i in open_ones if len({look.text for look in looks[i]}) > 1]
    return [chosen(looks[i]) if i in looks else reading for i, reading in enumerate(readings)]


def chosen(looks: Sequence[LineReading]) -> LineReading:
    """The reading that looks at one line agree on, the first look first; it keeps what the others read."""
    sure = [certainty(look) + (0.0 if place else FIRST_LOOK_BONUS) for place, look in enumerate(looks)]
    sums: dict[str, float] = defaultdict(float)
    for look, amount in zip(looks, sure, strict=True):
        sums[look.text] += amount
    text = max(sums, key=lambda t: sums[t])  # of equal ones the earliest
    best = max((i for i, look in enumerate(looks) if look.text == text), key=lambda i: sure[i])
    others = tuple(Look(look.text, certainty(look)) for i, look in enumerate(looks) if i != best)
    return replace(looks[best], looks=others, passes=sum(look.passes for look in looks))
