"""How far a run is: pages, pages a second, time left, failures by kind. Knows numbers and words; no terminal."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping

WINDOW = 120.0
"""Seconds over which the speed is taken: a run that slows down says so soon."""


class Pace:
    """Counts pages as they are done."""

    def __init__(self, total: int, done: int, now: float) -> None:
        self.total = total
        self.before = done
        self.done = done
        self.failures: Counter[str] = Counter()
        self._start = now
        self._marks: deque[tuple[float, int]] = deque([(now, done)])

    def add(self, pages: int, failures: Mapping[str, int], now: float) -> None:
        """More pages are done; ``failures`` are those of them that failed, by kind."""
        self.done += pages
        self.failures.update(failures)
        self._marks.append((now, self.done))
        while len(self._marks) > 2 and self._marks[1][0] < now - WINDOW:
            self._marks.popleft()

    def rate(self, now: float) -> float:
        """Pages a second lately; 0 while none is done."""
        then, done = self._marks[0]
        return (self.done - done) / (now - then) if now > then else 0.0

    def left(self, now: float) -> float | None:
        """Seconds until all is done, at this speed; None while there is none."""
        rate = self.rate(now)
        return (self.total - self.done) / rate if rate > 0 else None

    def line(self, now: float) -> str:
        """All of it in a line."""
        left = self.left(now)
        parts = [f"{self.done:,} of {self.total:,} pages", f"{self.rate(now):.2f} pages/s"]
        parts.append("time left unknown" if left is None else f"{duration(left)} left")
        if self.failures:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.failures.items()))
            parts.append(f"{self.failures.total()} failed ({kinds})")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """``45 s``, ``12:05`` or ``3:07:00``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
