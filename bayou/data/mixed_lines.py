"""Training lines by number: synthetic ones, and real crops among them. Knows shares; no model.

It may run in processes of its own, so it holds paths and numbers; each process reads the real lines once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bayou.data.line_views import other_view
from bayou.data.real import RECEIPTS, RealLine, RealLines
from bayou.data.sample import LineSample
from bayou.data.synthetic.hand_digits import hand_digits
from bayou.data.synthetic.lines import render_line
from bayou.data.synthetic.no_text import no_text_line

_OTHERWISE = 0.5
"""Share of real crops shown as another camera or scanner might have seen them."""


@dataclass(frozen=True, slots=True)
class MixedLines:
    """An endless stream of lines.

    Attributes:
        seed: Which stream.
        real: Real crops whose labels are trusted, folder or file; None: synthetic lines alone.
        real_share: Share of real crops.
        receipt_share: How likely a line of a receipt is beside a word.
        mix: Shares of the kinds of synthetic lines; None: as usual.
        digits: Folder of single digits that people wrote; None: none.
        digit_share: Share of lines put together from them among those that aren't real.
        no_text_share: Share of crops without text among those that are neither.
    """

    seed: int
    real: Path | None = None
    real_share: float = 0.0
    receipt_share: float = 1.0
    mix: Mapping[str, float] | None = None
    digits: Path | None = None
    digit_share: float = 0.0
    no_text_share: float = 0.0

    def __call__(self, number: int) -> LineSample:
        """The line of a number, the same each time."""
        rng = random.Random(f"{self.seed}:{number}")
        if self.real is not None and rng.random() < self.real_share:
            return self._real(self.real, rng)
        if self.digits is not None and rng.random() < self.digit_share:
            return hand_digits(self.digits).line(self.seed, number)
        if self.no_text_share and rng.random() < self.no_text_share:
            return no_text_line(rng, lambda: render_line(self.seed, number, self.mix).image)
        return render_line(self.seed, number, self.mix)

    def _real(self, path: Path, rng: random.Random) -> LineSample:
        receipts, others = _real_lines(path)
        weight = self.receipt_share * len(receipts)
        of_receipts = not others or rng.random() * (weight + len(others)) < weight
        line = rng.choice(receipts if of_receipts else others)
        return other_view(line, rng) if rng.random() < _OTHERWISE else line.sample(rng)


@lru_cache(maxsize=1)
def _real_lines(path: Path) -> tuple[list[RealLine], list[RealLine]]:
    """Those of receipts, and all others."""
    lines = RealLines.find(path).lines
    return [line for line in lines if line.source == RECEIPTS], [line for line in lines if line.source != RECEIPTS]
