"""A folder that appears whole or not at all, and what may be replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayou.errors import OutputError
from bayou.export.output_folder import LIST_FILE, whole_folder


def fill(target: Path, text: str, replace: bool = False) -> None:
    with whole_folder(target, "a to b", replace) as folder:
        (folder / "deep").mkdir()
        (folder / "deep/file").write_text(text)


def test_it_appears_at_the_end_with_a_list_of_its_files(tmp_path: Path) -> None:
    target = tmp_path / "new/out"
    with whole_folder(target, "a to b") as folder:
        (folder / "file").write_text("x")
        assert not target.exists()
    assert json.loads((target / LIST_FILE).read_text()) == {"made_from": "a to b", "files": ["file"]}
    assert [path.name for path in target.parent.iterdir()] == ["out"]


def test_an_error_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "out", "a to b") as folder:
        (folder / "file").write_text("x")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_free(tmp_path: Path) -> None:
    fill(tmp_path / "out", "x")
    (tmp_path / "empty").mkdir()
    fill(tmp_path / "empty", "x")
    assert (tmp_path / "empty/deep/file").read_text() == "x"


def test_an_earlier_export_is_replaced_only_where_that_is_wanted(tmp_path: Path) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    with pytest.raises(OutputError, match="--force"):
        fill(target, "new")
    assert (target / "deep/file").read_text() == "old"
    fill(target, "new", replace=True)
    assert (target / "deep/file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("listed", [True, False])
def test_what_no_export_wrote_is_never_removed(listed: bool, tmp_path: Path) -> None:
    target = tmp_path / "out"
    if listed:
        fill(target, "old")
    else:
        target.mkdir()
    (target / "letter").write_text("mine")
    with pytest.raises(OutputError, match="letter"):
        fill(target, "new", replace=True)
    assert (target / "letter").read_text() == "mine"


def test_a_folder_filled_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with pytest.raises(OutputError, match="not empty"), whole_folder(target, "a to b"):
        target.mkdir()
        (target / "letter").write_text("mine")
    assert [path.name for path in target.iterdir()] == ["letter"]


def test_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="is a file"):
        fill(tmp_path / "out", "x")
    with pytest.raises(OutputError, match="can't be written"):
        fill(tmp_path / "out/below", "x")
