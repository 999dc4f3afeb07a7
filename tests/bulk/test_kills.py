"""kill -9 of runs and workers: the rows are those of an undisturbed loop."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.bulk import stub_reader
from tests.bulk.results import rows_in, texts_of, told
from tests.bulk.scans import archive

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 200.0
"""Seconds after which a run that should have come this far is given up."""
KILLS_OF_WORKERS, KILLS_OF_RUNS = 7, 3


def test_killed_ten_times_the_rows_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are killed in one run; further runs are killed whole."""
    scans, out = archive(tmp_path / "scans", 24, 60), tmp_path / "out"
    monkeypatch.setenv(stub_reader.SECONDS, "0.1")
    chance = random.Random(9)
    killed = 0
    command = [sys.executable, "-m", "tests.bulk.program", "bulk", str(scans), "--output", str(out)]
    command += ["--concurrency", "2", "--pages-a-file", "3"]
    for number in range(KILLS_OF_RUNS + 1):
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        before, end = len(list(out.glob("part-*"))), time.monotonic() + PATIENCE
        while len(list(out.glob("part-*"))) < before + 1 and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.05)
        if number < KILLS_OF_RUNS:
            time.sleep(chance.uniform(0, 1))
            process.kill()
            process.communicate()
            killed += 1
        else:
            killed += kill_workers(process, out, KILLS_OF_WORKERS, chance)
            _, messages = process.communicate(timeout=PATIENCE)
    assert killed == KILLS_OF_RUNS + KILLS_OF_WORKERS
    assert process.returncode == 10, messages
    assert told(rows_in(out)) == texts_of(scans)


def kill_workers(process: subprocess.Popen[str], out: Path, wanted: int, chance: random.Random) -> int:
    """Kills one worker after the other, a file of results between; how many.

    The processes that open files for them are left alone: two that die over the same page make it a row that says so
    (test_page_process.py).
    """
    killed = 0
    while killed < wanted and process.poll() is None:
        time.sleep(chance.uniform(0, 0.5))
        before = len(list(out.glob("part-*")))
        victims = [child for child in psutil.Process(process.pid).children(recursive=True) if is_worker(child)]
        if victims:
            chance.choice(victims).kill()
            killed += 1
        while len(list(out.glob("part-*"))) == before and process.poll() is None:
            time.sleep(0.05)
    return killed


def is_worker(process: psutil.Process) -> bool:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "MapWorker" in command
