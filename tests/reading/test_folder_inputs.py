"""Finding documents: folders, patterns, links, loops, and names that never meet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bayou.reading.folder_inputs import Source, find_sources, with_own_names


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(*arguments: str | Path, **options: object) -> list[str]:
    return [source.name for source in find_sources([str(a) for a in arguments], **options).sources]  # type: ignore[arg-type]


def link(path: Path, target: Path | str) -> None:
    try:
        path.symlink_to(target, target_is_directory=True)
    except OSError:
        pytest.skip("this system doesn't allow links")


def test_a_folder_gives_its_documents_by_path_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path, "b.PNG", "a.pdf", "notes.txt", ".hidden.png", ".git/x.png", "sub/deep/c.tiff", "photo.heic")
    assert names(tmp_path) == ["a.pdf", "b.PNG", "photo.heic", "sub/deep/c.tiff"]
    assert names(tmp_path, recursive=False) == ["a.pdf", "b.PNG", "photo.heic"]


def test_a_file_that_is_named_may_be_called_anything(tmp_path: Path) -> None:
    make(tmp_path, "scan", ".hidden.png")
    assert names(tmp_path / "scan", tmp_path / ".hidden.png") == ["scan", ".hidden.png"]


def test_patterns_are_expanded_as_a_shell_would(tmp_path: Path) -> None:
    make(tmp_path, "b.png", "a.png", "c.jpg", "sub/d.png")
    assert names(tmp_path / "*.png") == ["a.png", "b.png"]
    assert names(tmp_path / "**/*.png") == ["a.png", "b.png", "d.png"]


def test_a_name_with_brackets_is_a_name_before_it_is_a_pattern(tmp_path: Path) -> None:
    make(tmp_path, "scan[1].png", "scan1.png")
    assert names(tmp_path / "scan[1].png") == ["scan[1].png"]


def test_each_file_is_read_once(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "b.png")
    assert names(tmp_path / "b.png", tmp_path, tmp_path / "a.png", tmp_path / "sub" / ".." / "a.png") == [
        "b.png",
        "a.png",
    ]


def test_several_folders_keep_apart(tmp_path: Path) -> None:
    make(tmp_path, "x/a.png", "y/a.png")
    assert names(tmp_path / "x", tmp_path / "y") == ["x/a.png", "y/a.png"]
    assert names(tmp_path / "x") == ["a.png"]


def test_standard_input_is_taken_once() -> None:
    calls: list[int] = []

    def read_stdin() -> bytes:
        calls.append(1)
        return b"bytes"

    found = find_sources(["-", "-"], read_stdin=read_stdin)
    assert found.sources == [Source(None, "stdin", b"bytes")]
    assert calls == [1]


@pytest.mark.parametrize("argument", ["missing.png", "missing*.png"])
def test_what_is_not_there_is_a_problem_with_its_name(tmp_path: Path, argument: str) -> None:
    make(tmp_path, "a.png")
    found = find_sources([str(tmp_path / argument), str(tmp_path / "a.png")])
    assert [source.name for source in found.sources] == ["a.png"]
    (problem,) = found.problems
    assert str(tmp_path / argument) in str(problem)
    assert problem.exit_code == 3


def test_a_folder_without_documents_says_what_it_looked_for(tmp_path: Path) -> None:
    make(tmp_path, "notes.txt")
    (problem,) = find_sources([str(tmp_path)]).problems
    assert str(tmp_path) in str(problem)
    assert ".png" in str(problem)


@pytest.mark.parametrize("target", ["..", "../..", "."])
def test_a_loop_of_links_is_left_out_with_a_word(tmp_path: Path, target: str) -> None:
    make(tmp_path, "top/a.png", "top/sub/b.png", "outside.png")
    link(tmp_path / "top/sub/loop", target)
    found = find_sources([str(tmp_path / "top")])
    assert [source.name for source in found.sources] == ["a.png", "sub/b.png"]
    (note,) = found.notes
    assert str(tmp_path / "top/sub/loop") in note


def test_two_folders_that_link_to_each_other_end(tmp_path: Path) -> None:
    make(tmp_path, "top/x/a.png", "top/y/b.png")
    link(tmp_path / "top/x/to_y", tmp_path / "top/y")
    link(tmp_path / "top/y/to_x", tmp_path / "top/x")
    assert names(tmp_path / "top") == ["x/a.png", "y/b.png"]


def test_links_to_other_folders_are_followed(tmp_path: Path) -> None:
    make(tmp_path, "top/a.png", "elsewhere/b.png")
    link(tmp_path / "top/there", tmp_path / "elsewhere")
    assert names(tmp_path / "top") == ["a.png", "there/b.png"]


def test_a_link_to_nothing_is_a_problem(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    link(tmp_path / "b.png", tmp_path / "gone.png")
    link(tmp_path / "self.png", tmp_path / "self.png")
    found = find_sources([str(tmp_path)])
    assert [source.name for source in found.sources] == ["a.png"]
    assert [problem.path for problem in found.problems] == [str(tmp_path / "b.png"), str(tmp_path / "self.png")]


def test_outputs_are_never_inputs(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "a.png.pdf", "out/b.pdf")
    found = find_sources([str(tmp_path)], output=tmp_path / "out", own_files=[tmp_path / "a.png.pdf"])
    assert [source.name for source in found.sources] == ["a.png"]
    assert names(tmp_path, output=tmp_path) == ["a.png", "a.png.pdf", "out/b.pdf"]


def test_a_folder_that_nobody_may_list_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.png", "locked/b.png")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_sources([str(tmp_path)])
    assert [source.name for source in found.sources] == ["a.png"]
    assert str(tmp_path / "locked") in str(found.problems[0])


def key(source: Source) -> str:
    return str(source.path)


def test_names_never_meet() -> None:
    sources = [Source(Path(f"{folder}/a.png"), "a.png") for folder in "xyz"]
    assert [s.name for s in with_own_names(sources, key, {})] == ["a.png", "a~2.png", "a~3.png"]


def test_names_that_differ_in_case_alone_are_kept_apart() -> None:
    sources = [Source(Path("x/A.png"), "A.png"), Source(Path("x/a.png"), "a.png")]
    assert [s.name for s in with_own_names(sources, key, {})] == ["A.png", "a~2.png"]


def test_a_source_keeps_the_name_it_had() -> None:
    taken = {str(Path("y/a.png")): "a.png", str(Path("x/a.png")): "a~2.png"}
    sources = [Source(Path("x/a.png"), "a.png"), Source(Path("z/a.png"), "a.png"), Source(Path("y/a.png"), "a.png")]
    assert [s.name for s in with_own_names(sources, key, taken)] == ["a~2.png", "a~3.png", "a.png"]


def test_a_new_name_does_not_meet_a_file_that_is_called_so() -> None:
    sources = [Source(Path("a~2.png"), "a~2.png"), Source(Path("x/a.png"), "a.png"), Source(Path("y/a.png"), "a.png")]
    assert [s.name for s in with_own_names(sources, key, {})] == ["a~2.png", "a.png", "a~3.png"]
