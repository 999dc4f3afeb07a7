"""kill -9 in the middle of a run, and the same command again: nobody can tell the result from an undisturbed run's."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from bayou.reading.manifest import MANIFEST_NAME, Entry, Manifest
from tests.reading.documents import folder_of, tree
from tests.reading.size_reader import SECONDS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = 5
PATIENCE = 120.0
"""Seconds after which a run that should have come this far is given up."""


def start(scans: Path, out: Path, jobs: int, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.cli.program", "read", str(scans), "--to", "text,json,pdf"]
    command += ["--output", str(out), "--jobs", str(jobs)]
    environment = {**os.environ, SECONDS: str(seconds)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> int:
    _, messages = process.communicate(timeout=PATIENCE)
    assert messages == ""
    return process.returncode


def wait_for(out: Path, lines: int) -> None:
    end = time.monotonic() + PATIENCE
    manifest = out / MANIFEST_NAME
    while not manifest.is_file() or manifest.read_bytes().count(b"\n") < lines:
        assert time.monotonic() < end
        time.sleep(0.005)


def memory(out: Path) -> list[Entry]:
    with Manifest(out) as manifest:
        return [replace(entry, seconds=0.0) for entry in manifest.entries.values()]


@pytest.mark.parametrize(("jobs", "lines"), [(1, 2), (1, 5), (2, 4), (2, 7)])
def test_a_killed_run_goes_on_to_the_same_result(tmp_path: Path, jobs: int, lines: int) -> None:
    scans = folder_of(tmp_path / "scans", DOCUMENTS)
    assert finish(start(scans, tmp_path / "undisturbed", jobs, 0)) == 0

    process = start(scans, tmp_path / "killed", jobs, 0.1)
    wait_for(tmp_path / "killed", lines)
    process.kill()
    process.communicate(timeout=PATIENCE)
    before = tree(tmp_path / "killed")
    undisturbed = tree(tmp_path / "undisturbed")
    assert len(before) < len(undisturbed)
    assert all(undisturbed[name] == data for name, data in before.items() if not name.endswith(".part"))

    assert finish(start(scans, tmp_path / "killed", jobs, 0)) == 0
    assert tree(tmp_path / "killed") == undisturbed
    assert memory(tmp_path / "killed") == memory(tmp_path / "undisturbed")
    assert len(undisturbed) == 3 * DOCUMENTS


def test_what_was_renamed_but_not_recorded_is_made_again(tmp_path: Path) -> None:
    """The moment between giving outputs their names and writing that down, and parts that nobody finished."""
    scans = folder_of(tmp_path / "scans", 3)
    out = tmp_path / "out"
    assert finish(start(scans, out, 1, 0)) == 0
    undisturbed, entries = tree(out), memory(out)
    with Manifest(out) as manifest:
        begun = manifest.entries["../scans/01.png"]
        manifest.record(replace(begun, status="started", formats={}, doing=("text", "json", "pdf")))
    (out / "01.png.txt").write_text("torn")
    (out / "01.png.json").unlink()
    part = f".bayou-{hashlib.sha256(b'01.png').hexdigest()[:12]}-123-0.part"
    for name in (part, f".{part}.ab12.part"):
        (out / name).write_text("half")
    assert finish(start(scans, out, 1, 0)) == 0
    assert tree(out) == undisturbed
    assert memory(out) == entries


def test_killing_the_run_ends_its_processes(tmp_path: Path) -> None:
    scans = folder_of(tmp_path / "scans", DOCUMENTS)
    process = start(scans, tmp_path / "out", 2, 0.1)
    wait_for(tmp_path / "out", 4)
    process.kill()
    process.communicate(timeout=PATIENCE)
    time.sleep(1.0)
    first = tree(tmp_path / "out")
    time.sleep(0.5)
    assert tree(tmp_path / "out") == first
    # A document that was read in the moment of the kill may have left its parts; the next run clears them away.
    assert finish(start(scans, tmp_path / "out", 2, 0)) == 0
    assert not [name for name in tree(tmp_path / "out") if name.endswith(".part")]
