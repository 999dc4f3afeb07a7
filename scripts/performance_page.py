"""Writes docs/performance.md from benchmarks/results/*.json. Knows the figures' names; measures nothing itself.

python -m scripts.performance_page
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from scripts import (
    asking_sections,
    bulk_sections,
    field_sections,
    nano_sections,
    runtime_sections,
    serving_section,
    web_section,
)
from scripts.report_tables import Columns, Report, origin, table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks/results"
PAGE = ROOT / "docs/performance.md"

CROPS: Columns = (
    ("category", "category", ""),
    ("n", "n", ""),
    ("engine", "engine", ""),
    ("exact_folded", "exact, folded", ".3f"),
    ("cer_folded", "CER, folded", ".3f"),
    ("exact_strict", "exact, strict", ".3f"),
    ("exact_caseless", "but case", ".3f"),
    ("cer_strict", "CER, strict", ".3f"),
    ("auroc_wrong", "AUROC of wrong ones", ".3f"),
    ("calibration_error", "calibration error", ".3f"),
    ("seconds_each", "s each", ".3f"),
)
PAGES: Columns = (
    ("category", "pages from", ""),
    ("n", "n", ""),
    ("engine", "engine", ""),
    ("word_f1", "word F1", ".3f"),
    ("word_precision", "precision", ".3f"),
    ("word_recall", "recall", ".3f"),
    ("cer_reading_order", "CER in reading order", ".3f"),
    ("cer_reading_order_folded", "folded", ".3f"),
    ("seconds_each", "s each", ".2f"),
)
TABLES: Columns = (
    ("style", "table", ""),
    ("n", "pages", ""),
    ("engine", "engine", ""),
    ("teds", "TEDS", ".3f"),
    ("teds_structure", "TEDS, structure alone", ".3f"),
    ("no_table_found", "no table found", ""),
)
SPEED: Columns = (
    ("engine", "engine", ""),
    ("start_to_first_text_s", "start to first text, s", ".2f"),
    ("first_page_s", "first page, s", ".2f"),
    ("warm_page_s", "page, warm, s", ".2f"),
    ("warm_page_fastest_s", "fastest", ".2f"),
    ("warm_page_slowest_s", "slowest", ".2f"),
    ("peak_memory_mb", "peak memory, MB", ".0f"),
    ("lines_per_s_singly", "lines/s singly", ".1f"),
    ("lines_per_s_together", "lines/s together", ".1f"),
)
EIGHT_BITS: Columns = (
    ("tower", "tower", ""),
    ("sure_from", "lines stand from a least probability of", ".2f"),
    ("n", "n", ""),
    ("changed", "drafts that differ from float32's", ".4f"),
    ("exact_folded", "drafts exact, folded", ".4f"),
    ("seconds_each", "s each", ".3f"),
)
SHARDS: Columns = (
    ("what", "", ""),
    ("samples_per_s", "samples/s", ",.0f"),
    ("mb_per_s", "MB/s", ",.0f"),
    ("processor_ms_a_sample", "processor ms a sample", ".3f"),
)
SIZE: Columns = (("what", "what", ""), ("mb", "MB", ".0f"))


def accuracy(report: Report) -> str:
    settings, rows = report["settings"], report["results"]
    crops = sorted((r for r in rows if r["part"] == "crops"), key=lambda r: (r["category"] == "all", r["category"]))
    pages = sorted((r for r in rows if r["part"] == "pages"), key=lambda r: (r["category"] == "all", r["category"]))
    parts = ["## Accuracy", origin(report)]
    earlier = dict.fromkeys(f"{r['engine']} on {r['part']} ({r['earlier_run']})" for r in rows if "earlier_run" in r)
    if earlier:
        parts += [f"Of earlier runs: {'; '.join(earlier)}."]
    if crops:
        parts += ["### Words and lines, already cropped", f"Folded: {settings['folding']}.", table(crops, CROPS)]
    if pages:
        parts += ["### Whole pages", settings["pages"] + ".", table(pages, PAGES)]
    return "\n\n".join(parts)


def tables(report: Report) -> str:
    text = "Pages drawn with a known table. A page on which no table is found scores what an empty table scores."
    return "\n\n".join(["## Tables", origin(report), text, table(report["results"], TABLES)])


def speed(report: Report) -> str:
    settings = report["settings"]
    text = (
        f"The page: {settings['page']}. Median of {settings['runs']} runs. `import bayou` takes "
        f"{settings['import_bayou_s']:.3f} s."
    )
    return "\n\n".join(["## Speed and memory", origin(report), text, table(report["results"], SPEED)])


def eight_bits(report: Report) -> str:
    text = (
        "Real crops kept from training, the tower's drafts alone. Lines with a less probable character are read again "
        "in float32; 0.80 is what the reader does, 0.00 never reads again."
    )
    return "\n\n".join(["## The tower in 8 bits", origin(report), text, table(report["results"], EIGHT_BITS)])


def shards(report: Report) -> str:
    settings, rows = report["settings"], report["results"]
    speeds = [row for row in rows if "samples_per_s" in row]
    resume = next(row for row in rows if "same_samples" in row)
    memory = next(row for row in rows if "highest_mb" in row)
    text = (
        f"{settings['sources']} sources of {settings['samples']:,} samples with pictures of {settings['kilobytes']} kB "
        "on the mean, one process; cold: after the system was asked to forget the files."
    )
    same = "the same" if resume["same_samples"] else "NOT the same"
    first, highest, last = (f"{memory[name]:.0f}" for name in ("first_mb", "highest_mb", "last_mb"))
    place = resume["what"].removeprefix("resuming at ")
    more = (
        f"Resuming the mixture at sample {place}: first sample after {resume['seconds']:.2f} s, {same} samples as the "
        f"stream that went on. Resident memory over {settings['stream']:,} samples: {first} MB at first, {highest} at "
        f"most, {last} in the end."
    )
    return "\n\n".join(["## Training data", origin(report), text, table(speeds, SHARDS), more])


def synthetic_pages(report: Report) -> str:
    text = (
        "One core, processor time: a page painted, damaged, with its truth, its conversation and its picture as JPEG. "
        f"Warm: without the first {report['settings']['cold']} pages of a block of 256, whose letters are drawn for "
        "the first time."
    )
    return "\n\n".join(["## Pages made from nothing", origin(report), text, table(report["results"], SYNTHETIC)])


def install_size(report: Report) -> str:
    text = f"A fresh environment after `pip install .`; {report['settings']['limit_mb']} MB are allowed."
    return "\n\n".join(["## Size of the installation", origin(report), text, table(report["results"], SIZE)])


SYNTHETIC: Columns = (
    ("kinds", "kinds", ""),
    ("damage", "damage", ""),
    ("pages", "pages", ""),
    ("pages_per_s_per_core", "pages/s a core, warm", ".1f"),
    ("pages_per_s_per_core_cold", "first ones", ".1f"),
    ("median_ms", "median, ms", ".0f"),
    ("megapixels", "megapixels", ".2f"),
    ("characters", "characters", ".0f"),
    ("kilobytes", "kB", ".0f"),
)


def page_sizes(report: Report) -> str:
    settings = report["settings"]
    text = (
        f"Pages of as many sizes, {settings['widths'][0]} to {settings['widths'][1]} pixels wide and "
        f"{settings['heights'][0]} to {settings['heights'][1]} high, read by nano in one process."
    )
    columns = (("pages", "pages read", ""), ("resident_mb", "resident memory, MB", ".0f"))
    return "\n\n".join(["## Memory over pages of many sizes", origin(report), text, table(report["results"], columns)])


SECTIONS: dict[str, Callable[[Report], str]] = {
    "accuracy": accuracy,
    "tables": tables,
    **field_sections.SECTIONS,
    "speed": speed,
    "page_sizes": page_sizes,
    "eight_bits": eight_bits,
    **asking_sections.SECTIONS,
    **runtime_sections.SECTIONS,
    "shards": shards,
    **nano_sections.SECTIONS,
    "synthetic_pages": synthetic_pages,
    **serving_section.SECTIONS,
    **web_section.SECTIONS,
    **bulk_sections.SECTIONS,
    "install_size": install_size,
}


def page() -> str:
    """The whole page, made of the results that are there."""
    parts = [
        "# Performance",
        "Made by `python -m scripts.performance_page` from `benchmarks/results/`; don't edit it. The figures stand as "
        "the programs in `benchmarks/` printed them.",
    ]
    for name, section in SECTIONS.items():
        path = RESULTS / f"{name}.json"
        if path.is_file():
            parts.append(section(json.loads(path.read_text(encoding="utf-8"))))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
