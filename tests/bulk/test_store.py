"""Outputs in folders and in buckets, and who may write them."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from bayou.bulk.items import Receipt
from bayou.bulk.lock import FolderLock, Lease, Patience
from bayou.bulk.output import RECEIPTS, Header, Output
from bayou.bulk.page_messages import MakeReader
from bayou.bulk.settings import BulkSettings
from bayou.bulk.store import BucketStore, FolderStore, Store, open_store
from bayou.bulk.worker import STAGED, Task
from bayou.errors import OutputError

pytest.importorskip("fsspec")
QUICK = Patience(beat=0.05, watch=0.5)
HEADER = Header("/scans", "parquet", "0123", "nano")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "out")) if request.param == "folder" else memory_bucket()


def memory_bucket() -> BucketStore:
    return BucketStore(f"memory://{uuid4().hex}/out")


def test_names_and_contents(store: Store) -> None:
    assert store.names() == [] and store.read("a") is None
    store.write("a", b"1")
    store.write("deep/er/b", b"2")
    store.write("deep/er/b", b"3")
    assert store.names() == ["a"] and store.names("deep/er") == ["deep/er/b"]
    assert store.read_all(["a", "deep/er/b", "no"]) == {"a": b"1", "deep/er/b": b"3"}
    store.move("deep/er/b", "b")
    assert store.read("deep/er/b") is None and store.read("b") == b"3"
    store.remove(["a", "never there"])
    store.clear("deep")
    store.clear("never there")
    assert store.names() == ["b"]


def test_a_bucket_creates_a_name_once() -> None:
    store = memory_bucket()
    assert store.create("x", b"1") and not store.create("x", b"2")
    assert store.read("x") == b"1"


def test_the_kind_of_store() -> None:
    assert isinstance(open_store("out"), FolderStore) and isinstance(open_store("file:///out"), FolderStore)
    assert isinstance(open_store("s3://bucket/out"), BucketStore)
    assert open_store("s3://key:secret@host/out").label == "s3://host/out"


def test_a_folder_is_one_runs(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "out")
    with FolderLock(store), pytest.raises(OutputError, match="another run"), FolderLock(store):
        pass
    with FolderLock(store):
        pass


def test_a_bucket_is_one_runs() -> None:
    store = memory_bucket()
    with Lease(store, QUICK) as first:
        said: list[str] = []
        second = Lease(store, QUICK)
        second.on_wait = said.append
        with pytest.raises(OutputError, match="another run"), second:
            pass
        assert "looking" in said[0]
        first.check()
    begun = time.monotonic()
    with Lease(store, QUICK):
        assert time.monotonic() - begun < QUICK.watch, "a lease that was given back isn't watched"
    assert len(store.names("_bayou/leases")) == 1


def test_a_dead_run_holds_no_bucket() -> None:
    store = memory_bucket()
    dead = Lease(store, Patience(beat=3600, watch=0.5))
    dead.__enter__()  # it never writes again
    with Lease(store, QUICK), pytest.raises(OutputError, match="another run"), Lease(store, QUICK):
        pass


def test_a_run_that_slept_through_its_lease_learns_of_it() -> None:
    store = memory_bucket()
    slow = Lease(store, Patience(beat=0.6, watch=0.1))
    slow.__enter__()
    with Lease(store, Patience(beat=0.05, watch=0.2)):
        time.sleep(0.7)
        with pytest.raises(OutputError, match="lost"):
            slow.check()


def test_of_two_that_take_over_one_wins() -> None:
    store = memory_bucket()
    Lease(store, Patience(beat=3600, watch=0.4)).__enter__()
    leases = [Lease(store, QUICK) for _ in range(4)]
    taken: list[Lease] = []

    def take(lease: Lease) -> None:
        try:
            lease.__enter__()
        except OutputError:
            return
        taken.append(lease)

    threads = [threading.Thread(target=take, args=(lease,)) for lease in leases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1
    taken[0].__exit__(None, None, None)


def no_reader(settings: object) -> object:
    raise AssertionError


def task(store: Store, reader: MakeReader = no_reader) -> Task:
    return Task(store, "parquet", BulkSettings(), reader, "run1", "nano")


def test_a_shard_counts_from_its_name_on(store: Store) -> None:
    output = Output(store)
    output.begin(HEADER, overwrite=False)
    one = Receipt("part-1", "part-1.parquet", "0123", rows=2)
    store.write(task(store).staged("part-1"), b"rows")
    assert output.receipts() == []
    output.commit(one, task(store))
    assert output.receipts() == [one] and store.read("part-1.parquet") == b"rows"
    # Stopped between the receipt and the name; and a file that no receipt tells of.
    store.write(f"{RECEIPTS}/part-2.json", Receipt("part-2", "part-2.parquet", "0123").to_json().encode())
    store.write("part-3.parquet", b"?")
    assert output.receipts() == [one]
    assert store.names() == ["part-1.parquet"] and store.names(RECEIPTS) == [f"{RECEIPTS}/part-1.json"]


def test_rows_that_are_not_here_are_told(store: Store) -> None:
    output = Output(store)
    output.begin(HEADER, overwrite=False)
    with pytest.raises(OutputError, match="all computers of the cluster"):
        output.commit(Receipt("part-1", "part-1.parquet", "0123"), task(store))
    assert store.names(RECEIPTS) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Header("/letters", "parquet", "0123"), "results of /scans"),
        (Header("/scans", "jsonl", "0123"), "holds parquet, and --to says jsonl"),
        (Header("/scans", "parquet", "4567", "nano, dpi 150"), "other settings: nano; now nano, dpi 150; choose"),
        (Header("/scans", "parquet", "4567", "nano"), "other settings: nano; before the model or bayou changed"),
    ],
)
def test_an_output_is_not_mixed(store: Store, other: Header, said: str) -> None:
    output = Output(store)
    output.begin(HEADER, overwrite=False)
    store.write(task(store).staged("part-1"), b"rows")
    output.commit(Receipt("part-1", "part-1.parquet", "0123"), task(store))
    output.begin(HEADER, overwrite=False)
    with pytest.raises(OutputError, match=said):
        output.begin(other, overwrite=False)
    assert store.names() == ["part-1.parquet"]
    output.begin(other, overwrite=True)
    assert store.names() == [] and output.receipts() == []


def test_results_of_others_stay(store: Store) -> None:
    store.write("part-00000.parquet", b"spark's")
    with pytest.raises(OutputError, match="didn't write"):
        Output(store).begin(HEADER, overwrite=False)
    assert store.read("part-00000.parquet") == b"spark's"


def test_what_a_stopped_run_left_is_cleared(store: Store) -> None:
    store.write(f"{STAGED}/old/part-1.parquet", b"half")
    Output(store).begin(HEADER, overwrite=False)
    assert store.names(f"{STAGED}/old") == []
