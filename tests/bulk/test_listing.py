"""What inputs stand for: folders, buckets, lists and Parquet columns; and how their bytes are fetched."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from bayou.bulk.items import Origin
from bayou.bulk.listing import Columns, list_input
from bayou.bulk.places import Fetcher
from bayou.errors import InputError, UsageError
from tests.bulk.scans import archive, picture

fsspec = pytest.importorskip("fsspec")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


NO_COLUMNS = Columns()


def names(source: str, columns: Columns = NO_COLUMNS) -> list[str]:
    return [one.document for one in list_input(source, columns).documents]


def bucket(files: dict[str, bytes]) -> str:
    """A bucket in memory."""
    url = f"memory://{uuid4().hex}"
    system, top = fsspec.core.url_to_fs(url)
    for name, data in files.items():
        system.pipe_file(f"{top}/{name}", data)
    return url


def test_a_folder(tmp_path: Path) -> None:
    archive(tmp_path / "scans", pictures=4)
    found = names(str(tmp_path / "scans"))
    assert found == ["000.png", "001.png", "003.png", "broken.pdf", "scan.pdf", "sub/002.png", "text.pdf"]


def test_a_bucket() -> None:
    url = bucket({"a.png": b"1", "deep/b.PDF": b"22", "deep/c.txt": b"3", ".hidden/d.png": b"4"})
    listing = list_input(url)
    assert [(one.document, one.size) for one in listing.documents] == [("a.png", 1), ("deep/b.PDF", 2)]
    assert all(one.version for one in listing.documents)
    assert names(f"{url}/deep/b.PDF") == ["b.PDF"]


def test_a_list_of_paths_and_urls(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "all.txt").write_text(f"# mine\na.png\n\n{tmp_path}/b.png\nmemory://x/c.pdf\na.png\n", encoding="utf-8")
    listing = list_input(str(tmp_path / "all.txt"))
    assert [one.origin.url for one in listing.documents] == [
        str(tmp_path / "a.png"),
        f"{tmp_path}/b.png",
        "memory://x/c.pdf",
    ]
    assert "named twice" in listing.notes[0]
    assert listing.documents[0].version and not listing.documents[2].version


def test_signed_urls_are_called_without_their_secrets(tmp_path: Path) -> None:
    lines = ["https://me:pw@host/a.pdf", "https://host/get?id=1&sig=one", "https://host/get?id=2&sig=two"]
    (tmp_path / "all.txt").write_text("\n".join(lines), encoding="utf-8")
    found = list_input(str(tmp_path / "all.txt")).documents
    assert [one.document for one in found] == [
        "https://host/a.pdf",
        "https://host/get?id=1",
        "https://host/get?id=2",
    ]
    assert [one.origin.url for one in found] == lines, "what is fetched has them"

    pq.write_table(pa.table({"url": lines}), tmp_path / "urls.parquet")
    assert names(str(tmp_path / "urls.parquet"), Columns("url", "url")) == [one.document for one in found]

    (tmp_path / "all.txt").write_text("https://host/a.pdf?sig=1\nhttps://host/a.pdf?sig=2", encoding="utf-8")
    with pytest.raises(InputError, match="differ in a secret alone") as told:
        list_input(str(tmp_path / "all.txt"))
    assert "?sig" not in str(told.value) and "--id-column" in str(told.value)


def test_one_document_by_a_signed_url() -> None:
    (one,) = list_input("https://me:pw@host/deep/a.PDF?sig=x/y.png").documents
    assert (one.document, one.origin.url) == ("a.PDF", "https://me:pw@host/deep/a.PDF?sig=x/y.png")
    with pytest.raises(InputError, match="no document here") as told:
        list_input("https://me:pw@host/get?token=abc")
    assert "abc" not in str(told.value) and "pw" not in str(told.value)


def test_a_list_in_a_bucket() -> None:
    url = bucket({"lists/all.txt": b"scans/a.png\nmemory://other/b.png"})
    assert [one.origin.url for one in list_input(f"{url}/lists/all.txt").documents] == [
        f"{url}/lists/scans/a.png",
        "memory://other/b.png",
    ]


def parquet(path: Path, rows: int = 5, **more: object) -> Path:
    table = pa.table({"id": [f"d{n}" for n in range(rows)], "scan": [b"%d" % n for n in range(rows)], **more})
    pq.write_table(table, path, row_group_size=2)
    return path


def test_a_column_of_bytes(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet")
    assert names(str(path), Columns("scan")) == [f"a.parquet#{n}" for n in range(5)]
    listing = list_input(str(path), Columns("scan", "id"))
    assert listing.documents[3].document == "d3"
    (tmp_path / "fetched").mkdir()
    fetcher = Fetcher(tmp_path / "fetched")
    for number in (4, 0, 3):
        copy, _ = fetcher.fetch(listing.documents[number].origin)
        assert copy.read_bytes() == b"%d" % number


def test_a_part_of_a_column(tmp_path: Path) -> None:
    pq.write_table(pa.table({"image": [{"bytes": b"x", "path": "a.png"}]}), tmp_path / "a.parquet")
    (one,) = list_input(str(tmp_path / "a.parquet"), Columns("image.bytes")).documents
    (tmp_path / "fetched").mkdir()
    assert Fetcher(tmp_path / "fetched").fetch(one.origin)[0].read_bytes() == b"x"
    (other,) = list_input(str(tmp_path / "a.parquet"), Columns("image.path")).documents
    assert other.origin.url == str(tmp_path / "a.png")


def test_several_parquet_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        parquet(tmp_path / f"in/{name}.parquet", 2)
    assert names(str(tmp_path / "in"), Columns("scan")) == ["a.parquet#0", "a.parquet#1", "b.parquet#0", "b.parquet#1"]
    with pytest.raises(InputError, match="two documents are called 'd0'"):
        list_input(str(tmp_path / "in"), Columns("scan", "id"))


@pytest.mark.parametrize(
    ("columns", "said"),
    [(Columns(), "--column; there are id, scan"), (Columns("scna"), "no column 'scna'"), (Columns("scan", "x"), "'x'")],
)
def test_a_column_that_is_not_there(tmp_path: Path, columns: Columns, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        list_input(str(parquet(tmp_path / "a.parquet")), columns)


def test_a_column_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds int64"):
        list_input(str(parquet(tmp_path / "a.parquet", n=range(5))), Columns("n"))


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.txt").write_text("# nothing\n", encoding="utf-8")
    (tmp_path / "no.parquet").write_bytes(b"PAR0")
    for source in ("empty", "absent", "none.txt"):
        with pytest.raises(InputError):
            list_input(str(tmp_path / source))
    with pytest.raises(InputError, match="as Parquet"):
        list_input(str(tmp_path / "no.parquet"), Columns("scan"))


def test_a_bucket_is_fetched_once_for_many_pages(tmp_path: Path) -> None:
    url = bucket({"a.pdf": b"one", "b.pdf": b"two"})
    fetcher = Fetcher(tmp_path)
    copy, sha256 = fetcher.fetch(Origin(f"{url}/a.pdf"))
    inode = copy.stat().st_ino
    assert fetcher.fetch(Origin(f"{url}/a.pdf")) == (copy, sha256) and copy.stat().st_ino == inode
    fetcher.fetch(Origin(f"{url}/b.pdf"))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"two"]
