"""A finished folder to the place of an earlier one. Knows paths; not what is in them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def swap_in(part: Path, target: Path) -> None:
    """``part``, which lies beside ``target``, takes its place; what was there is removed.

    Raises:
        OSError: It can't; what was there is there again.
    """
    old = target.with_name(part.name + ".old")
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(target, old)
    try:
        os.replace(part, target)
    except OSError:
        if old.exists():
            os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)  # also that of a run which was killed between the two moves
