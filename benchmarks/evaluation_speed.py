"""How long ``bayou evaluate`` takes on OCRBench-like samples, and whether its memory stays flat. Knows a clock and RSS.

    python -m benchmarks.evaluation_speed [--samples 100 5000] [--model nano]

Samples are drawn words in OCRBench's TSV, one picture each. Resident memory is taken after each tenth of the samples:
"last_four_fifths_add_mb" is what the last four fifths of them add (of 5,000 the last 4,000). Figures go to
``results/evaluation_speed.json``.
"""

from __future__ import annotations

import argparse
import base64
import csv
import io
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
from PIL import Image, ImageDraw, ImageFont

from bayou.evaluation import catalogue
from bayou.evaluation.layouts import open_data
from bayou.evaluation.loading import SubjectSettings, open_subject
from bayou.evaluation.report import make_report
from bayou.evaluation.runner import RunOptions, run
from benchmarks import measurement

WORDS = (
    "Harbour Invoice copper 1289 quarter SIGNED balance Winter paper received Number 27 account garden second".split()
)
TENTHS = 10


def word_picture(rng: random.Random) -> tuple[str, bytes]:
    """A word or two on coloured paper, as PNG."""
    text = " ".join(rng.sample(WORDS, rng.randint(1, 2)))
    size = rng.randint(24, 48)
    paper = tuple(rng.randint(170, 255) for _ in range(3))
    image = Image.new("RGB", (40 + size * len(text) * 2 // 3, size * 2), paper)
    ImageDraw.Draw(image).text((15, size // 3), text, fill=(20, 20, 30), font=ImageFont.load_default(size))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return text, file.getvalue()


def rows(count: int) -> Iterator[dict[str, object]]:
    """Rows of OCRBench's table, all of text recognition."""
    rng = random.Random(count)
    for number in range(count):
        text, png = word_picture(rng)
        picture = base64.b64encode(png).decode()
        yield {
            "index": number,
            "image": picture,
            "question": "what is written in the image?",
            "answer": str([text]),
            "category": "Regular Text Recognition",
        }


def measure(count: int, model: str) -> dict[str, object]:
    """One row: seconds, and memory at its lowest and highest after the first tenth."""
    benchmark, process, memory = catalogue.find("ocrbench"), psutil.Process(), list[int]()
    with tempfile.TemporaryDirectory(prefix="bayou-") as place:
        table = Path(place) / "OCRBench.tsv"
        with table.open("w", encoding="utf-8", newline="") as file:
            made = rows(count)
            first = next(made)
            writer = csv.DictWriter(file, list(first), delimiter="\t")
            writer.writeheader()
            writer.writerow(first)
            writer.writerows(made)

        def progress(done: int, _: int | None) -> None:
            if done % max(1, count // TENTHS) == 0:
                memory.append(process.memory_info().rss)

        subject, data = open_subject(SubjectSettings(model)), open_data(table, benchmark.data)
        started = time.perf_counter()
        done = run(benchmark, subject, data, RunOptions(Path(place) / "out"), progress)
        seconds = time.perf_counter() - started
        report = make_report(benchmark, done, data)
    return {
        "model": model,
        "samples": count,
        "seconds": seconds,
        "samples_per_second": count / seconds,
        "most_in_flight": subject.most_in_flight,
        "right_share": report["figures"][0]["value"] / 1000,
        "memory_after_first_tenth_mb": memory[0] / 1e6,
        "memory_at_end_mb": memory[-1] / 1e6,
        "last_four_fifths_add_mb": (memory[-1] - memory[TENTHS // 5 - 1]) / 1e6,
        "memory_peak_mb": max(memory) / 1e6,
        "memory_mb": [round(one / 1e6, 1) for one in memory],
    }


def main() -> None:
    """Measures each number of samples."""
    parser = argparse.ArgumentParser(description="Time and memory of bayou evaluate.")
    parser.add_argument("--samples", type=int, nargs="+", default=[100, 5000])
    parser.add_argument("--model", default="nano")
    options = parser.parse_args()
    found = [measure(count, options.model) for count in options.samples]
    measurement.show(found)
    print(measurement.write("evaluation_speed", {"pictures": "drawn words, PNG, in OCRBench's TSV"}, found))


if __name__ == "__main__":
    main()
