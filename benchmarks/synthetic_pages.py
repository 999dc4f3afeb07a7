"""How fast pages are made from nothing: a second of one processor core, by kind and damage, picture and truth included.

    python -m benchmarks.synthetic_pages [--pages 200] [--kinds letter invoice …]

One process, one thread; processor time, so that neighbours matter less. "Warm" leaves out the first pages of a block of
256, whose letters are drawn for the first time; "cold" is a block's first pages. Each page is made, encoded as JPEG and
turned into a sample with its conversation. Figures go to ``results/synthetic_pages.json``.
"""

from __future__ import annotations

import argparse
import time

import cv2
import numpy as np

from bayou.data.synthetic.documents.conversations import sample_of
from bayou.data.synthetic.documents.maker import BLOCK, KINDS, PageMaker
from bayou.data.synthetic.documents.output import desk_of
from bayou.data.synthetic.documents.painting import Desk
from bayou.data.synthetic.documents.wear import WEARS
from benchmarks import measurement

FULL_PAGES = ("letter", "invoice", "form", "paper", "table")
COLD = 16
SEED = 41


def rate(desk: Desk, kinds: tuple[str, ...], damage: str, pages: int) -> dict[str, object]:
    """Seconds of one core for pages of some kinds; the first ``COLD`` of a block apart."""
    maker = PageMaker(desk, damage)
    seconds: list[float] = []
    sizes: list[float] = []
    characters: list[int] = []
    data = 0
    for index in range(min(pages + COLD, BLOCK)):
        start = time.process_time()
        page = maker.page(SEED, index, kinds)
        sample = sample_of(page, "")
        seconds.append(time.process_time() - start)
        sizes.append(page.image.shape[0] * page.image.shape[1] / 1e6)
        characters.append(sum(len(text) for _, text in page.lines()))
        source = sample.messages[0].images[0].source
        data += len(source) if isinstance(source, bytes) else 0
    warm = seconds[COLD:]
    return {
        "kinds": " ".join(kinds) if kinds != KINDS else "all",
        "damage": damage or "a mix",
        "pages": len(warm),
        "pages_per_s_per_core": len(warm) / sum(warm),
        "pages_per_s_per_core_cold": COLD / sum(seconds[:COLD]),
        "median_ms": 1e3 * float(np.median(warm)),
        "megapixels": float(np.mean(sizes)),
        "characters": float(np.mean(characters)),
        "kilobytes": data / len(seconds) / 1e3,
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Pages made a second of one core.")
    parser.add_argument("--pages", type=int, default=200, help="of each row, at most 240")
    parser.add_argument("--kinds", nargs="+", default=["all", "full", *FULL_PAGES, "receipt"], metavar="KIND")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    start = time.process_time()
    desk = desk_of(texts=False)
    began = time.process_time() - start
    rows = []
    for name in arguments.kinds:
        kinds = KINDS if name == "all" else FULL_PAGES if name == "full" else (name,)
        damages = ("clean", *WEARS[1:], "") if name in ("all", "full") else ("clean", "")
        for damage in damages:
            rows.append({"name": name, **rate(desk, kinds, damage, arguments.pages)})
            measurement.show(rows[-1:])
    settings = {"pages": arguments.pages, "threads": 1, "cold": COLD, "start_s": began}
    print(measurement.write("synthetic_pages", settings, rows))


if __name__ == "__main__":
    main()
