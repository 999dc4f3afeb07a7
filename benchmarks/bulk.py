"""``bayou bulk`` beside ``bayou read``: pages/s, start-up, memory, stragglers, lost nodes. Knows clocks and processes.

    python -m benchmarks.bulk speed  [--pages 16]      # nano: bulk with 1 and 2 workers, read --jobs 2
    python -m benchmarks.bulk memory [--pages 20000]   # nano on small pages: resident memory from the first to the last
    python -m benchmarks.bulk nodes  [--pages 400]     # pages that only wait, on virtual nodes, with and without losses
    python -m benchmarks.bulk crash  [--pages 5]       # what a crash costs, in a process and in an actor

Each part writes its own ``results/bulk_PART.json``. Programs are started anew for each figure, as a user starts them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image, ImageDraw, ImageFont

from benchmarks import measurement

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "examples/invoice.png"
BAYOU = (sys.executable, "-m", "bayou")
LOOK_SECONDS = 2.0
TENTHS = 10


def draw_pages(folder: Path, count: int) -> None:
    """The example page ``count`` times, each with a number of its own, so that no two files are the same."""
    with Image.open(PAGE) as image:
        page = image.convert("RGB")
    font = ImageFont.load_default(24)
    for number in range(count):
        copy = page.copy()
        ImageDraw.Draw(copy).text((20, 10), f"No. {number}", fill=(30, 30, 30), font=font)
        copy.save(folder / f"{number:06}.png", compress_level=1)


def draw_words(folder: Path, count: int) -> None:
    """Small pages, a number on one in eight, the others blank."""
    font = ImageFont.load_default(20)
    for number in range(count):
        if number % 1000 == 0:
            (folder / f"{number // 1000:03}").mkdir()
        image = Image.new("L", (96, 40), 250)
        if number % 8 == 0:
            ImageDraw.Draw(image).text((10, 8), f"{number}", fill=20, font=font)
        image.putpixel((number % 96, number // 96 % 40), 200 + number // 3840)  # no two files are the same
        image.save(folder / f"{number // 1000:03}/{number:06}.png", compress_level=1)


def draw_noise(folder: Path, count: int) -> None:
    """Tiny pages of noise."""
    random = np.random.default_rng(0)
    for number in range(count):
        Image.fromarray(random.integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(folder / f"{number:06}.png")


def seconds_of(command: Sequence[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def bulk(source: Path, output: Path, workers: int) -> list[str]:
    return [*BAYOU, "bulk", str(source), "--output", str(output), "--concurrency", str(workers), "--quiet"]


def read(source: Path, output: Path, jobs: int) -> list[str]:
    to = ["--to", "text", "--output", str(output), "--quiet"]
    return [*BAYOU, "read", str(source), *to, "--jobs", str(jobs)]


def speed(pages: int, folder: Path) -> list[measurement.Row]:
    """Seconds for one page, and for ``pages`` of them: the difference is the pages' own time."""
    for name, count in (("one", 1), ("many", pages)):
        (folder / name).mkdir()
        draw_pages(folder / name, count)
    rows: list[measurement.Row] = []
    for workers, program, command in ((2, "read", read), (1, "bulk", bulk), (2, "bulk", bulk)):
        out = folder / f"{program}-{workers}"
        one = seconds_of(command(folder / "one", out / "one", workers))
        many = seconds_of(command(folder / "many", out / "many", workers))
        again = seconds_of(command(folder / "many", out / "many", workers))
        row = {"program": f"bayou {program}", "workers": workers, "pages": pages, "one_page_s": one, "all_s": many}
        rows.append({**row, "pages_per_s": pages / many, "nothing_to_do_s": again})
        measurement.show(rows)
    ours, theirs = rows[2], rows[0]
    more = {
        "overhead": float(str(ours["all_s"])) / float(str(theirs["all_s"])) - 1,
        "overhead_after_start": _after_start(ours) / _after_start(theirs) - 1,
    }
    rows.append({"program": "bulk: more time than read", "workers": 2, "pages": pages, **more})
    return rows


def _after_start(row: measurement.Row) -> float:
    """Seconds for all pages but one."""
    return float(str(row["all_s"])) - float(str(row["one_page_s"]))


@contextmanager
def memory_of(process: psutil.Process) -> Iterator[list[dict[str, float]]]:
    """Resident megabytes while the block runs: the run itself, Ray's own processes, workers, and those that read."""
    seen: list[dict[str, float]] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            now = dict.fromkeys(("run", "ray", "workers", "readers"), 0.0)
            try:
                now["run"], children = process.memory_info().rss / 1e6, process.children(recursive=True)
            except psutil.NoSuchProcess:  # it has just ended
                return
            for child in children:
                try:
                    command, held = " ".join(child.cmdline()), child.memory_info().rss / 1e6
                except psutil.Error:
                    continue
                kind = "readers" if "page_program" in command else "workers" if "ray::" in command else "ray"
                now[kind] += held
            seen.append(now)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def memory(pages: int, folder: Path) -> list[measurement.Row]:
    (folder / "in").mkdir()
    draw_words(folder / "in", pages)
    started = time.perf_counter()
    process = subprocess.Popen(bulk(folder / "in", folder / "out", 2))
    with memory_of(psutil.Process(process.pid)) as seen:
        code = process.wait()
    seconds = time.perf_counter() - started
    if code:
        raise SystemExit(f"bayou bulk ended with {code}")
    tenth = max(1, len(seen) // TENTHS)
    rows: list[measurement.Row] = []
    for number in range(TENTHS):
        part = seen[number * tenth : (number + 1) * tenth] or seen[-1:]
        means = {f"{name}_mb": sum(one[name] for one in part) / len(part) for name in part[0]}
        rows.append({"tenth": number + 1, "pages": pages, "pages_per_s": pages / seconds, **means})
    return rows


def nodes(pages: int, folder: Path) -> list[measurement.Row]:
    """Pages that wait, on virtual nodes of one processor each: none lost, and one lost on the way."""
    (folder / "in").mkdir()
    draw_noise(folder / "in", pages)
    rows: list[measurement.Row] = []
    for count, lost in ((1, 0), (2, 0), (4, 0), (4, 1)):
        program = [sys.executable, "-m", "benchmarks.bulk_nodes", str(folder / "in"), str(folder / f"{count}-{lost}")]
        run = subprocess.run([*program, str(count), str(lost)], check=True, capture_output=True, text=True)
        rows.append(dict(_parsed(run.stdout.splitlines()[-1])))
        measurement.show(rows)
    return rows


def _parsed(line: str) -> Iterator[tuple[str, object]]:
    import json

    yield from json.loads(line).items()


def crash(times: int, folder: Path) -> list[measurement.Row]:
    """Seconds from a crash until nano has read a page again: the worker's own process, and an actor of Ray's."""
    import ray

    from bayou.bulk.cluster import ClusterOptions, cluster
    from bayou.bulk.item_reader import ItemReader, measure
    from bayou.bulk.items import Listed, Origin
    from bayou.bulk.page_process import PageProcess
    from bayou.bulk.plan import Cut, items_of
    from bayou.bulk.settings import BulkSettings
    from bayou.reading.make_reader import make_reader

    draw_words(folder, 1)
    path = folder / "000/000000.png"
    process = PageProcess(make_reader, BulkSettings())
    with process:
        (document,) = measure(process, [Listed("page", Origin(str(path)))])
        (item,) = items_of(document, frozenset(), Cut())
        items = ItemReader(process)
        items.read(item)
        ours = []
        for _ in range(times):
            process.kill()
            started = time.perf_counter()
            items.read(item)
            ours.append(time.perf_counter() - started)

    class Reading:
        def __init__(self) -> None:
            self._reader = make_reader(BulkSettings().read)

        def read(self, path: str) -> int:
            return len(self._reader.read(path).pages)

        def crash(self) -> None:
            os._exit(1)

    theirs = []
    with cluster(ClusterOptions(workers=1)):
        actor: Any = ray.remote(max_restarts=-1, max_task_retries=-1)(Reading).remote()
        ray.get(actor.read.remote(str(path)))
        for _ in range(times):
            ended = actor.crash.options(max_task_retries=0).remote()
            ray.wait([ended])
            started = time.perf_counter()
            ray.get(actor.read.remote(str(path)))
            theirs.append(time.perf_counter() - started)
    return [
        {"what": what, "crashes": times, "median_s": sorted(seconds)[times // 2], "most_s": max(seconds)}
        for what, seconds in (("the worker's own process", ours), ("a Ray actor, without its shard", theirs))
    ]


PARTS = {"crash": (crash, 5), "speed": (speed, 16), "memory": (memory, 20_000), "nodes": (nodes, 400)}


def main() -> None:
    """Measures one part."""
    parser = argparse.ArgumentParser(description="bayou bulk, measured.")
    parser.add_argument("part", choices=list(PARTS))
    parser.add_argument("--pages", type=int)
    options = parser.parse_args()
    measure, pages = PARTS[options.part]
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    settings = {"page": "the example page, numbered", "load_before": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="bayou-") as folder:
        rows = measure(options.pages or pages, Path(folder))
    measurement.show(rows)
    print(measurement.write(f"bulk_{options.part}", settings, rows))


if __name__ == "__main__":
    main()
