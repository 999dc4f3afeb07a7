"""kill -9 in the middle of a run, and the same command again: nobody can tell the result from an undisturbed run's."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bayou.cli.main import main
from bayou.reading.manifest import MANIFEST_NAME, Entry, Manifest
from tests.reading.documents import folder_of, tree
from tests.reading.size_reader import SECONDS, make_size_reader

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = 5
PATIENCE = 120.0
"""Seconds after which a run that should have come this far is given up."""


Captured = pytest.CaptureFixture[str]


def arguments(scans: Path, out: Path, jobs: int) -> list[str]:
    return ["read", str(scans), "--to", "text,json,pdf", "--output", str(out), "--jobs", str(jobs)]


def start(scans: Path, out: Path, jobs: int, seconds: float = 0.2) -> subprocess.Popen[str]:
    """The program in a process that can be killed, slow enough for that."""
    command = [sys.executable, "-m", "tests.cli.program", *arguments(scans, out, jobs)]
    environment = {**os.environ, SECONDS: str(seconds)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def finish(scans: Path, out: Path, jobs: int, capsys: Captured) -> int:
    """The same command in this process, to its end."""
    code = main(arguments(scans, out, jobs), make_size_reader)
    assert capsys.readouterr().err == ""
    return code


def wait_for(out: Path, lines: int) -> None:
    end = time.monotonic() + PATIENCE
    manifest = out / MANIFEST_NAME
    while not manifest.is_file() or manifest.read_bytes().count(b"\n") < lines:
        assert time.monotonic() < end
        time.sleep(0.005)


def memory(out: Path) -> list[Entry]:
    with Manifest(out) as manifest:
        return [replace(entry, seconds=0.0) for entry in manifest.entries.values()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a run that nobody killed, beside its scans."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert main(arguments(folder_of(folder / "scans", DOCUMENTS), folder / "out", 1), make_size_reader) == 0
    assert len(tree(folder / "out")) == 3 * DOCUMENTS
    return folder / "out"


@pytest.mark.parametrize(("jobs", "lines"), [(1, 2), (1, 5), (2, 4), (2, 7)])
def test_a_killed_run_goes_on_to_the_same_result(
    tmp_path: Path, undisturbed: Path, capsys: Captured, jobs: int, lines: int
) -> None:
    scans, out = folder_of(tmp_path / "scans", DOCUMENTS), tmp_path / "out"
    process = start(scans, out, jobs)
    wait_for(out, lines)
    process.kill()
    process.communicate(timeout=PATIENCE)
    before, whole = tree(out), tree(undisturbed)
    assert len(before) < len(whole)
    assert all(whole[name] == data for name, data in before.items() if not name.endswith(".part"))

    assert finish(scans, out, jobs, capsys) == 0
    assert tree(out) == whole
    assert memory(out) == memory(undisturbed)


@pytest.mark.usefixtures("one_process")
def test_what_was_renamed_but_not_recorded_is_made_again(tmp_path: Path, capsys: Captured) -> None:
    """The moment between giving outputs their names and writing that down, and parts that nobody finished."""
    scans = folder_of(tmp_path / "scans", 3)
    out = tmp_path / "out"
    assert finish(scans, out, 1, capsys) == 0
    undisturbed, entries = tree(out), memory(out)
    with Manifest(out) as manifest:
        begun = manifest.entries["../scans/01.png"]
        manifest.record(replace(begun, status="started", formats={}, doing=("text", "json", "pdf")))
    (out / "01.png.txt").write_text("torn")
    (out / "01.png.json").unlink()
    part = f".bayou-{hashlib.sha256(b'01.png').hexdigest()[:12]}-123-0.part"
    for name in (part, f".{part}.ab12.part"):
        (out / name).write_text("half")
    assert finish(scans, out, 1, capsys) == 0
    assert tree(out) == undisturbed
    assert memory(out) == entries


def test_killing_the_run_ends_its_processes(tmp_path: Path, capsys: Captured) -> None:
    scans, out = folder_of(tmp_path / "scans", DOCUMENTS), tmp_path / "out"
    process = start(scans, out, 2)
    wait_for(out, 4)
    readers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert len(readers) >= 2
    _, alive = psutil.wait_procs(readers, timeout=PATIENCE)
    assert not alive
    # A document that was read in the moment of the kill may have left its parts; the next run clears them away.
    assert finish(scans, out, 2, capsys) == 0
    assert not [name for name in tree(out) if name.endswith(".part")]
