"""How long reading takes and how much memory it needs: each engine in processes of its own, on a page drawn here.

    python -m benchmarks.speed [--model nano] [--engines nano rapidocr tesseract] [--lines 50] [--runs 5]

Run it on a machine that does nothing else. "Cold" is a fresh process; the operating system may still hold its files in
memory. Figures go to ``results/speed.json``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import measurement
from benchmarks.drawing import prose_page
from benchmarks.engines import compared, named

SECONDS = 900


def timed(action: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def peak_memory_mb(children: bool) -> float | None:
    """The most memory this process, or the largest of its children, has held so far; None where that isn't known."""
    if sys.platform == "win32":
        import psutil

        return None if children else psutil.Process().memory_info().peak_wset / 2**20
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF)
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def first_text(name: str, folder: Path, spawned: float) -> dict[str, object]:
    """From the start of the process to the text of a picture with one line."""
    engine = named(name, name)
    engine.start()
    if not engine.read_page(folder / "first.png").strip():
        raise RuntimeError(f"{name} read nothing")
    return {"start_to_first_text_s": time.time() - spawned}


def whole_page(name: str, folder: Path, runs: int) -> dict[str, object]:
    """The page once cold and several times warm, then its lines one at a time and all together."""
    engine = named(name, name)
    start = timed(engine.start)
    first = timed(lambda: engine.read_page(folder / "page.png"))
    warm = [timed(lambda: engine.read_page(folder / "page.png")) for _ in range(runs)]
    memory = peak_memory_mb(children=name == "tesseract")
    crops = sorted((folder / "lines").glob("*.png"))
    engine.read_crops(crops, "line")
    singly = timed(lambda: [engine.read_crops([crop], "line") for crop in crops])
    together = timed(lambda: engine.read_crops(crops, "line"))
    return {
        "load_s": start,
        "first_page_s": first,
        "warm_page_s": statistics.median(warm),
        "warm_page_fastest_s": min(warm),
        "warm_page_slowest_s": max(warm),
        "peak_memory_mb": memory,
        "lines_per_s_singly": len(crops) / singly,
        "lines_per_s_together": len(crops) / together,
    }


def import_seconds(runs: int) -> float:
    """Median time of ``import bayou`` in fresh processes."""
    program = "import time; s = time.perf_counter(); import bayou; print(time.perf_counter() - s)"
    command = [sys.executable, "-c", program]
    return statistics.median(
        float(subprocess.run(command, capture_output=True, text=True, check=True, cwd=measurement.ROOT).stdout)
        for _ in range(runs)
    )


def draw(folder: Path, lines: int) -> None:
    """The page, a picture with its first line alone, and all its lines cut out."""
    page, _, boxes = prose_page(lines)
    page.save(folder / "page.png", dpi=(150, 150))
    page.crop((0, 0, page.width, boxes[0][3] + 40)).save(folder / "first.png", dpi=(150, 150))
    (folder / "lines").mkdir()
    for index, box in enumerate(boxes):
        page.crop(box).save(folder / f"lines/{index:03}.png")


def in_own_process(job: str, name: str, folder: Path, runs: int) -> dict[str, object]:
    """Runs one of the jobs above in a fresh process and takes what it prints."""
    command = [sys.executable, "-m", "benchmarks.speed", "--job", job, "--engines", name, "--runs", str(runs)]
    command += ["--folder", str(folder), "--spawned", repr(time.time())]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=True, cwd=measurement.ROOT)
    result: dict[str, object] = json.loads(run.stdout.splitlines()[-1])
    return result


def median_of(reports: list[dict[str, object]], key: str) -> float:
    return statistics.median(float(str(report[key])) for report in reports)


def measure(options: argparse.Namespace) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        draw(folder, options.lines)
        for name in options.engines or [engine for engine in compared(options.model) if engine != "draft"]:
            cold = [in_own_process("first", name, folder, options.runs) for _ in range(options.runs)]
            rows.append(
                {
                    "engine": named(name, options.model).name,
                    "start_to_first_text_s": median_of(cold, "start_to_first_text_s"),
                    **in_own_process("page", name, folder, options.runs),
                }
            )
    measurement.show(rows)
    settings = {
        "page": f"{options.lines} lines of prose, A4 at 150 dpi",
        "runs": options.runs,
        "import_bayou_s": import_seconds(options.runs),
    }
    print(measurement.write("speed", settings, rows))


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and memory of bayou beside other engines on a drawn page.")
    parser.add_argument("--model", default="nano", help="bayou's model")
    parser.add_argument("--engines", nargs="+", help="short names instead of those that suit the model")
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", help="not used; accepted so that all programs take the same arguments")
    for name in ("--job", "--folder", "--spawned"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    options = parser.parse_args()
    match options.job:
        case "first":
            print(json.dumps(first_text(options.engines[0], Path(options.folder), float(options.spawned))))
        case "page":
            print(json.dumps(whole_page(options.engines[0], Path(options.folder), options.runs)))
        case _:
            measure(options)


if __name__ == "__main__":
    main()
