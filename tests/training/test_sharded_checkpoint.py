"""Checkpoints that are torn, missing, changed or don't fit on the disk: noticed, named, and the one before is used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from bayou.errors import InputError, OutputError
from bayou.training.sharded_checkpoint import LIST_FILE, NOTES_FILE, Checkpoints, check_checkpoint
from bayou.training.sharding import Group, joined_group
from bayou.training.vlm_settings import EngineSettings


@pytest.fixture(scope="module")
def group() -> Iterator[Group]:
    with joined_group(EngineSettings(device="cpu")) as joined:
        yield joined


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def checkpoints(tmp_path: Path, group: Group, said: list[str]) -> Checkpoints:
    return Checkpoints(tmp_path / "checkpoints", group, 2, said.append)


def state(number: float) -> dict[str, dict[str, Tensor]]:
    return {"model": {"a": torch.full((500,), number), "b": torch.arange(6.0).view(2, 3) + number}}


def saved(checkpoints: Checkpoints, *steps: int) -> None:
    for step in steps:
        checkpoints.save(step, state(step), {"step": step})
    checkpoints.wait()


def shard(checkpoints: Checkpoints, step: int) -> Path:
    return next((checkpoints.folder / f"step-{step:08d}").glob("*.distcp"))


def test_the_newest_comes_back_and_old_ones_go(checkpoints: Checkpoints, said: list[str]) -> None:
    assert checkpoints.newest() is None
    saved(checkpoints, 1, 2, 3)
    assert [path.name for path in sorted(checkpoints.folder.iterdir())] == ["step-00000002", "step-00000003"]
    found = checkpoints.newest()
    assert found is not None
    folder, notes = found
    assert folder.name == "step-00000003" and notes == {"step": 3}
    loaded = state(0)
    checkpoints.load(folder, loaded)
    assert torch.equal(loaded["model"]["b"], state(3)["model"]["b"])
    assert said == []


def test_what_is_saved_is_the_state_of_that_moment(checkpoints: Checkpoints) -> None:
    changing = state(1)
    checkpoints.save(1, changing, {})
    changing["model"]["a"].fill_(9)  # training goes on while the checkpoint is written
    checkpoints.wait()
    loaded = state(0)
    checkpoints.load(checkpoints.folder / "step-00000001", loaded)
    assert torch.equal(loaded["model"]["a"], state(1)["model"]["a"])


@pytest.mark.parametrize("damage", ["torn", "missing", "changed", "unlisted", "notes"])
def test_a_damaged_one_is_named_and_passed_over(checkpoints: Checkpoints, said: list[str], damage: str) -> None:
    saved(checkpoints, 1, 2)
    path = shard(checkpoints, 2)
    if damage == "torn":
        path.write_bytes(path.read_bytes()[:-100])
    elif damage == "missing":
        path.unlink()
    elif damage == "changed":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path = path.with_name(LIST_FILE if damage == "unlisted" else NOTES_FILE)
        path.unlink()
    found = checkpoints.newest()
    assert found is not None
    assert found[0].name == "step-00000001"
    assert len(said) == 1 and str(path) in said[0] and "going back to the checkpoint before" in said[0]


def test_one_that_was_being_written_is_removed(checkpoints: Checkpoints, said: list[str]) -> None:
    saved(checkpoints, 1)
    (checkpoints.folder / "step-00000002.part").mkdir()
    found = checkpoints.newest()
    assert found is not None
    assert found[0].name == "step-00000001"
    assert "being written when the run ended" in said[0]
    assert [path.name for path in checkpoints.folder.iterdir()] == ["step-00000001"]


def test_a_full_disk_is_named_and_the_one_before_stays(checkpoints: Checkpoints) -> None:
    """No file may grow beyond some bytes, which writers meet as they meet a full disk: a write fails halfway."""
    resource = pytest.importorskip("resource")
    saved(checkpoints, 1)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        checkpoints.save(2, state(2), {"step": 2})
        with pytest.raises(OutputError, match=r"checkpoint can't be written: File too large; earlier ones are whole"):
            checkpoints.wait()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    found = checkpoints.newest()
    assert found is not None
    assert found[0].name == "step-00000001"
    saved(checkpoints, 2)  # there is room again
    assert check_checkpoint(checkpoints.folder / "step-00000002") == {"step": 2}


def test_another_shape_is_not_read(checkpoints: Checkpoints) -> None:
    saved(checkpoints, 1)
    for wrong in ({"model": {"a": torch.zeros(4)}}, {"model": {"c": torch.zeros(500)}}):
        with pytest.raises(InputError, match="can't be read"):
            checkpoints.load(checkpoints.folder / "step-00000001", wrong)


def test_a_list_that_is_none(tmp_path: Path) -> None:
    (tmp_path / LIST_FILE).write_text(json.dumps([1]), encoding="utf-8")
    with pytest.raises(InputError, match="not a checkpoint's list"):
        check_checkpoint(tmp_path)
