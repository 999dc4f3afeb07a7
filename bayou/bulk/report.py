"""A run's report as one HTML page that needs nothing else. Knows the summary's figures; measures nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from bayou.bulk.progress import duration
from bayou.bulk.summary import Summary

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1f24 }
table { border-collapse: collapse; margin: 0.5rem 0 2rem; width: 100% }
th, td { border-bottom: 1px solid #d0d7de; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.bar { background: #0b6e99; height: 0.7rem; min-width: 1px }
td { overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) { body { background: #16191d; color: #e6e8ea } th, td { border-color: #3a4048 } }
"""
STAGES = {
    "fetch": "Fetching and checking the file",
    "open": "Decoding and drawing",
    "read": "Reading",
    "extract": "Extracting",
    "write": "Writing rows",
}


def to_html(summary: Summary) -> str:
    """The whole page."""
    run = summary.run
    facts = [
        ("Input", summary.input),
        ("Model", summary.model),
        ("Documents", f"{summary.documents:,}"),
        ("Pages", f"{summary.pages:,}"),
        ("Pages not done", f"{summary.left:,}"),
        ("Pages begun twice", f"{summary.retried:,}"),
        ("Files of results", f"{summary.files:,} ({summary.size / 1e6:,.1f} MB)"),
        ("This run", f"{run.pages:,} pages in {duration(run.seconds)} with {run.workers} workers"),
        ("Throughput of this run", f"{run.pages_a_second:.2f} pages/s"),
        ("Until the first page was begun", f"{run.start_seconds:.1f} s"),
        ("Settings", summary.settings),
    ]
    parts = [
        _table(("", ""), facts, ()),
        "<h2>Pages by status</h2>",
        _table(("status", "pages"), ((name, f"{count:,}") for name, count in summary.statuses.items()), (1,)),
        "<h2>Workers' time by stage</h2>",
        _stages(summary),
        "<h2>The slowest pages</h2>",
        _table(("document", "page", "s"), ((d, str(p), f"{s:.2f}") for s, d, p in summary.slowest), (1, 2)),
        "<h2>What failed</h2>",
        _table(("kind", "pages"), ((kind, f"{count:,}") for kind, count in summary.failures.items()), (1,)),
        _table(("document", "page", "kind", "reason"), ((d, str(p), k, why) for d, p, k, why in summary.failed), (1,)),
    ]
    told, failed = len(summary.failed), sum(summary.failures.values())
    if told < failed:
        parts.append(f"<p>{told:,} of {failed:,}; the column <code>failure</code> of the results has them all.</p>")
    title = "bayou bulk: report"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body><h1>{title}</h1>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _stages(summary: Summary) -> str:
    total = sum(summary.seconds.values()) or 1.0
    rows = [
        (STAGES.get(name, name), duration(value), f"{value / total:.1%}", value / total)
        for name, value in sorted(summary.seconds.items(), key=lambda stage: -stage[1])
    ]
    cells = "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{took}</td><td class="number">{share}</td>'
        f'<td style="width: 40%"><div class="bar" style="width: {part:.1%}"></div></td></tr>\n'
        for name, took, share, part in rows
    )
    head = '<tr><th>stage</th><th class="number">time</th><th class="number">share</th><th></th></tr>'
    return f"<table>{head}\n{cells}</table>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int]) -> str:
    def cells(values: Sequence[str], tag: str) -> str:
        marks = (' class="number"' if at in numbers else "" for at in range(len(values)))
        return "".join(f"<{tag}{mark}>{escape(value)}</{tag}>" for mark, value in zip(marks, values, strict=True))

    body = "".join(f"<tr>{cells(row, 'td')}</tr>\n" for row in rows)
    if not body:
        return "<p>None.</p>"
    head = f"<tr>{cells(heads, 'th')}</tr>\n" if any(heads) else ""
    return f"<table>{head}{body}</table>"
