"""Puts the tables of benchmarks/results/evaluation.json into docs/evaluation.md. Knows names; measures nothing itself.

python -m scripts.evaluation_tables
"""

from __future__ import annotations

import json
from pathlib import Path

from scripts.report_tables import Report, origin

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks/results/evaluation.json"
PAGE = ROOT / "docs/evaluation.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SECONDS = "seconds a sample"
"""Not shown: speed is measured by ``benchmarks.speed``, on a machine that does nothing else."""
TITLES = {"lines": "Words and lines", "pages": "Pages", "honesty": "Honesty"}


def tables(report: Report) -> str:
    """For each benchmark a table: a row for each figure, a column for each engine."""
    parts = [origin(report)]
    for benchmark, title in TITLES.items():
        rows = [row for row in report["results"] if row["benchmark"] == benchmark and row["figure"] != SECONDS]
        engines = list(dict.fromkeys(row["engine"] for row in rows))
        cells = {(row["figure"], row["engine"]): row for row in rows}
        if not rows:
            continue
        head = ["figure", *engines]
        lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
        for figure in dict.fromkeys(row["figure"] for row in rows):
            lower = any(row.get("lower_is_better") for row in rows if row["figure"] == figure)
            told = figure + (" (lower is better)" if lower else "")
            values = [_cell(cells.get((figure, engine))) for engine in engines]
            lines.append("| " + " | ".join([told, *values]) + " |")
        parts += [f"### {title}", "\n".join(lines)]
    return "\n\n".join(parts)


def _cell(row: Report | None) -> str:
    if row is None or row["value"] is None:
        return " "
    value = f"{row['value']:.3f}" if abs(row["value"]) < 1 else f"{row['value']:.1f}"
    if row.get("low") is None:
        return value
    digits = 3 if abs(row["value"]) < 1 else 1
    return f"{value} ({row['low']:.{digits}f} to {row['high']:.{digits}f})"


def filled(page: str) -> str:
    """The page with its tables made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    report = json.loads(RESULTS.read_text(encoding="utf-8"))
    return f"{before}{BEGIN}\n\n{tables(report)}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
