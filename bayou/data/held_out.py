"""Which of a user's samples are kept from learning. Knows names alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def held_out_names(names: Iterable[str], share: float, seed: int) -> frozenset[str]:
    """About ``share`` of the names, one at least, the same each time they are given, in whatever order."""
    ordered = sorted(set(names), key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())
    return frozenset(ordered[: max(1, round(len(ordered) * share))])
