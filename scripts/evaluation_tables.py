"""Puts tables of benchmarks/results into docs/evaluation.md. Knows names; measures nothing itself.

python -m scripts.evaluation_tables
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from scripts.report_tables import Report, origin

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks/results"
PAGE = ROOT / "docs/evaluation.md"
BEGIN = "<!-- figures: begin -->"
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


def languages() -> str:
    """A row for each language, the characters wrong of each engine in per cent."""
    report = json.loads((RESULTS / "languages.json").read_text(encoding="utf-8"))
    rows = report["results"]
    return _crossed(report, rows, "language", lambda row: f"{100 * row['cer']:.2f}")


def invention() -> str:
    """A row for each kind of crop, the share of invented text of each engine in per cent; at last real text refused."""
    report = json.loads((RESULTS / "invention.json").read_text(encoding="utf-8"))
    rows = [{**row, "share": row["invented"]} for row in report["results"] if "invented" in row]
    rows += [
        {**row, "kind": f"{row['kind']}: {name}", "share": row[name]}
        for name in ("refused", "right")
        for row in report["results"]
        if "refused" in row
    ]
    return _crossed(report, rows, "kind", lambda row: f"{100 * row['share']:.1f}")


def _crossed(report: Report, rows: list[Report], name: str, told: Callable[[Report], str]) -> str:
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    cells = {(row[name], row["engine"]): told(row) for row in rows}
    counts = {row[name]: row.get("lines", row.get("n")) for row in rows}
    lines = ["| " + " | ".join([name, "n", *engines]) + " |", "|" + " --- |" * (len(engines) + 2)]
    for value in counts:
        shown = [cells.get((value, engine), " ") for engine in engines]
        lines.append("| " + " | ".join([value, str(counts[value]), *shown]) + " |")
    return f"{origin(report)}\n\n" + "\n".join(lines)


def filled(page: str) -> str:
    """The page with its tables made anew."""
    report = json.loads((RESULTS / "evaluation.json").read_text(encoding="utf-8"))
    page = _between(page, BEGIN, tables(report))
    for name, make in (("languages", languages), ("invention", invention)):
        there = (RESULTS / f"{name}.json").is_file()
        page = _between(page, f"<!-- {name}: begin -->", make() if there else "Not measured yet.")
    return page


def _between(page: str, begin: str, content: str) -> str:
    before, _, rest = page.partition(begin)
    end = begin.replace("begin", "end")
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
