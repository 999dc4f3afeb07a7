"""Folder runs: what is read again and what isn't, what is never lost, and that processes change nothing."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
from pathlib import Path

import pytest

from bayou.errors import OutputError
from bayou.reading.folder_inputs import find_sources
from bayou.reading.folder_run import Outcome, RunOptions, read_to_folder, read_to_texts, settings_hash
from bayou.reading.folder_workers import ReadSettings, StopRun
from bayou.reading.manifest import MANIFEST_NAME, Manifest
from tests.reading.documents import folder_of, noise, tree
from tests.reading.size_reader import LOG, make_size_reader


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "scans", 3)


class Heard:
    """A report that remembers."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.pages = 0

    def outcome(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def page(self) -> None:
        self.pages += 1


def run(
    inputs: Path | list[Path], output: Path, settings: ReadSettings | None = None, **options: object
) -> dict[str, Outcome]:
    """Reads in this process, which takes a tenth of the time, unless ``jobs`` says otherwise."""
    paths = [inputs] if isinstance(inputs, Path) else inputs
    found = find_sources([str(path) for path in paths])
    chosen = RunOptions(settings or ReadSettings(), **{"formats": ("text",), "output": output, "jobs": 0, **options})  # type: ignore[arg-type]
    heard = Heard()
    read_to_folder(found.sources, chosen, make_size_reader, heard)
    return {str(outcome.source.path.name): outcome for outcome in heard.outcomes if outcome.source.path is not None}


def statuses(outcomes: dict[str, Outcome]) -> list[str]:
    return [outcomes[name].status for name in sorted(outcomes)]


def test_a_folder_is_mirrored_and_the_second_run_reads_nothing(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert statuses(run(scans, out)) == ["read"] * 3
    assert list(tree(out)) == ["00.png.txt", "01.png.txt", "sub/02.png.txt"]
    assert statuses(run(scans, out)) == ["unchanged"] * 3


def test_only_what_is_new_changed_or_missing_is_read(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    before = run(scans, out)
    noise(scans / "00.png", 7)
    (out / "01.png.txt").unlink()
    noise(scans / "03.png", 3)
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    assert statuses(run(scans, out)) == ["read", "read", "unchanged", "read"]
    assert sorted((tmp_path / "log").read_text().split()) == ["00.png", "01.png", "03.png"]
    assert statuses(before) == ["read"] * 3
    assert (out / "00.png.txt").read_text().startswith("page 1: 30 x 27")


def test_a_failure_is_tried_again_and_the_others_are_done(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    whole = (scans / "01.png").read_bytes()
    (scans / "01.png").write_bytes(whole[:50])
    outcomes = run(scans, out)
    assert statuses(outcomes) == ["read", "failed", "read"]
    failure = outcomes["01.png"].failure
    assert failure is not None
    assert failure.exit_code == 3
    assert str(scans / "01.png") in failure.message
    assert statuses(run(scans, out)) == ["unchanged", "failed", "unchanged"]
    (scans / "01.png").write_bytes(whole)
    assert statuses(run(scans, out)) == ["unchanged", "read", "unchanged"]


def test_another_format_is_added_and_the_first_stays(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(scans, out)
    assert statuses(run(scans, out, formats=("text", "json"))) == ["read"] * 3
    assert statuses(run(scans, out)) == ["unchanged"] * 3
    assert statuses(run(scans, out, formats=("json",))) == ["unchanged"] * 3


def test_tables_that_are_not_there_are_not_looked_for_again(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(scans, out, formats=("csv",))
    assert tree(out) == {}
    assert statuses(run(scans, out, formats=("csv",))) == ["unchanged"] * 3


def test_other_settings_read_again_but_limits_do_not(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(scans, out)
    same = ReadSettings(device="GPU", password="secret", max_pixels=10**6, max_pages=2)
    assert statuses(run(scans, out, same)) == ["unchanged"] * 3
    assert statuses(run(scans, out, ReadSettings(dpi=300))) == ["read"] * 3
    assert "secret" not in (out / MANIFEST_NAME).read_text()


def test_each_setting_that_changes_the_text_counts() -> None:
    changes = {"model": "ppocr", "runtime": "torch", "precision": "int8", "pages": "1", "dpi": 300, "force_ocr": True}
    hashes = {settings_hash(dataclasses.replace(ReadSettings(), **{name: value})) for name, value in changes.items()}
    assert len(hashes | {settings_hash(ReadSettings())}) == len(changes) + 1


def test_a_model_folder_counts_with_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"1")
    before = settings_hash(ReadSettings(model=str(tmp_path)))
    (tmp_path / "weights").write_bytes(b"12")
    assert settings_hash(ReadSettings(model=str(tmp_path))) != before


def test_pictures_of_one_name_do_not_meet(tmp_path: Path) -> None:
    first, second = noise(tmp_path / "x/a.png", 1), noise(tmp_path / "y/a.png", 2)
    noise(tmp_path / "x/a.bmp", 3)
    out = tmp_path / "out"
    run([first, second, tmp_path / "x/a.bmp"], out)
    assert list(tree(out)) == ["a.bmp.txt", "a.png.txt", "a~2.png.txt"]
    assert "30 x 22" in (out / "a~2.png.txt").read_text()
    before = tree(out)
    outcomes = run([second], out)
    assert statuses(outcomes) == ["unchanged"]
    noise(second, 4)
    run([second], out)
    assert tree(out)["a.png.txt"] == before["a.png.txt"]
    assert b"30 x 24" in tree(out)["a~2.png.txt"]


def test_a_file_of_somebody_else_is_not_replaced(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "00.png.txt").write_text("mine")
    outcomes = run(scans, out)
    assert statuses(outcomes) == ["failed", "read", "read"]
    failure = outcomes["00.png"].failure
    assert failure is not None
    assert failure.exit_code == 6
    assert "--overwrite" in failure.message
    assert (out / "00.png.txt").read_text() == "mine"
    assert statuses(run(scans, out, overwrite=True)) == ["read"] * 3
    assert (out / "00.png.txt").read_text() != "mine"


def test_a_corrected_output_stays_until_it_would_be_wrong(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(scans, out)
    (out / "00.png.txt").write_text("corrected by hand")
    outcomes = run(scans, out)
    assert statuses(outcomes) == ["unchanged"] * 3
    assert "00.png.txt was changed" in outcomes["00.png"].remarks[0]
    noise(scans / "00.png", 8)
    assert statuses(run(scans, out)) == ["failed", "unchanged", "unchanged"]
    assert (out / "00.png.txt").read_text() == "corrected by hand"


def test_a_folder_that_moved_is_not_read_again(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(scans, out)
    before = tree(out)
    scans.rename(tmp_path / "archive")
    noise(tmp_path / "archive/01.png", 9)
    assert statuses(run(tmp_path / "archive", out)) == ["unchanged", "read", "unchanged"]
    assert tree(out)["00.png.txt"] == before["00.png.txt"]


def test_stop_after_failures(tmp_path: Path) -> None:
    scans = folder_of(tmp_path / "scans", 6)
    for name in ("00.png", "01.png"):
        (scans / name).write_bytes(b"")
    outcomes = run(scans, tmp_path / "out", max_failures=2, jobs=1)
    assert statuses(outcomes) == ["failed", "failed"]
    assert statuses(run(scans, tmp_path / "out", max_failures=3)) == ["failed", "failed", *["read"] * 4]


def test_processes_change_nothing(tmp_path: Path) -> None:
    scans = folder_of(tmp_path / "scans", 7)
    (scans / "03.png").write_bytes(b"")
    trees, manifests = [], []
    for jobs in (0, 1, 3):
        out = tmp_path / f"out{jobs}"
        run(scans, out, jobs=jobs, formats=("text", "json", "pdf"))
        trees.append(tree(out))
        with Manifest(out) as manifest:
            manifests.append([dataclasses.replace(entry, seconds=0) for entry in manifest.entries.values()])
    assert trees[0] == trees[1] == trees[2]
    assert manifests[0] == manifests[1] == manifests[2]
    assert len(trees[0]) == 18


def test_texts_come_in_the_order_of_the_sources_whatever_is_done_first(tmp_path: Path) -> None:
    noise(tmp_path / "a.tif", 0, pages=40)
    sources = find_sources([str(folder_of(tmp_path, 5))]).sources
    for jobs in (1, 3):
        heard = Heard()
        read_to_texts(sources, RunOptions(ReadSettings(), ("text",), jobs=jobs), make_size_reader, heard)
        assert [outcome.source for outcome in heard.outcomes] == sources
        assert heard.pages == 45


def test_a_process_that_dies_costs_its_file_alone(tmp_path: Path) -> None:
    scans = folder_of(tmp_path / "scans", 4)
    noise(scans / "crash.png")
    noise(scans / "fault.png")
    for jobs in (1, 2):
        outcomes = run(scans, tmp_path / f"out{jobs}", jobs=jobs)
        assert statuses(outcomes) == [*["read"] * 4, "failed", "failed"]
        messages = [outcomes[name].failure.message for name in ("crash.png", "fault.png")]  # type: ignore[union-attr]
        assert "process" in messages[0] and "crash.png" in messages[0]
        assert "KeyError" in messages[1] and "fault.png" in messages[1]


@pytest.mark.parametrize(("model", "code"), [("broken", 7), ("unknown", 2), ("uninstalled", 1)])
@pytest.mark.parametrize("alone", [True, False])
def test_a_model_that_cannot_be_used_ends_the_run(
    scans: Path, tmp_path: Path, model: str, code: int, alone: bool
) -> None:
    with pytest.raises(StopRun) as stop:
        run(scans / "00.png" if alone else scans, tmp_path / "out", ReadSettings(model=model), jobs=1)
    assert stop.value.failure.exit_code == code
    assert tree(tmp_path / "out") == {}
    assert statuses(run(scans, tmp_path / "out")) == ["read"] * 3


def test_pages_that_failed_are_tried_again(tmp_path: Path) -> None:
    scan = noise(tmp_path / "halffailed.tif", pages=3)
    for _ in range(2):
        outcome = run([scan], tmp_path / "out")[scan.name]
        assert outcome.status == "incomplete"
        assert outcome.remarks == ("page 2: failed (the detector gave up)",)
        assert outcome.failure is not None
        assert "a page of 3 failed" in outcome.failure.message
    assert list(tree(tmp_path / "out")) == ["halffailed.tif.txt"]


def test_a_full_disk_fails_the_file_and_leaves_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = noise(tmp_path / "a.png")
    fsync, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:  # in the midst of the second format
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        outcome = run([scan], tmp_path / "out", formats=("text", "json"))["a.png"]
    assert outcome.failure is not None
    assert outcome.failure.exit_code == 6
    assert "a.png.json: no space left" in outcome.failure.message
    assert tree(tmp_path / "out") == {}
    assert statuses(run([scan], tmp_path / "out", formats=("text", "json"))) == ["read"]


def test_what_cannot_be_named_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = noise(tmp_path / "a.png")
    replace = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target).suffix == ".json":
            raise PermissionError(errno.EACCES, "Permission denied")
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        outcome = run([scan], tmp_path / "out", formats=("text", "json"))["a.png"]
    assert outcome.failure is not None
    assert "a.png.json" in outcome.failure.message
    assert tree(tmp_path / "out") == {}


def test_a_folder_in_the_place_of_an_output(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "00.png.txt").mkdir(parents=True)
    (out / "sub").write_text("a file where a folder should be")
    for overwrite in (False, True):
        outcomes = run(scans, out, overwrite=overwrite)
        assert [outcomes[name].status for name in ("00.png", "02.png")] == ["failed", "failed"]
        assert [outcome.failure.exit_code for outcome in outcomes.values() if outcome.failure] == [6, 6]
    assert (out / "sub").read_text() == "a file where a folder should be"


def test_outputs_that_have_no_successor_go(tmp_path: Path) -> None:
    """A table that a new reading doesn't find leaves no file of its own behind."""
    out = tmp_path / "out"
    scan = noise(tmp_path / "a.png")
    run([scan], out, formats=("csv",))
    (out / "a.png.1.csv").write_text("x\n")
    with Manifest(out) as manifest:
        (entry,) = manifest.entries.values()
        from bayou.reading.manifest import Made, OutputFile, file_sha256

        output = OutputFile("a.png.1.csv", 2, file_sha256(out / "a.png.1.csv"))
        made = Made(entry.sha256, entry.formats["csv"].settings, (output,))
        manifest.record(dataclasses.replace(entry, formats={"csv": made}))
    assert statuses(run([scan], out, formats=("csv",))) == ["unchanged"]
    noise(scan, 5)
    assert statuses(run([scan], out, formats=("csv",))) == ["read"]
    assert tree(out) == {}


def test_a_run_that_cannot_make_its_folder_says_so(scans: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="out"):
        run(scans, tmp_path / "out")


def test_a_folder_that_moves_with_its_outputs_stays_known(tmp_path: Path) -> None:
    folder_of(tmp_path / "here/scans", 3)
    run(tmp_path / "here/scans", tmp_path / "here/out")
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert statuses(run(tmp_path / "there/scans", tmp_path / "there/out")) == ["unchanged"] * 3
