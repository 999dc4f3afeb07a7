"""Training lines by number: synthetic ones, and real crops among them. Knows shares; no model.

It may run in processes of its own, so it holds paths and numbers; each process reads the real lines once.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bayou.data.real import RealLines
from bayou.data.sample import LineSample
from bayou.data.synthetic.lines import render_line


@dataclass(frozen=True, slots=True)
class MixedLines:
    """An endless stream of lines.

    Attributes:
        seed: Which stream.
        real: Real crops whose labels are trusted, folder or file; None: synthetic lines alone.
        real_share: Share of real crops.
        mix: Shares of the kinds of synthetic lines; None: as usual.
    """

    seed: int
    real: Path | None = None
    real_share: float = 0.0
    mix: Mapping[str, float] | None = None

    def __call__(self, number: int) -> LineSample:
        """The line of a number, the same each time."""
        if self.real is None or random.Random(f"{self.seed}:{number}").random() >= self.real_share:
            return render_line(self.seed, number, self.mix)
        return _real_lines(self.real).sample(self.seed, number)


@lru_cache(maxsize=1)
def _real_lines(path: Path) -> RealLines:
    return RealLines.find(path)
