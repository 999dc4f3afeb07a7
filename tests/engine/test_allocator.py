"""Freed memory goes back to the system once there is too much of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

FREE_MANY_SMALL_PIECES = """
import psutil
from bayou.engine.runtimes import allocator
process = psutil.Process()
pieces = [bytearray(100_000) for _ in range(3_000)]
last = bytearray(100_000)  # keeps the heap's end in use, so that what lies before it can't go by itself
full = process.memory_info().rss
pieces.clear()
kept = allocator._kept()
allocator.give_back_freed_memory()
held = process.memory_info().rss
allocator.KEPT = 100_000_000
allocator.give_back_freed_memory()
print(full, kept, held, process.memory_info().rss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the allocator has rules of its own")
def test_freed_memory_goes_back_where_more_of_it_is_held_than_may_be() -> None:
    run = subprocess.run([sys.executable, "-c", FREE_MANY_SMALL_PIECES], capture_output=True, text=True, check=True)
    full, kept, held, left = map(int, run.stdout.split())
    assert kept > 290e6  # 300 MB were freed
    assert held > full - 50e6  # less than KEPT: nothing happens
    assert left < full - 250e6
