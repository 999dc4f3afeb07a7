"""Puts what a million pages cost into docs/bulk.md, from measured throughput. Knows prices; measures nothing.

python -m scripts.bulk_tables
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.report_tables import origin

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks/results/bulk_speed.json"
PAGE = ROOT / "docs/bulk.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
MILLIONS = (1, 10, 100)
CORES, NODES = 16, 10
"""Of a computer for nano, and how many of them the table has."""
UNMEASURED = "Not measured yet: `python -m benchmarks.bulk speed`, then `python -m scripts.bulk_tables`, fill this in."
EFFICIENCY = 0.9
"""Assumed: what is left of the measured speed on many computers, after stragglers and lost work."""
CORE_PRICE, GPU_PRICE = 0.04, 2.50
"""Assumed: dollars an hour for a processor core with 2 GB, and for a graphics processor of the class of an H100."""
TILE_TERAFLOP, TILES = 0.72, 7
PARAMETERS, PROMPT, ANSWER = 0.51e9, 1860, 700
"""Of the 0.8B: its tower's work for a tile, tiles of a full page, its decoder, and tokens in and out for a page."""
GPU_TERAFLOPS, GPU_SHARE, TOKENS_S = 990.0, 0.25, 6000.0
"""Assumed: bfloat16 peak, the share of it that is reached, and tokens a second that requests written together get."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of computer: pages a second of one worker, workers, and dollars an hour for all of them."""

    name: str
    pages_per_s: float
    workers: int
    dollars_per_hour: float

    def row(self, millions: int) -> str:
        hours = millions * 1e6 / (self.pages_per_s * self.workers * EFFICIENCY) / 3600
        cost = hours * self.dollars_per_hour
        return f"| {self.name} | {millions} million | {hours:,.0f} | {cost:,.0f} | {cost / millions / 1000:.2f} |"


def gpu_pages_per_s() -> float:
    """Of one graphics processor with the 0.8B; worked out, not measured."""
    work = TILE_TERAFLOP * TILES + 2 * PARAMETERS * PROMPT / 1e12
    return 1 / (work / (GPU_TERAFLOPS * GPU_SHARE) + ANSWER / TOKENS_S)


def tables() -> str:
    """The table with its assumptions."""
    if not RESULT.is_file():
        return UNMEASURED
    report: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    ours = next(row for row in report["results"] if (row["program"], row["workers"]) == ("bayou bulk", 2))
    steady = (ours["pages"] - 1) / (ours["all_s"] - ours["one_page_s"]) / ours["workers"]
    gpu = gpu_pages_per_s()
    kinds = (
        Kind(f"{NODES} × {CORES} cores, nano", steady, NODES * CORES, NODES * CORES * CORE_PRICE),
        Kind("8 GPUs, 0.8B", gpu, 8, 8 * GPU_PRICE),
    )
    lines = ["| computers | pages | hours | dollars | dollars a thousand pages |", "|---|---|---|---|---|"]
    lines += [kind.row(millions) for kind in kinds for millions in MILLIONS]
    measured = (
        f"nano: {steady:.3f} pages/s a core, from {ours['pages']} copies of the example page (50 lines) with 2 "
        f"workers, start-up left out. {origin(report)}"
    )
    assumed = (
        f"Assumed, not measured: {EFFICIENCY:.0%} of that speed on many computers; {CORE_PRICE:.2f} dollars a core and "
        f"hour, {GPU_PRICE:.2f} a GPU and hour. No GPU was at hand for the 0.8B: {gpu:.1f} pages/s a GPU is worked out "
        f"for {TILES} tiles of {TILE_TERAFLOP} TFLOP, {PROMPT:,} tokens in and {ANSWER} out, at {GPU_SHARE:.0%} of "
        f"{GPU_TERAFLOPS:.0f} TFLOP/s and {TOKENS_S:,.0f} tokens/s written together; it needs cores, too, that "
        "draw pages and find lines for it. bayou's workers ask the model one page at a time today: to come near that, "
        "serve the 0.8B with a server that batches, and give its address with `--runtime endpoint`."
    )
    return "\n\n".join(["\n".join(lines), measured, assumed])


def filled(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
