"""A benchmark's report in Markdown: its rows as a table, and how it came about. Knows no one benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Report = dict[str, Any]
Columns = Sequence[tuple[str, str, str]]
"""A figure's name in the results, its heading, and how it is written."""


def table(rows: Sequence[Report], columns: Columns) -> str:
    """Rows as a Markdown table; a figure that wasn't measured is a dash."""
    lines = ["| " + " | ".join(heading for _, heading, _ in columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        cells = ["–" if row.get(name) is None else format(row[name], form) for name, _, form in columns]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def origin(report: Report) -> str:
    """How a report came about, in a sentence."""
    machine = report["machine"]
    command = " ".join([report["program"], *report["arguments"]])
    size = f"{machine['cores']} cores, {machine['memory_gb']} GB"
    versions = [f"{name} {version}" for name, version in machine["packages"].items() if version]
    versions = [f"Python {machine['python']}", *versions, *filter(None, [machine["tesseract"]])]
    instructions = machine.get("instructions")  # results from before they were told have none
    processor = machine["processor"] + (f" ({', '.join(instructions)})" if instructions else "")
    where = f"{processor}, {size}, {machine['system']}, {', '.join(versions)}"
    return f"`{command}`, {report['date']}, commit {report['commit'] or 'unknown'}; {where}."
