"""bayou serve under load, and when clients or the server itself are cut off. Knows HTTP and processes; no reading.

    python -m benchmarks.serving_load [--seconds 120] [--clients 32] [--pages 12] [--workers 1]

A server of its own is started on this computer, on the example page. Four parts, each a row of
``results/serving_load.json``:

- alone: one client; seconds to the first text of a page, and to the whole of it.
- load: many clients at once, each sending its next page when it has the last, and coming again when told to (429).
  Requests that failed otherwise, seconds of those that were answered, and resident memory of all processes.
- gone: a client that closes its connection in the midst of a page; seconds until the worker is free.
- killed: a job of several pages; the server is killed (SIGKILL) in its midst and started again; pages read in all.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import psutil
from PIL import Image

from benchmarks import measurement

EXAMPLE = measurement.ROOT / "examples/invoice.png"
START_SECONDS = 120.0
SHOWN = 60
"""Of the memory's course, so many figures: the highest of each stretch, since a page's own comes and goes."""


@dataclass
class Server:
    """A running server."""

    address: str
    process: subprocess.Popen[str]

    def memory_mb(self) -> float:
        """Resident memory of the server and its workers."""
        root = psutil.Process(self.process.pid)
        return sum(each.memory_info().rss for each in [root, *root.children(recursive=True)]) / 1e6


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(database: Path, port: int, workers: int) -> Iterator[Server]:
    """A server that listens, until the end of the context."""
    command = [sys.executable, "-m", "bayou", "serve", "--port", str(port), "--workers", str(workers)]
    command += ["--database", f"sqlite:///{database}"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=measurement.ROOT)
    assert process.stderr is not None
    told: list[str] = []
    is_listening = threading.Event()

    def listen(lines: io.TextIOBase) -> None:
        for line in lines:
            told.append(line)
            if "listening at" in line:
                is_listening.set()

    threading.Thread(target=listen, args=(process.stderr,), daemon=True).start()
    if not is_listening.wait(START_SECONDS):
        process.kill()
        raise SystemExit("the server doesn't start:\n" + "".join(told))
    try:
        yield Server(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def quantile(values: Sequence[float], share: float) -> float | None:
    """None of none."""
    return float(np.quantile(values, share)) if values else None


async def alone(server: Server, page: bytes, times: int) -> dict[str, object]:
    """One client, one page after another."""
    first, whole = [], []
    async with httpx.AsyncClient(base_url=server.address, timeout=None) as client:
        for _ in range(times + 1):
            start, seen = time.perf_counter(), None
            fields, files = {"stream": "true"}, {"file": ("page.png", page)}
            async with client.stream("POST", "/v1/read", data=fields, files=files) as reply:
                async for line in reply.aiter_lines():
                    if seen is None and line.startswith("data:") and '"lines": [{' in line:
                        seen = time.perf_counter() - start
            whole.append(time.perf_counter() - start)
            first.append(seen if seen is not None else float("nan"))
    return {
        "part": "alone",
        "requests": times,
        "first_page_first_text_s": first[0],
        "first_text_s": float(np.median(first[1:])),
        "first_text_slowest_s": max(first[1:]),
        "page_s": float(np.median(whole[1:])),
    }


async def one_client(server: Server, page: bytes, until: float, seen: Counter[str], seconds: list[float]) -> None:
    """Pages, one after the other, until the time is over."""
    async with httpx.AsyncClient(base_url=server.address, timeout=None) as client:
        while time.perf_counter() < until:
            start = time.perf_counter()
            try:
                reply = await client.post("/v1/read", files={"file": ("page.png", page)})
            except httpx.HTTPError as error:
                seen[type(error).__name__] += 1
                continue
            seen[str(reply.status_code)] += 1
            if reply.status_code == 200:
                seconds.append(time.perf_counter() - start)
            elif reply.status_code == 429:
                await asyncio.sleep(float(reply.headers["Retry-After"]))


async def load(server: Server, page: bytes, clients: int, lasting: float) -> dict[str, object]:
    """Many clients at once."""
    seen: Counter[str] = Counter()
    seconds: list[float] = []
    memory: list[float] = []
    start = time.perf_counter()
    asking = asyncio.gather(*(one_client(server, page, start + lasting, seen, seconds) for _ in range(clients)))
    while not asking.done():
        memory.append(server.memory_mb())
        await asyncio.wait([asking], timeout=max(0.2, lasting / 60))
    await asking
    quarter = max(1, len(memory) // 4)
    return {
        "part": "load",
        "clients": clients,
        "seconds": time.perf_counter() - start,
        "answered": seen["200"],
        "told_to_come_again": seen["429"],
        "errors": sum(count for status, count in seen.items() if status not in ("200", "429")),
        "statuses": dict(seen),
        "pages_per_s": seen["200"] / (time.perf_counter() - start),
        "p50_s": quantile(seconds, 0.5),
        "p95_s": quantile(seconds, 0.95),
        "slowest_s": max(seconds, default=None),
        "memory_second_quarter_mb": max(memory[quarter : 2 * quarter] or memory),
        "memory_last_quarter_mb": max(memory[-quarter:]),
        "memory_peak_mb": max(memory),
        "memory_mb": [round(max(part)) for part in np.array_split(memory, SHOWN) if len(part)],
    }


async def gone(server: Server, page: bytes, times: int) -> dict[str, object]:
    """Clients that go when they have the first lines, or before."""
    freed = []
    async with httpx.AsyncClient(base_url=server.address, timeout=None) as watching:
        for number in range(times):
            async with httpx.AsyncClient(base_url=server.address, timeout=None) as client:
                fields, files = {"stream": "true"}, {"file": ("page.png", page)}
                async with client.stream("POST", "/v1/read", data=fields, files=files) as reply:
                    wanted = ("pages", "page_start", "lines")[number % 3]
                    async for line in reply.aiter_lines():
                        if line == f"event: {wanted}":
                            break
            start = time.perf_counter()
            while (await watching.get("/health")).json()["working"]:
                await asyncio.sleep(0.01)
            freed.append(time.perf_counter() - start)
    return {"part": "gone", "requests": times, "freed_p50_s": quantile(freed, 0.5), "freed_slowest_s": max(freed)}


def several_pages(count: int) -> bytes:
    """The example page, so many times, as TIFF."""
    page = Image.open(EXAMPLE).convert("L")
    file = io.BytesIO()
    page.save(file, "TIFF", save_all=True, append_images=[page] * (count - 1), compression="tiff_lzw")
    return file.getvalue()


def killed(database: Path, port: int, workers: int, pages: int) -> dict[str, object]:
    """A job that outlives its server."""
    upload = several_pages(pages)
    with serving(database, port, workers) as server, httpx.Client(base_url=server.address, timeout=60) as client:
        job = client.post("/v1/jobs", files={"file": ("pages.tiff", upload)}).json()["id"]
        while (done := client.get(f"/v1/jobs/{job}").json()["pages_done"]) < max(1, pages // 3):
            time.sleep(0.05)
        workers_left = psutil.Process(server.process.pid).children(recursive=True)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        psutil.wait_procs(workers_left, timeout=60)
    start = time.perf_counter()
    with serving(database, port, workers) as server, httpx.Client(base_url=server.address, timeout=60) as client:
        while (told := client.get(f"/v1/jobs/{job}").json())["state"] in ("queued", "running"):
            time.sleep(0.1)
        found = client.get(f"/v1/jobs/{job}/result").json()
        figures = client.get("/metrics").text
    again = sum(float(value) for value in re.findall(r"^bayou_pages_total\{.*\} (\S+)$", figures, re.MULTILINE))
    numbers = [page["number"] for page in found["pages"]]
    return {
        "part": "killed",
        "pages": pages,
        "state": told["state"],
        "before": done,
        "after": int(again),
        "each_page_once": numbers == list(range(1, pages + 1)),
        "workers_left_behind": sum(process.is_running() for process in workers_left),
        "seconds_after_restart": time.perf_counter() - start,
    }


def main() -> None:
    """All four parts."""
    parser = argparse.ArgumentParser(description="bayou serve under load.")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--pages", type=int, default=12, help="of the job whose server is killed")
    parser.add_argument("--times", type=int, default=12, help="pages alone, and clients that go")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--try", action="store_true", dest="tried", help="only show the figures")
    options = parser.parse_args()
    page = EXAMPLE.read_bytes()
    with tempfile.TemporaryDirectory(prefix="bayou-") as place:
        with serving(Path(place) / "load.sqlite3", free_port(), options.workers) as server:
            rows = [
                asyncio.run(alone(server, page, options.times)),
                asyncio.run(load(server, page, options.clients, options.seconds)),
                asyncio.run(gone(server, page, options.times)),
            ]
        rows.append(killed(Path(place) / "killed.sqlite3", free_port(), options.workers, options.pages))
    print(json.dumps(rows, indent=2))
    if not options.tried:
        settings = {"model": "nano", "workers": options.workers, "queue": 16, "page": "examples/invoice.png"}
        print(measurement.write("serving_load", settings, rows))


if __name__ == "__main__":
    main()
