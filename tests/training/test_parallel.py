"""Ranks that end with the process that started them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from torch.multiprocessing.spawn import spawn

from bayou.training.parallel import end_with_parent

SOON = 20.0
"""Seconds."""


def wait_for_ever(rank: int, folder: Path) -> None:
    end_with_parent()
    (folder / f"{rank}.part").write_text(str(os.getpid()))
    os.replace(folder / f"{rank}.part", folder / f"{rank}.pid")
    time.sleep(600)


def start(folder: str) -> None:
    spawn(wait_for_ever, (Path(folder),), nprocs=2)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only there the system tells a process that its parent was killed")
def test_ranks_of_a_killed_job_in_the_background_end(tmp_path: Path) -> None:
    program = f"from tests.training.test_parallel import start; start({str(tmp_path)!r})"
    # As a script's "command &" has it: without job control the shell makes it ignore SIGINT.
    job = subprocess.Popen(["sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, program])
    files = [tmp_path / "0.pid", tmp_path / "1.pid"]
    until = time.monotonic() + 120
    while not all(file.exists() for file in files) and time.monotonic() < until:
        time.sleep(0.1)
    ranks = [psutil.Process(int(file.read_text())) for file in files]
    job.kill()
    job.wait()
    gone, alive = psutil.wait_procs(ranks, SOON)
    for process in alive:
        process.kill()
    assert len(gone) == 2
