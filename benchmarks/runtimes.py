"""bayou's runtimes beside transformers, llama.cpp and ONNX Runtime GenAI, on one checkpoint.

    python -m benchmarks.runtimes FOLDER --work DIR [--engines bayou-int4 llama.cpp-q4_0 ...] [--parts ...] [--add]

``benchmarks.random_checkpoint`` makes a FOLDER of the full shape. Files for the other engines are made in DIR, once.
Three parts, each engine in a process of its own: "decoder" (a prompt of 1,792 embeddings, what 7 tiles make, then
tokens at that context), "tower" (7 tiles), and "page" (a picture through the whole of bayou to the first token, and to
the thousandth). Run it on a machine that does nothing else, after ``pip install 'bayou[compare]'``; llama-cpp-python
should be compiled on this machine. Memory bandwidth is measured anew before each process. Figures go to
``results/runtimes.json``; with ``--add`` rows of other engines and parts stay there. Each row has its own date.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import numpy as np
import psutil

from bayou.cache import VARIABLE
from bayou.model.released import read_config
from benchmarks import bandwidth, measurement
from benchmarks.drawing import prose_page
from benchmarks.runtime_engines import ENGINES, Engine
from benchmarks.speed import peak_memory_mb, timed

TILES, PROMPT = 7, 7 * 256
TOKENS = 64
"""Written after the prompt in each run, and timed."""
PAGE_TOKENS = 1000
PARTS = ("decoder", "tower", "page")
ENOUGH_SECONDS = 150.0
"""What has taken so long isn't repeated any more; the row says how many runs there were."""
PACKAGES = ("llama-cpp-python", "onnxruntime-genai", "onnxruntime", "transformers")

Row = dict[str, object]


def repeated(action: Callable[[], list[float]], runs: int) -> list[list[float]]:
    """The seconds that each run's steps took, step by step: all runs of the first step, of the second..."""
    found: list[list[float]] = []
    while len(found) < runs and sum(map(sum, found)) < ENOUGH_SECONDS:
        found.append(action())
    return [list(step) for step in zip(*found, strict=True)]


def spread(name: str, values: list[float]) -> Row:
    """Median, least and largest."""
    return {name: statistics.median(values), f"{name}_least": min(values), f"{name}_most": max(values)}


def decoder(engine: Engine, hidden: int, runs: int) -> Row:
    """Prompt and tokens; the last run goes on to 1,000 tokens, unless that takes too long."""
    embeds = (np.random.default_rng(0).standard_normal((PROMPT, hidden)) * 0.02).astype(np.float32)
    engine.read(embeds[:TOKENS])
    engine.write(2)
    prefill, decode = repeated(lambda: [timed(lambda: engine.read(embeds)), timed(lambda: engine.write(TOKENS))], runs)
    row = {
        "runs": len(prefill),
        **spread("prefill_s", prefill),
        "prefill_tokens_s": PROMPT / statistics.median(prefill),
        **spread("decode_tokens_s", [TOKENS / seconds for seconds in decode]),
    }
    left = PAGE_TOKENS - 1 - TOKENS
    if left / TOKENS * min(decode) < ENOUGH_SECONDS:
        row["prompt_and_1000_tokens_s"] = prefill[-1] + decode[-1] + timed(lambda: engine.write(left))
    return row


def tower(engine: Engine, runs: int) -> Row:
    tiles = np.random.default_rng(0).standard_normal((TILES, 3, 448, 448)).astype(np.float32)
    engine.encode(tiles[:1])
    (seconds,) = repeated(lambda: [timed(lambda: engine.encode(tiles))], runs)
    return {"runs": len(seconds), **spread("tile_s", [one / TILES for one in seconds])}


def page(name: str, folder: Path, threads: int, runs: int) -> Row:
    """A full page of print through ``bayou.load`` and ``Model.stream``, nothing kept between runs."""
    from bayou.engine.array_store import NO_CACHE
    from bayou.engine.loading import PRECISIONS, RUNTIMES
    from bayou.engine.model import load
    from bayou.engine.request import Finished, Token
    from bayou.engine.tile_reader import Options
    from bayou.inputs.messages import Message

    public = ENGINES[name].public
    assert public is not None
    (runtime,) = (known for known in RUNTIMES if known == public["runtime"])
    (precision,) = (known for known in PRECISIONS if known == public["precision"])
    start = time.perf_counter()
    model = load(folder, runtime, precision, threads=threads if runtime == "openvino" else None, cache=NO_CACHE)
    load_s = time.perf_counter() - start
    messages = [Message("user", (prose_page(50)[0], "Write down the text."))]

    def asked(most: int) -> list[float]:
        """Seconds to the first token, and to the end."""
        begun, first = time.perf_counter(), 0.0
        for event in model.stream(messages, Options(max_new_tokens=most)):
            if isinstance(event, Token) and not first:
                first = time.perf_counter() - begun
            if isinstance(event, Finished) and (event.reason != "length" or event.usage.tiles.constant):
                raise RuntimeError(f"not {most} tokens of a page without blank tiles: {event}")
        return [first, time.perf_counter() - begun]

    firsts, _ = repeated(lambda: asked(1), runs - 1) if runs > 1 else ([], [])
    last, whole = asked(PAGE_TOKENS)
    first_token = spread("page_first_token_s", [*firsts, last])
    return {"runs": len(firsts) + 1, "load_s": load_s, **first_token, "page_1000_tokens_s": whole}


def job(part: str, name: str, options: argparse.Namespace) -> Row:
    """What one process does."""
    compared, folder, work = ENGINES[name], options.folder, options.work
    if part == "prepare":
        compared.prepare(folder, work)
        if compared.public:  # what it rounds is kept in its cache
            compared.load(folder, work, options.threads)
        return {}
    if part == "bandwidth":
        return {**bandwidth.measured(options.threads)}
    if part == "page":
        row = page(name, folder, options.threads, options.runs)
    else:
        engine = compared.load(folder, work, options.threads)
        loaded = peak_memory_mb(children=False)
        hidden = read_config(folder).language.hidden_size
        row = decoder(engine, hidden, options.runs) if part == "decoder" else tower(engine, options.runs)
        row["peak_memory_loading_mb"] = loaded
    return {**row, "peak_memory_mb": peak_memory_mb(children=False)}


def in_own_process(part: str, name: str, options: argparse.Namespace) -> Row:
    command = [sys.executable, "-m", "benchmarks.runtimes", str(options.folder), "--work", str(options.work)]
    command += ["--job", part, "--engines", name, "--runs", str(options.runs), "--threads", str(options.threads)]
    environment = {**os.environ, VARIABLE: str(options.work / "cache"), "OMP_NUM_THREADS": str(options.threads)}
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, cwd=measurement.ROOT)
    found: Row = json.loads(run.stdout.splitlines()[-1])
    return found


def measured(part: str, name: str, options: argparse.Namespace) -> Row:
    """A row: the memory's speed, then the engine's figures and what share of that speed they are."""
    compared, config = ENGINES[name], read_config(options.folder)
    others = round(psutil.getloadavg()[0], 1)
    # In a process of its own: Linux counts the memory of the process that starts another towards the other's peak.
    speed = in_own_process("bandwidth", name, options)
    row: Row = {"part": part, "engine": name, **in_own_process(part, name, options), **speed, "load_before": others}
    row["date"] = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    row["commit"] = measurement.commit()
    if part == "decoder":
        sizes = compared.layers, compared.output, compared.cached
        read = bandwidth.bytes_a_token(config, *sizes, PROMPT + TOKENS // 2) / 1e9
        row["token_mb"] = read * 1e3
        row["share_of_bandwidth"] = float(str(row["decode_tokens_s"])) * read / float(str(speed["read_gb_s"]))
    return row


def suits(part: str, name: str) -> bool:
    """Whether the engine can do this part."""
    return part == "decoder" or (ENGINES[name].sees if part == "tower" else ENGINES[name].public is not None)


def earlier() -> list[Row]:
    """Rows that are there already."""
    path = measurement.RESULTS / "runtimes.json"
    rows: list[Row] = json.loads(path.read_text(encoding="utf-8"))["results"] if path.is_file() else []
    return rows


def with_row(rows: list[Row], new: Row) -> list[Row]:
    """The rows with a new one in its place, instead of an older one of its part and engine."""
    others = [row for row in rows if place(row) != place(new)]
    return sorted([*others, new], key=place)


def place(row: Row) -> tuple[int, int]:
    return PARTS.index(str(row["part"])), list(ENGINES).index(str(row["engine"]))


def version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def measure(options: argparse.Namespace) -> None:
    options.work.mkdir(parents=True, exist_ok=True)
    for name in options.engines:
        in_own_process("prepare", name, options)
    if options.only_prepare:
        return
    rows = earlier() if options.add else []
    for part in options.parts:
        for name in options.engines:
            if suits(part, name):
                row = measured(part, name, options)
                print(json.dumps(row), flush=True)
                rows = with_row(rows, row)
                write(rows, options)


def write(rows: list[Row], options: argparse.Namespace) -> None:
    """The file of results, anew after each row."""
    settings = {
        "checkpoint": f"random weights, {options.folder.name}",
        "threads": options.threads,
        "prompt": PROMPT,
        "tiles": TILES,
        "runs": options.runs,
        "packages": {package: version(package) for package in PACKAGES},
    }
    measurement.write("runtimes", settings, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="bayou's runtimes beside those of other programs.")
    parser.add_argument("folder", type=Path, help="a checkpoint in the released format")
    parser.add_argument("--work", type=Path, required=True, help="where files of other formats are made and kept")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--add", action="store_true", help="keep rows of earlier runs")
    parser.add_argument("--only-prepare", action="store_true", help="make the files and measure nothing")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        print(json.dumps(job(options.job, options.engines[0], options)))
    else:
        measure(options)


if __name__ == "__main__":
    main()
