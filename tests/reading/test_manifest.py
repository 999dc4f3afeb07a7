"""The manifest: nothing that was recorded is lost, whatever moment a run is killed at."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest

from bayou.errors import OutputError
from bayou.reading.manifest import MANIFEST_NAME, Entry, Made, Manifest, OutputFile, own_files

ENTRY = Entry(
    source="../in/a.png",
    name="a.png",
    status="read",
    sha256="12",
    size=3,
    pages={"ok": 1},
    seconds=0.5,
    formats={"text": Made("12", "ab", (OutputFile("a.png.txt", 5, "cd"),)), "csv": Made("12", "ab", ())},
)


def entries(folder: Path) -> dict[str, Entry]:
    with Manifest(folder) as manifest:
        return dict(manifest.entries)


def test_an_entry_comes_back_as_it_was() -> None:
    odd = Entry(source="../in/\udcff.png", name="\udcff.png", status="started", doing=("text", "csv"))
    for entry in (ENTRY, odd):
        assert Entry.from_json(entry.to_json()) == entry


def test_the_last_word_on_a_source_counts(tmp_path: Path) -> None:
    with Manifest(tmp_path / "out") as manifest:
        manifest.record(Entry("a", "a", "started"))
        manifest.record(Entry("b", "b", "failed", error="no"))
        manifest.record(Entry("a", "a", "read"))
    assert {key: entry.status for key, entry in entries(tmp_path / "out").items()} == {"a": "read", "b": "failed"}
    lines = (tmp_path / "out" / MANIFEST_NAME).read_text().splitlines()
    assert len(lines) == 3  # a header, and one line for each source


def test_every_prefix_of_the_log_is_a_manifest(tmp_path: Path) -> None:
    with Manifest(tmp_path) as manifest:
        manifest.record(Entry("a", "a", "read"))
        manifest.record(Entry("b", "b", "read"))
    path = tmp_path / MANIFEST_NAME
    whole = path.read_bytes()
    found = []
    for length in [*range(0, len(whole), 11), len(whole)]:
        path.write_bytes(whole[:length])
        with Manifest(tmp_path) as manifest:
            found.append(len(manifest.entries))
            assert not manifest.notes
            manifest.record(Entry("c", "c", "read"))
        assert "c" in entries(tmp_path)
    assert sorted(found) == found
    assert set(found) == {0, 1, 2}


def test_a_line_that_is_no_entry_is_said_and_left_out(tmp_path: Path) -> None:
    with Manifest(tmp_path) as manifest:
        manifest.record(Entry("a", "a", "read"))
    path = tmp_path / MANIFEST_NAME
    path.write_text(path.read_text() + '{"source": "b"}\nnonsense\n')
    with Manifest(tmp_path) as manifest:
        assert list(manifest.entries) == ["a"]
        assert [f"line {number}" in note for number, note in zip((3, 4), manifest.notes, strict=True)] == [True, True]


@pytest.mark.parametrize("content", ["some text\n", '{"bayou_manifest": 99}\n', "[]\n"])
def test_a_foreign_file_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / MANIFEST_NAME
    path.write_text(content)
    with pytest.raises(OutputError, match=MANIFEST_NAME), Manifest(tmp_path):
        pass
    assert path.read_text() == content


def test_one_run_at_a_time(tmp_path: Path) -> None:
    with Manifest(tmp_path), pytest.raises(OutputError, match="another run"), Manifest(tmp_path):
        pass
    with Manifest(tmp_path):
        pass


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(io.FileIO):
        full = False

        def write(self, data: bytes) -> int:  # type: ignore[override]
            if not self.full:
                return super().write(data)
            super().write(bytes(data)[:7])
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("bayou.reading.manifest.FileIO", FullDisk)
    with Manifest(tmp_path) as manifest:
        manifest.record(Entry("a", "a", "read"))
        FullDisk.full = True
        with pytest.raises(OutputError, match="no space left"):
            manifest.record(Entry("b", "b", "read"))
        FullDisk.full = False
        manifest.record(Entry("c", "c", "read"))
    assert list(entries(tmp_path)) == ["a", "c"]


def test_the_log_stays_where_its_short_form_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("bayou.reading.manifest.write_new", full)
        with Manifest(tmp_path) as manifest:
            manifest.record(ENTRY)
    assert "no space left" in manifest.notes[0]
    assert entries(tmp_path) == {"../in/a.png": ENTRY}


def test_a_run_that_began_nothing_leaves_no_manifest(tmp_path: Path) -> None:
    with Manifest(tmp_path):
        pass
    assert not (tmp_path / MANIFEST_NAME).exists()


def test_own_files_are_the_outputs_and_the_manifest(tmp_path: Path) -> None:
    assert list(own_files(tmp_path)) == []
    with Manifest(tmp_path) as manifest:
        manifest.record(ENTRY)
    assert {path.name for path in own_files(tmp_path)} >= {MANIFEST_NAME, "a.png.txt"}


def test_an_output_is_same_changed_or_missing(tmp_path: Path) -> None:
    import hashlib

    output = OutputFile("a.txt", 5, hashlib.sha256(b"hello").hexdigest())
    assert output.state(tmp_path) == "missing"
    (tmp_path / "a.txt").write_bytes(b"hello")
    assert output.state(tmp_path) == "same"
    (tmp_path / "a.txt").write_bytes(b"jello")
    assert output.state(tmp_path) == "changed"
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").mkdir()
    assert output.state(tmp_path) == "changed"
