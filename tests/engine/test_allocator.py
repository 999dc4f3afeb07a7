"""Freed memory goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

FREE_MANY_SMALL_PIECES = """
import psutil
from bayou.engine.runtimes.allocator import give_back_freed_memory
process = psutil.Process()
pieces = [bytearray(100_000) for _ in range(3_000)]
last = bytearray(100_000)  # keeps the heap's end in use, so that what lies before it can't go by itself
pieces.clear()
held = process.memory_info().rss
give_back_freed_memory()
print(held, process.memory_info().rss)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="elsewhere the allocator has rules of its own")
def test_freed_memory_goes_back() -> None:
    run = subprocess.run([sys.executable, "-c", FREE_MANY_SMALL_PIECES], capture_output=True, text=True, check=True)
    held, left = map(int, run.stdout.split())
    assert held - left > 250e6  # 300 MB were freed
