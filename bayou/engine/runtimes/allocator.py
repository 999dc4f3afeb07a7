"""Hands what the C allocator keeps of freed memory back to the system. Knows the allocator; no graphs or pictures."""

from __future__ import annotations

import ctypes
import sys

KEPT = 600_000_000
"""Bytes that may stay with the allocator: to get them again after every page would take a fifth of a second."""


class _Statistics(ctypes.Structure):
    """glibc's ``struct mallinfo2``."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def give_back_freed_memory() -> None:
    """Where glibc hoards more than KEPT of what was freed, hand all of it back; other allocators do so by themselves.

    Pictures of ever new sizes leave holes that fit nothing else: without this a process that reads pages of all sizes
    grows by a gigabyte.
    """
    if _LIBC is not None and _kept() > KEPT:
        _LIBC.malloc_trim(0)


def _kept() -> int:
    """Bytes that were freed and are still the process's; 0 where none can say (glibc before 2.33, other systems)."""
    if _LIBC is None or not hasattr(_LIBC, "mallinfo2"):
        return 0
    _LIBC.mallinfo2.restype = _Statistics
    return int(_LIBC.mallinfo2().fordblks)


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
