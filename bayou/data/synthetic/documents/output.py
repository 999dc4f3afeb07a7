"""Many pages to a folder, by several processes, taken up where they were stopped. Knows files; no kinds of pages.

A block of pages that share faces is a shard. Each is written whole or not at all and then noted in ``done.jsonl``, so
whatever stops the run costs at most the blocks being made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import cv2

from bayou import config
from bayou.data.sample import Sample
from bayou.data.shards import INDEX, ShardRecord, make_folder, shard_name, write_index, write_shard
from bayou.data.synthetic.corpus import default_corpus, read_prose, text_folders
from bayou.data.synthetic.documents.conversations import encoded_plainly, sample_of
from bayou.data.synthetic.documents.maker import BLOCK, KINDS, PageMaker, check_damage, check_kinds
from bayou.data.synthetic.documents.page import OWN_LICENCE, QUOTING_LICENCE
from bayou.data.synthetic.documents.painting import Desk
from bayou.data.synthetic.fonts import FontLibrary, material_folder
from bayou.documents.write_file import whole_file
from bayou.errors import BayouError, OutputError

ORDER_NAME = "synth.json"
DONE_NAME = "done.jsonl"
Report = Callable[[int], None]
"""Told how many pages are there, now and then."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made.

    Attributes:
        pages: How many.
        seed: Of which stream; its page 7 is the same however many are made.
        kinds: Which kinds, drawn by their shares.
        damage: One of ``wear.WEARS`` for every page, or "" to draw one.
        texts: Quote sentences of this machine's documentation too; the pages are then for training here, not to be
            passed on.
        to: "shards" for training, or "files" for people.
    """

    pages: int
    seed: int = 0
    kinds: tuple[str, ...] = KINDS
    damage: str = ""
    texts: bool = True
    to: Literal["shards", "files"] = "shards"

    def __post_init__(self) -> None:
        check_kinds(self.kinds)
        check_damage(self.damage)


def desk_of(texts: bool) -> Desk:
    """This machine's faces and, where wanted, sentences of its texts."""
    prose = ""
    if texts:
        prose = default_corpus().prose if material_folder() is not None else read_prose(text_folders())
    return Desk.of(FontLibrary.find(), prose)


def make_pages(order: Order, folder: Path, workers: int, report: Report, desk: Desk | None = None) -> None:
    """Makes what is ordered, or what of it is still missing in ``folder``.

    Args:
        order: What.
        folder: New, empty, or with what the same order left.
        workers: Processes.
        report: Told how many pages are there.
        desk: Faces and sentences; None for this machine's.

    Raises:
        OutputError: The folder holds something else or can't be written.
        BayouError: A process was killed; the same call goes on.
    """
    make_folder(folder)
    _claim(order, folder)
    if (folder / INDEX).exists():
        report(order.pages)
        return
    records = _done(folder) if order.to == "shards" else {}
    blocks = [b for b in range(-(-order.pages // BLOCK)) if b not in records]
    there = sum(_length(order, b) for b in records)
    report(there)
    if blocks:
        desk = desk or desk_of(order.texts)
        with (folder / DONE_NAME).open("a", encoding="utf-8") as log:
            for block, record in _made(order, folder, blocks, min(workers, len(blocks)), desk):
                there += _length(order, block)
                if record is not None:
                    records[block] = record
                    log.write(json.dumps({"block": block, **config.to_dict(record)}) + "\n")
                    log.flush()
                    os.fsync(log.fileno())
                report(there)
    if order.to == "shards":
        write_index(folder, [records[b] for b in sorted(records)])
    (folder / DONE_NAME).unlink(missing_ok=True)


def _length(order: Order, block: int) -> int:
    return min(BLOCK, order.pages - block * BLOCK)


def _claim(order: Order, folder: Path) -> None:
    """Writes the order down, or compares it with the one that is there."""
    path = folder / ORDER_NAME
    if path.exists():
        try:
            before = config.load(Order, path)
        except (config.SettingsError, OSError) as error:
            raise OutputError(f"can't be read: {error}; remove it or name another folder", str(path)) from error
        if before != order:
            raise OutputError("the folder holds pages of another order; name another folder or remove it", str(path))
        return
    if any(folder.iterdir()):
        raise OutputError("the folder isn't empty; name a new one", str(folder))
    with whole_file(path) as file:
        file.write((json.dumps(config.to_dict(order), indent=1) + "\n").encode())


def _done(folder: Path) -> dict[int, ShardRecord]:
    """Which blocks are there, by number; a torn last line is none."""
    path = folder / DONE_NAME
    records: dict[int, ShardRecord] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        record = config.from_dict(ShardRecord, {k: v for k, v in entry.items() if k != "block"})
        file = folder / record.file
        if file.exists() and file.stat().st_size == record.size:
            records[entry["block"]] = record
    return records


def _made(
    order: Order, folder: Path, blocks: list[int], workers: int, desk: Desk
) -> Iterator[tuple[int, ShardRecord | None]]:
    """Blocks as they get ready."""
    if workers <= 1:
        _prepare(order, folder, desk)
        for block in blocks:
            yield _block(block)
        return
    # New processes, not copies of this one: they are the same on every system, and take over no thread.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _prepare, (order, folder, desk))
    try:
        waiting: set[Future[tuple[int, ShardRecord | None]]] = {pool.submit(_block, b) for b in blocks}
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
    except BrokenProcessPool as error:
        message = "a process that made pages was ended from outside (memory?); the same command goes on from there"
        raise BayouError(message, str(folder)) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_JOB: list[tuple[Order, Path, PageMaker]] = []
"""What this process makes; set once when it starts."""


def _prepare(order: Order, folder: Path, desk: Desk) -> None:
    cv2.setNumThreads(1)
    _JOB[:] = [(order, folder, PageMaker(desk, order.damage))]


def _block(number: int) -> tuple[int, ShardRecord | None]:
    order, folder, maker = _JOB[0]
    indices = range(number * BLOCK, number * BLOCK + _length(order, number))
    if order.to == "files":
        for index in indices:
            _write_files(order, folder, maker, index)
        return number, None
    licence = QUOTING_LICENCE if maker.desk.sentences else OWN_LICENCE
    samples: list[Sample] = [sample_of(maker.page(order.seed, index, order.kinds), licence) for index in indices]
    return number, write_shard(folder / shard_name(number), samples)


def _write_files(order: Order, folder: Path, maker: PageMaker, index: int) -> None:
    """A page as a picture, its Markdown and its JSON, which comes last and says that the others are there."""
    stem = folder / f"page-{index:07d}"
    if stem.with_suffix(".json").exists():
        return
    page = maker.page(order.seed, index, order.kinds)
    with whole_file(stem.with_suffix(".png")) as file:
        file.write(encoded_plainly(page))
    with whole_file(stem.with_suffix(".md")) as file:
        file.write((page.markdown + "\n").encode())
    with whole_file(stem.with_suffix(".json")) as file:
        file.write((json.dumps(page.record(), ensure_ascii=False, indent=1) + "\n").encode())
