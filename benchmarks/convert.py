"""Time and peak memory of a checkpoint's first load, which converts it, and of the next, which finds it converted.

``python -m benchmarks.convert FOLDER [int8 ...]``; ``benchmarks.random_checkpoint`` makes a folder. Each load is a
process of its own, with a cache folder of its own that is removed afterwards. Memory is what the process holds, pages
of mapped files counted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bayou.cache import VARIABLE
from benchmarks.measurement import show, write

CONVERT, LOAD = "convert", "load"


def measured(step: str, folder: Path, precision: str) -> dict[str, object]:
    """One step in this process: seconds, processor seconds and megabytes at most."""
    from bayou.engine.checkpoint import open_checkpoint
    from bayou.engine.conversion import converted
    from bayou.engine.loading import PRECISIONS, RuntimeOptions, load_member
    from bayou.engine.runtime import with_its_tower

    (known,) = (name for name in PRECISIONS if name == precision)
    started = time.perf_counter()
    if step == CONVERT:
        converted(open_checkpoint(folder), with_its_tower(known))
    else:
        load_member(folder, RuntimeOptions(precision=known))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "model": folder.name,
        "precision": precision,
        "step": step,
        "seconds": round(time.perf_counter() - started, 2),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6),
    }


def in_a_process(step: str, folder: Path, precision: str, cache: str) -> dict[str, object]:
    command = [sys.executable, "-m", "benchmarks.convert", str(folder), precision, "--step", step]
    run = subprocess.run(command, env={**os.environ, VARIABLE: cache}, stdout=subprocess.PIPE, text=True, check=True)
    row: dict[str, object] = json.loads(run.stdout.splitlines()[-1])
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("precisions", nargs="*", default=["int8", "int4"])
    parser.add_argument("--step", choices=(CONVERT, LOAD), help=argparse.SUPPRESS)
    parser.add_argument("--name", default="convert", help="of the file of results")
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(measured(arguments.step, arguments.folder, arguments.precisions[0])))
        return
    rows = []
    for precision in arguments.precisions:
        with tempfile.TemporaryDirectory(dir=arguments.folder.parent) as cache:
            rows.append(in_a_process(CONVERT, arguments.folder, precision, cache))
            kept = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file())
            rows[-1]["kept_mb"] = round(kept / 1e6)
            rows.append({**in_a_process(LOAD, arguments.folder, precision, cache), "kept_mb": round(kept / 1e6)})
    show(rows)
    print(write(arguments.name, {}, rows))


if __name__ == "__main__":
    main()
