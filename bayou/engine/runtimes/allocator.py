"""Hands what the C allocator keeps of freed memory back to the system. Knows the allocator; no graphs or pictures."""

from __future__ import annotations

import ctypes
import platform

_GLIBC = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


def give_back_freed_memory() -> None:
    """Ends glibc's hoarding of what was freed; elsewhere the allocator does so itself and this does nothing.

    Pictures of ever new sizes leave holes that fit nothing else: without this a process that reads pages of all sizes
    grows by a gigabyte. Getting the memory again takes a page a fifth of a second, so not every page is worth it.
    """
    if _GLIBC is not None:
        _GLIBC.malloc_trim(0)
