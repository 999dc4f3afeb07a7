"""Arrays kept by key: exact, bounded, checked, and safe with two processes in one folder."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from bayou.engine.array_store import ABANDONED_SECONDS, ArrayStore

LARGE = 1 << 30


def arrays(seed: int, size: int = 1000) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [random.normal(size=(2, size // 2)).astype(np.float32), random.normal(size=(3, 1, 5)).astype(np.float32)]


def key(number: int) -> str:
    return f"{number:064x}"


def same(found: tuple[np.ndarray, ...] | None, expected: list[np.ndarray]) -> bool:
    return found is not None and all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.arrays"))


def test_what_is_kept_comes_back_also_after_a_restart(tmp_path: Path) -> None:
    for memory in (0, LARGE):
        folder = tmp_path / str(memory)
        store = ArrayStore(folder, LARGE, memory)
        assert store.get(key(1)) is None
        store.put(key(1), arrays(1))
        store.put(key(2), [])
        assert same(store.get(key(1)), arrays(1))
        assert ArrayStore(folder, LARGE, memory).get(key(2)) == ()
        assert same(ArrayStore(folder, LARGE, memory).get(key(1)), arrays(1))


def test_bfloat16_takes_half_the_bytes_and_loses_nothing(tmp_path: Path) -> None:
    wide = arrays(3, 20000)[0]
    narrow = (wide.view(np.uint32) & 0xFFFF0000).view(np.float32)
    store = ArrayStore(tmp_path, LARGE, 0)
    store.put(key(1), [wide])
    store.put(key(2), [narrow[:, ::2]])  # not contiguous
    store.put(key(3), [narrow, wide])
    assert same(store.get(key(2)), [narrow[:, ::2]])
    assert same(store.get(key(3)), [narrow, wide])
    large, small, _ = (path.stat().st_size for path in files(tmp_path))
    assert large > wide.nbytes and small < narrow.nbytes / 4 + 1000


def test_memory_holds_the_last_used(tmp_path: Path) -> None:
    size = sum(array.nbytes for array in arrays(0))
    store = ArrayStore(None, 0, 2 * size)
    for number in (1, 2):
        store.put(key(number), arrays(number))
    assert same(store.get(key(1)), arrays(1))
    store.put(key(3), arrays(3))
    assert store.get(key(2)) is None
    assert same(store.get(key(1)), arrays(1)) and same(store.get(key(3)), arrays(3))
    store.put(key(4), arrays(4, 10000))  # larger than all there is room for
    assert store.get(key(4)) is None and same(store.get(key(3)), arrays(3))
    assert list(tmp_path.iterdir()) == []
    assert ArrayStore(None, LARGE, 0).is_off and ArrayStore(tmp_path, 0, 0).is_off and not store.is_off


def test_the_disk_keeps_the_last_used(tmp_path: Path) -> None:
    ArrayStore(tmp_path, LARGE, 0).put(key(0), arrays(0))
    size = files(tmp_path)[0].stat().st_size
    store = ArrayStore(tmp_path, 3 * size, 0)
    for number in (1, 2):
        store.put(key(number), arrays(number))
    for number in (0, 1, 2):  # as if long ago, 1 before 0
        age = {0: 50, 1: 100, 2: 10}[number]
        os.utime(tmp_path / (key(number) + ".arrays"), (time.time() - age,) * 2)
    assert store.get(key(1)) is not None
    store.put(key(3), arrays(3))
    assert [number for number in range(4) if store.get(key(number)) is not None] == [1, 2, 3]
    store.put(key(5), arrays(5, 100000))
    assert store.get(key(5)) is None and len(files(tmp_path)) == 3


@pytest.mark.parametrize("damage", ["truncated", "changed", "header", "empty", "longer"])
def test_a_damaged_file_is_removed_and_made_anew(tmp_path: Path, damage: str) -> None:
    ArrayStore(tmp_path, LARGE, 0).put(key(1), arrays(1))
    (path,) = files(tmp_path)
    content = bytearray(path.read_bytes())
    if damage == "changed":
        content[-100] ^= 1
    if damage == "header":
        content[30] ^= 255
    cut = {"truncated": content[:-1], "empty": b"", "longer": bytes(content) + b"x"}.get(damage, content)
    path.write_bytes(bytes(cut))
    store = ArrayStore(tmp_path, LARGE, LARGE)
    assert store.get(key(1)) is None
    assert files(tmp_path) == []
    store.put(key(1), arrays(1))
    assert same(ArrayStore(tmp_path, LARGE, 0).get(key(1)), arrays(1))


def test_parts_of_killed_processes_are_cleared_up(tmp_path: Path) -> None:
    old, new = tmp_path / "a.part", tmp_path / "b.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - ABANDONED_SECONDS - 10,) * 2)
    other = tmp_path / "mine.txt"
    other.write_text("not the store's")
    ArrayStore(tmp_path, LARGE, 0).put(key(1), arrays(1))
    assert not old.exists() and new.exists() and other.exists()


def test_a_disk_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    store = ArrayStore(blocked, LARGE, LARGE)
    with pytest.warns(UserWarning, match="can't be kept"):
        store.put(key(1), arrays(1))
    store.put(key(2), arrays(2))
    assert same(store.get(key(1)), arrays(1)) and same(store.get(key(2)), arrays(2))


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_files_are_this_user_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    ArrayStore(folder, LARGE, 0).put(key(1), arrays(1))
    assert folder.stat().st_mode & 0o077 == 0
    assert files(folder)[0].stat().st_mode & 0o077 == 0


def work(folder: Path, seed: int) -> None:
    """Puts and gets at random in a folder with room for a few; anything found must be right."""
    random = np.random.default_rng(seed)
    store = ArrayStore(folder, 20000, 0)
    for number in random.integers(0, 12, size=150).tolist():
        found = store.get(key(number))
        if found is None:
            store.put(key(number), arrays(number))
        elif not same(found, arrays(number)):
            raise SystemExit(3)


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=work, args=(tmp_path, seed)) for seed in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    assert 0 < sum(path.stat().st_size for path in files(tmp_path)) <= 20000
    assert list(tmp_path.glob("*.part")) == []


def write_for_ever(folder: Path) -> None:
    store, number = ArrayStore(folder, 20_000_000, 0), 0
    while True:
        store.put(key(number), arrays(number, 400_000))
        number += 1


@pytest.mark.skipif(os.name != "posix", reason="processes are frozen by POSIX's signals")
def test_a_process_killed_while_it_writes_leaves_nothing_half(tmp_path: Path) -> None:
    """Killed at any moment, without warning: what is there is whole, the folder's lock is free, parts go in time."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=write_for_ever, args=(tmp_path,))
    process.start()
    while not files(tmp_path):
        time.sleep(0.001)
    halves, end = 0, time.monotonic() + 60
    moments = random.Random(0)
    while time.monotonic() < end:  # frozen at moments spread over several writes: is a part there now?
        time.sleep(moments.uniform(0, 0.03))
        os.kill(process.pid, signal.SIGSTOP)
        halves = len(list(tmp_path.glob("*.part")))
        if halves:
            break
        os.kill(process.pid, signal.SIGCONT)
    process.kill()
    process.join(60)
    assert halves == len(list(tmp_path.glob("*.part"))) == 1
    store = ArrayStore(tmp_path, 20_000_000, 0)
    for path in files(tmp_path):
        assert same(store.get(path.stem), arrays(int(path.stem, 16), 400_000))
    (part,) = tmp_path.glob("*.part")
    os.utime(part, (time.time() - ABANDONED_SECONDS - 10,) * 2)
    store.put(key(1000000), arrays(1000000))  # would wait for ever if the dead one held the lock
    assert same(store.get(key(1000000)), arrays(1000000))
    assert not part.exists()
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 20_000_000


def put_on_a_full_disk(folder: Path) -> None:
    """The system refuses to make files longer than some bytes, as a full disk would in the middle of one."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    store = ArrayStore(folder, LARGE, LARGE)
    with pytest.warns(UserWarning, match="can't be kept"):
        store.put(key(1), arrays(1, 400_000))
    assert same(store.get(key(1)), arrays(1, 400_000))


@pytest.mark.skipif(os.name != "posix", reason="limits of processes are POSIX's")
def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=put_on_a_full_disk, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_that_cannot_be_removed_counts_as_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ArrayStore(tmp_path, LARGE, 0).put(key(1), arrays(1))
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])

    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(f"{path} is in a folder that may only be read")

    monkeypatch.setattr(Path, "unlink", refused)
    assert ArrayStore(tmp_path, LARGE, 0).get(key(1)) is None
    assert files(tmp_path) == [path]
