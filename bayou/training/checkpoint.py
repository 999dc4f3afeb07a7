"""A run's state on disk (torch): written atomically, so that a killed run goes on from the last. Knows no model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from bayou.errors import InputError


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write ``state`` (tensors, numbers, strings and containers of them) to ``path``, all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def load_state(path: Path) -> dict[str, Any] | None:
    """The state at ``path``, or None where there is none yet.

    Raises:
        InputError: The file is not a whole checkpoint.
    """
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises several kinds for a torn file
        raise InputError(f"not a whole checkpoint ({error}); delete it to start anew", str(path)) from error
    assert isinstance(state, dict)
    return state
