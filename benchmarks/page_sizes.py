"""What memory a folder of pages of all sizes needs: resident megabytes while nano reads on. Knows pages drawn here.

    python -m benchmarks.page_sizes [--pages 60]

Each page is the head of the example page on paper of another size, as receipts and cut-out pictures are. Figures go to
``results/page_sizes.json``.
"""

from __future__ import annotations

import argparse
import io
import random
from pathlib import Path

import psutil
from PIL import Image

from benchmarks import measurement

PAGE = Path(__file__).resolve().parent.parent / "examples/invoice.png"
HEAD = (0, 0, 1200, 330)
WIDTHS, HEIGHTS = (500, 1600), (200, 900)
EVERY = 10


def page(random_: random.Random, head: Image.Image) -> bytes:
    """A PNG of some size."""
    width, height = random_.randint(*WIDTHS), random_.randint(*HEIGHTS)
    paper = Image.new("RGB", (width, height), "white")
    paper.paste(head.resize((min(width, 900), min(height, 250))))
    file = io.BytesIO()
    paper.save(file, "PNG")
    return file.getvalue()


def main() -> None:
    """Reads the pages one after another."""
    parser = argparse.ArgumentParser(description="Memory over pages of many sizes.")
    parser.add_argument("--pages", type=int, default=60)
    options = parser.parse_args()
    from bayou.reading.reader import Reader

    with Image.open(PAGE) as image:
        head = image.convert("RGB").crop(HEAD)
    reader, random_, process = Reader(threads=1), random.Random(0), psutil.Process()
    rows: list[measurement.Row] = []
    for number in range(1, options.pages + 1):
        reader.read(page(random_, head))
        if number % EVERY == 0:
            rows.append({"pages": number, "resident_mb": process.memory_info().rss / 1e6})
    measurement.show(rows)
    print(measurement.write("page_sizes", {"widths": WIDTHS, "heights": HEIGHTS, "threads": 1}, rows))


if __name__ == "__main__":
    main()
