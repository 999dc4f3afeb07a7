"""Time to the first token of a first question about a page and of further ones, also after a restart.

``python -m benchmarks.asking_again FOLDER``; ``benchmarks.random_checkpoint`` makes a folder of the full shape. What
is kept of the page goes into a folder of its own, which is removed afterwards. Knows one page; no accuracy.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from bayou.engine.array_store import CacheSettings
from bayou.engine.loading import PRECISIONS
from bayou.engine.model import load
from bayou.engine.runtime import Precision
from bayou.inputs.messages import Message
from benchmarks.measurement import ROOT, show, write

PAGE = ROOT / "examples" / "invoice.png"
QUESTIONS = ("What is the total?", "Who sent it, and when?", "Which goods were sold?")
NEW_TOKENS = 8
FIRST, AGAIN, RESTARTED = "first", "another, same process", "another, after a restart"
COLD = RESTARTED + ", kept files not in memory"


def asked(folder: Path, precision: Precision, kept: Path, questions: list[str]) -> dict[str, Any]:
    """The questions in this process, one after another; seconds of each, and of loading."""
    started = time.perf_counter()
    model = load(folder, precision=precision, cache=CacheSettings(kept))
    loaded = time.perf_counter() - started
    image = Image.open(PAGE).convert("RGB")
    answers = []
    for question in questions:
        written = model.generate([Message("user", [image, question])], NEW_TOKENS)
        timings = written.timings
        answers.append(
            {
                "first_token_s": timings.first_token,
                "image_s": timings.encode,
                "prompt_s": timings.prompt,
                "tiles": written.tiles.total,
                "prompt_tokens": len(written.prompt_ids),
                "reused_tokens": written.reused_tokens,
            }
        )
    return {"load_s": loaded, "answers": answers}


def in_a_process(folder: Path, precision: str, kept: Path, questions: tuple[str, ...]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.asking_again", str(folder), "--precision", precision]
    command += ["--kept", str(kept), "--questions", json.dumps(questions)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def forget(folder: Path) -> None:
    """Lets the system drop the files' pages from memory, where it can be told so."""
    for path in folder.glob("*.arrays"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def one_run(folder: Path, precision: str) -> tuple[dict[str, dict[str, Any]], int]:
    """The answers by when they were asked, and the bytes kept of the page."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        kept = Path(name)
        first = in_a_process(folder, precision, kept, QUESTIONS[:2])
        size = sum(path.stat().st_size for path in kept.glob("*.arrays"))
        runs = {RESTARTED: in_a_process(folder, precision, kept, QUESTIONS[2:])}
        if sys.platform == "linux":
            forget(kept)
            runs[COLD] = in_a_process(folder, precision, kept, QUESTIONS[2:])
    answers = {FIRST: first["answers"][0], AGAIN: first["answers"][1]}
    answers |= {when: found["answers"][0] | {"load_s": found["load_s"]} for when, found in runs.items()}
    return answers, size


def rows_of(model: str, precision: str, runs: list[dict[str, dict[str, Any]]]) -> list[dict[str, object]]:
    """Medians of the runs; each run's share is of its own first question."""
    rows: list[dict[str, object]] = []
    for when in runs[0]:
        row: dict[str, object] = {"model": model, "precision": precision, "question": when}
        for name in runs[0][when]:
            row[name] = median(run[when][name] for run in runs)
        shares = [run[when]["first_token_s"] / run[FIRST]["first_token_s"] for run in runs]
        rows.append({**row, "share_of_first": median(shares), "largest_share": max(shares)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--precision", choices=PRECISIONS, default="int8")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kept", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--questions", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.questions:
        print(json.dumps(asked(options.folder, options.precision, options.kept, options.questions)))
        return
    found = []
    for _ in range(options.runs):
        found.append(one_run(options.folder, options.precision))
        print({when: round(one["first_token_s"], 2) for when, one in found[-1][0].items()}, flush=True)
    rows = rows_of(options.folder.name, options.precision, [answers for answers, _ in found])
    show(rows)
    settings = {"page": PAGE.name, "runs": options.runs, "kept_mb": round(found[0][1] / 1e6, 1)}
    print(settings, write("asking_again", settings, rows))


if __name__ == "__main__":
    main()
