from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any, BinaryIO

import pytest

pytest.importorskip("pyarrow", reason="shards need the extra data")

from bayou.data import parquet_rows
from bayou.data.sample import Sample
from bayou.data.shards import INDEX, ShardFolder, write_shards
from bayou.errors import InputError, OutputError
from bayou.inputs.messages import ImagePart, Message
from tests.data.made_samples import folder, plain, sample, samples


def test_samples_come_back_as_they_were(tmp_path: Path) -> None:
    mixed = [sample(0), sample(1, pictures=0), sample(2, pictures=3)]
    turns = (Message("user", ["Seen?", ImagePart(b"\xff\xd8 any bytes"), "ü\n"]), Message("assistant", [""])) * 2
    mixed.append(Sample("odd/ü", turns, "odd", "CC-BY-4.0", "captioning", {"boxes": [[1, 2.5]], "none": None}))
    write_shards(mixed, tmp_path / "new" / "folder", rows_a_shard=2)
    found = ShardFolder(tmp_path / "new" / "folder")
    assert len(found) == 4 and len(found.records) == 2
    assert [plain(s) for s in found.read()] == [plain(s) for s in mixed]
    assert plain(found[3]) == plain(mixed[3])
    assert [s.key for s in found.read(3)] == ["odd/ü"]
    with pytest.raises(IndexError):
        found[4]


def test_row_groups_are_cut_by_rows_and_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "GROUP_ROWS", 5)
    assert [g.rows for g in ShardFolder(folder(tmp_path / "rows", 12, "a")).groups] == [5, 5, 2]
    monkeypatch.setattr(parquet_rows, "GROUP_BYTES", 1)
    assert [g.rows for g in ShardFolder(folder(tmp_path / "bytes", 3, "a")).groups] == [1, 1, 1]


def test_the_same_samples_make_the_same_files(tmp_path: Path) -> None:
    one, two = (ShardFolder(folder(tmp_path / name, 20, "a")).records for name in "xy")
    assert one == two


def test_a_folder_that_is_whole_is_not_written_over(tmp_path: Path) -> None:
    folder(tmp_path, 3, "a")
    with pytest.raises(OutputError, match="shards here already"):
        write_shards(samples(1), tmp_path)
    assert len(ShardFolder(tmp_path)) == 3


def test_a_folder_whose_making_was_stopped_is_told_and_can_be_made_anew(tmp_path: Path) -> None:
    def stops() -> Any:
        yield from samples(50)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shards(stops(), tmp_path, rows_a_shard=20)
    with pytest.raises(InputError, match="was stopped"):
        ShardFolder(tmp_path)
    assert len(ShardFolder(folder(tmp_path, 30, "a"))) == 30


def test_missing_torn_and_changed_shards_are_named(tmp_path: Path) -> None:
    path = folder(tmp_path, 100, "a") / "shard-00001.parquet"
    whole = path.read_bytes()
    path.unlink()
    with pytest.raises(InputError, match=r"00001.*missing"):
        ShardFolder(tmp_path)
    path.write_bytes(whole[:-100])
    with pytest.raises(InputError, match=r"00001.*damaged"):
        ShardFolder(tmp_path)
    changed = bytearray(whole)
    changed[len(whole) // 3] ^= 1  # in a picture
    path.write_bytes(changed)
    found = ShardFolder(tmp_path)
    with pytest.raises(InputError, match=r"00001.*damaged"):
        found.verify()
    with pytest.raises(InputError, match=r"00001.*damaged"):
        list(found.read())
    assert found[0].key == "a/0"
    path.write_bytes(whole)
    ShardFolder(tmp_path).verify()


def test_an_index_that_is_none_is_named(tmp_path: Path) -> None:
    folder(tmp_path, 1, "a")
    index = json.loads((tmp_path / INDEX).read_text())
    (tmp_path / INDEX).write_text(json.dumps({**index, "format": 9}))
    with pytest.raises(InputError, match="format 9"):
        ShardFolder(tmp_path)
    (tmp_path / INDEX).write_text("{")
    with pytest.raises(InputError, match="can't be read"):
        ShardFolder(tmp_path)


def test_a_full_disk_leaves_no_half_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        file: BinaryIO = opened(path, mode, *rest, **named)  # type: ignore[assignment]
        if "00001" in path.name and "x" in mode:
            file.close()
            return FullDisk()
        return file

    class FullDisk:
        def __enter__(self) -> FullDisk:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputError, match=r"00001.*No space"):
        folder(tmp_path, 100, "a")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["shard-00000.parquet"]


def test_only_bytes_of_files_are_pictures(tmp_path: Path) -> None:
    turns = (Message("user", [ImagePart(tmp_path / "a.png")]), Message("assistant", ["a"]))
    with pytest.raises(InputError, match=r"x/1.*bytes of files"):
        write_shards([Sample("x/1", turns, "x", "CC0-1.0", "captioning")], tmp_path)
