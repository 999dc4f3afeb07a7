from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from bayou.data import sources
from bayou.data.recipe import Kind, Place
from bayou.data.schemas import RowError
from bayou.data.sources import picture_folder, read_rows, resolve
from bayou.errors import InputError, MissingExtraError
from tests.data.made_samples import folder, picture


def place(path: Path, kind: Kind, **more: Any) -> Place:
    return Place(name="mine", kind=kind, path=str(path), **more)


def keys(found: Place, start: int = 0) -> list[str]:
    return [row.key for row in read_rows(found, start)]


def check_starts(found: Place) -> None:
    """Reading from any row on gives what reading all of them gives from there."""
    rows = list(read_rows(found))
    assert [row.number for row in rows] == list(range(len(rows)))
    assert len({row.key for row in rows}) == len(rows)
    for start in range(len(rows) + 1):
        assert [(r.number, r.key) for r in read_rows(found, start)] == [(r.number, r.key) for r in rows[start:]]


def test_a_folder_with_texts_beside_pictures_and_apart(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.PNG", "images/3.jpg", "4.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(picture(1))
    (tmp_path / "a/1.txt").write_text("one")
    (tmp_path / "text").mkdir()
    (tmp_path / "text/3.md").write_text("three")
    (tmp_path / "4.json").write_text('{"total": "4"}')
    found = place(tmp_path, "folder")
    rows = list(read_rows(found))
    assert [row.key for row in rows] == ["4.png", "a/1.png", "a/2.PNG", "images/3.jpg"]
    assert isinstance(rows[2].values, RowError) and rows[2].values.reason == "no-text"
    assert not isinstance(rows[0].values, RowError) and rows[0].values["fields"] == {"total": "4"}
    assert [row.values["text"] for row in (rows[1], rows[3]) if not isinstance(row.values, RowError)] == [
        "one",
        "three",
    ]
    check_starts(found)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.tsv", 'a.png\tsays "hello\nb.png\tbye\n'),
        ("labels.csv", 'a.png,"says ""hello"\nb.png,bye\n'),
        ("labels.json", '{"a.png": "says \\"hello", "b.png": "bye"}'),
    ],
)
def test_a_folder_with_labels(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    rows = [row.values for row in read_rows(place(tmp_path, "folder"))]
    assert rows == [{"image": "a.png", "text": 'says "hello'}, {"image": "b.png", "text": "bye"}]
    check_starts(place(tmp_path, "folder"))


ROWS = [{"id": str(n), "text": "x" * n, "deep": [{"a": [n]}]} for n in range(7)]


@pytest.mark.parametrize("buffer", [1, 7, 1 << 20])
@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, buffer: int, indent: int | None) -> None:
    monkeypatch.setattr(sources, "_JSON_BUFFER", buffer)
    (tmp_path / "rows.json").write_text(json.dumps(ROWS, indent=indent))
    found = place(tmp_path / "rows.json", "json")
    assert [row.values for row in read_rows(found)] == ROWS
    check_starts(found)


def test_lines_of_several_files(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, ROWS[3:])) + "\n\n")
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, ROWS[:3])) + "\n")
    for path in (tmp_path, tmp_path / "*.jsonl"):
        assert [row.values for row in read_rows(place(path, "json"))] == ROWS
    check_starts(place(tmp_path, "json"))
    assert len(keys(place(tmp_path, "json", limit=5), 2)) == 3


def test_broken_json_is_a_row_in_lines_and_an_error_in_an_array(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n{"a": \n[1]\n{"a": 2}\n')
    values = [row.values for row in read_rows(place(tmp_path / "a.jsonl", "json"))]
    assert values[0] == {"a": 1} and values[3] == {"a": 2}
    assert [v.reason for v in values[1:3] if isinstance(v, RowError)] == ["unreadable-text", "other-schema"]
    (tmp_path / "b.json").write_text('[{"a": 1}, {"a":')
    with pytest.raises(InputError, match=r"b\.json.*after row 1"):
        list(read_rows(place(tmp_path / "b.json", "json")))
    (tmp_path / "c.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match="not an array"):
        list(read_rows(place(tmp_path / "c.json", "json")))


def test_parquet(tmp_path: Path) -> None:
    rows = [{"image": {"bytes": picture(n), "path": f"{n}.png"}, "question": f"{n}?"} for n in range(50)]
    for name, part in (("train-00000-of-00002", rows[:40]), ("train-00001-of-00002", rows[40:])):
        parquet.write_table(pyarrow.Table.from_pylist(part), tmp_path / f"{name}.parquet", row_group_size=15)
    found = place(tmp_path, "parquet")
    assert [row.values for row in read_rows(found)] == rows
    check_starts(found)
    torn = (tmp_path / "train-00001-of-00002.parquet").read_bytes()[:-50]
    (tmp_path / "train-00001-of-00002.parquet").write_bytes(torn)
    with pytest.raises(InputError, match=r"00001.*after row 40"):
        list(read_rows(found))


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def test_webdataset(tmp_path: Path) -> None:
    for shard in range(2):
        with tarfile.open(tmp_path / f"data-{shard}.tar", "w") as tar:
            for n in range(3):
                add(tar, f"sub/{n}.jpg", b"jpeg")
                add(tar, f"sub/{n}.json", json.dumps({"caption": f"{shard}{n}", "pages": []}).encode())
            add(tar, "doc.pdf", b"%PDF")
            add(tar, "doc.txt", b"said")
            add(tar, "bad.json", b"{")
    found = place(tmp_path / "data-*.tar", "webdataset")
    rows = list(read_rows(found))
    assert rows[0].key == "data-0.tar/sub/0"
    assert rows[0].values == {"images": [b"jpeg"], "caption": "00", "pages": []}
    assert rows[3].values == {"pdf": b"%PDF", "txt": "said"}
    assert isinstance(rows[4].values, RowError)
    check_starts(found)
    whole = (tmp_path / "data-1.tar").read_bytes()
    (tmp_path / "data-1.tar").write_bytes(whole[:700])
    with pytest.raises(InputError, match=r"data-1\.tar.*after row 5"):
        list(read_rows(found))


def test_shards(tmp_path: Path) -> None:
    found = place(folder(tmp_path / "s", 12, "a"), "shards")
    assert keys(found) == [f"a/{n}" for n in range(12)]
    check_starts(found)


class ImitationStream:
    """What the package datasets gives for a data set that is streamed."""

    def __init__(self, rows: list[dict[str, object]]) -> None:
        self.rows, self.decoded = rows, True

    def decode(self, enable: bool) -> ImitationStream:
        self.decoded = enable
        return self

    def skip(self, count: int) -> ImitationStream:
        assert not self.decoded
        return ImitationStream(self.rows[count:])

    def __iter__(self) -> Any:
        return iter(self.rows)


def test_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Datasets:
        @staticmethod
        def load_dataset(path: str, subset: str | None, split: str, streaming: bool) -> ImitationStream:
            asked.append((path, subset, split, streaming))
            return ImitationStream([dict(row) for row in ROWS])

    monkeypatch.setitem(__import__("sys").modules, "datasets", Datasets)
    found = Place(name="x", kind="hub", path="owner/name", subset="part")
    assert [row.values for row in read_rows(found)] == ROWS
    assert asked == [("owner/name", "part", "train", True)]
    check_starts(found)


def test_tars_on_the_hub_are_rows_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    streamed = {"__key__": "1", "jpg": {"bytes": b"x", "path": None}, "json": {"caption": "c"}, "txt": None}

    class Datasets:
        @staticmethod
        def load_dataset(path: str, subset: str | None, split: str, streaming: bool) -> ImitationStream:
            return ImitationStream([streamed])

    monkeypatch.setitem(__import__("sys").modules, "datasets", Datasets)
    (found,) = read_rows(Place(name="x", kind="hub", path="owner/name"))
    assert not isinstance(found.values, RowError)
    assert found.values["images"] == [streamed["jpg"]] and found.values["caption"] == "c"


def test_the_hub_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(MissingExtraError, match="hub-data"):
        list(read_rows(Place(name="x", kind="hub", path="owner/name")))


@pytest.mark.parametrize("kind", ["folder", "json", "parquet", "webdataset", "shards"])
def test_nothing_there_is_named(tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(InputError, match="gone"):
        list(read_rows(place(tmp_path / "gone", kind)))


def test_pictures_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "a b.png").write_bytes(b"1")
    (tmp_path / "images/c.png").write_bytes(b"2")
    assert resolve(b"0", tmp_path) == b"0"
    assert resolve({"bytes": None, "path": "a b.png"}, tmp_path) == b"1"
    assert resolve((tmp_path / "a b.png").as_uri(), tmp_path) == b"1"
    assert resolve("c.png", tmp_path) == b"2"
    assert resolve("data:image/png;base64,MTI=", tmp_path) == b"12"
    for value, reason in [
        ("gone.png", "missing-picture"),
        ("https://example.com/a.png", "picture-elsewhere"),
        ({"bytes": None, "path": None}, "missing-picture"),
        ("data:image/png;base64,!", "missing-picture"),
        (7, "missing-picture"),
    ]:
        with pytest.raises(RowError) as error:
            resolve(value, tmp_path)
        assert error.value.reason == reason


def test_names_of_pictures_start_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    assert picture_folder(place(tmp_path / "a.json", "json")) == tmp_path
    assert picture_folder(place(tmp_path, "json")) == tmp_path
    assert picture_folder(place(tmp_path / "a.json", "json", images=Path("/pictures"))) == Path("/pictures")
