"""kill -9 in the middle of a build, and the same command again: nobody can tell it from an undisturbed one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="training data needs the extra data")

from bayou.data.shards import ShardFolder
from tests.data.made_rows import STORY, row, tree, write_rows

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds after which a build that should have come this far is given up."""

SMALL_SHARDS = """
import sys
from bayou.cli.main import main
from bayou.data import build
cut = build.ShardCut
build.ShardCut = lambda: cut(60)
sys.exit(main(sys.argv[1:]))
"""
"""The program bayou, whose shards end after 60 samples."""


def start(recipe: Path, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", SMALL_SHARDS, "data", "build", str(recipe), "-o", str(output), "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    messages = process.communicate(timeout=PATIENCE)[1].decode()
    assert process.returncode == 0, messages


@pytest.mark.slow
def test_kill_minus_nine_and_the_same_command_again(tmp_path: Path) -> None:
    rows = [row(None, f"What is {n} times {n}?", f"{n * n}: {STORY} {n * 7} {n * 11} {n * 13}") for n in range(1200)]
    write_rows(tmp_path / "rows.jsonl", rows + rows[:100])
    wanted = {"name": "s", "kind": "json", "path": "rows.jsonl", "licence": "CC0-1.0", "task": "text-only"}
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"name": "r", "sources": [wanted]}))
    finish(start(recipe, tmp_path / "undisturbed"))
    whole = tree(tmp_path / "undisturbed")
    shards = len(ShardFolder(tmp_path / "undisturbed/s").records)
    assert shards > 8

    killed = tmp_path / "killed"
    for moment in (1, shards // 2, shards - 1):
        process = start(recipe, killed)
        end = time.monotonic() + PATIENCE
        while len(list(killed.glob("s/shard-*.parquet"))) < moment:
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.002)
        process.kill()
        process.communicate()
        assert not (killed / "s/shards.json").exists()
    finish(start(recipe, killed))
    assert {name: data for name, data in tree(killed).items() if not name.endswith(".part")} == whole
