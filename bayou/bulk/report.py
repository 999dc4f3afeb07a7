"""A run's report as one HTML page that needs nothing else. Knows the summary's figures; measures nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from bayou.bulk.progress import duration
from bayou.bulk.summary import Summary

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --bar: #0b6e99 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
body { background: var(--paper); color: var(--ink) }
table { border-collapse: collapse; margin: 0.5rem 0 2rem }
table.wide { width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 1.2rem 0.3rem 0; text-align: left; vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
th:last-child, td:last-child { padding-right: 0 }
td.number, td.word, th { white-space: nowrap }
td.long { overflow-wrap: anywhere }
td.share { vertical-align: middle; width: 40% }
.bar { background: var(--bar); height: 0.7rem; min-width: 1px }
th[scope=row] { font-weight: normal }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --paper: #16191d; --line: #3a4048; --bar: #58aede }
}
@media (max-width: 40rem) {
  td.share, th.share, table.wide.list thead { display: none }
  th[scope=row] { white-space: normal; min-width: 6.5rem }
  table.list, table.list tbody, table.list tr, table.list td { display: block }
  table.list tr { border-bottom: 1px solid var(--line); padding: 0.4rem 0 }
  table.list td { border: 0; padding: 0; text-align: left }
  table.list td[data-name]::before { content: attr(data-name) ": " }
}
"""
STAGES = {
    "fetch": "Fetching and checking the file",
    "open": "Decoding and drawing",
    "read": "Reading",
    "extract": "Extracting",
    "write": "Writing rows",
}
Cell = tuple[str, str]
"""What is in a column, as a class of the style's (long, word, number), and its head or value."""


def to_html(summary: Summary) -> str:
    """The whole page."""
    title = "bayou bulk: report"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    failures = [(kind, f"{count:,}") for kind, count in sorted(summary.failures.items(), key=_most_first)]
    statuses = [(name, f"{count:,}") for name, count in sorted(summary.statuses.items(), key=_most_first)]
    parts = [
        f"<h1>{title}</h1>\n<p>{escape(_verdict(summary))}</p>",
        _facts(summary),
        "<h2>Pages by status</h2>",
        _table((("word", "status"), ("number", "pages")), statuses),
        "<h2>Workers' time by stage</h2>",
        _stages(summary),
        "<h2>The slowest pages</h2>",
        _table(
            (("long", "document"), ("number", "page"), ("number", "seconds")),
            ((document, _page(page), f"{seconds:,.2f}") for seconds, document, page in summary.slowest),
            "wide list",
        ),
        "<h2>What failed</h2>",
        _table((("word", "kind"), ("number", "pages")), failures),
        _failed(summary),
    ]
    body = "\n".join(part for part in parts if part)
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body>{body}\n</body></html>\n'


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _verdict(summary: Summary) -> str:
    done, failed = sum(summary.statuses.values()), sum(summary.failures.values())
    left = f"; {summary.left:,} left, with which the same command goes on" if summary.left else ""
    return f"{done:,} of {summary.pages:,} pages are done, {f'{failed:,} of them' if failed else 'none'} failed{left}."


def _facts(summary: Summary) -> str:
    run = summary.run
    workers = f"{run.workers} worker" + ("" if run.workers == 1 else "s")
    facts = [("Input", summary.input), ("Model", summary.model), ("Settings", summary.settings)]
    facts += [("Documents", f"{summary.documents:,}"), ("Pages", f"{summary.pages:,}")]
    facts += [("Pages begun twice", f"{summary.retried:,}")] if summary.retried else []
    facts += [("Files of results", f"{summary.files:,} ({summary.size / 1e6:,.1f} MB)")]
    if run.pages:
        facts += [
            ("This run", f"{run.pages:,} pages in {duration(run.seconds)} with {workers}"),
            ("Throughput", f"{run.pages_a_second:.2f} pages/s"),
            ("Before the first page", duration(run.start_seconds)),
        ]
    else:
        facts += [("This run", "found nothing left to read")]
    rows = (f'<tr><th scope="row">{name}</th><td class="long">{escape(value)}</td></tr>\n' for name, value in facts)
    return f"<table>{''.join(rows)}</table>"


def _stages(summary: Summary) -> str:
    total = sum(summary.seconds.values())
    if not total:
        return "<p>None.</p>"
    cells = "".join(
        f'<tr><td>{escape(STAGES.get(name, name))}</td><td class="number">{duration(value)}</td>'
        f'<td class="number">{value / total:.1%}</td>'
        f'<td class="share"><div class="bar" style="width: {value / total:.1%}"></div></td></tr>\n'
        for name, value in sorted(summary.seconds.items(), key=lambda stage: -stage[1])
    )
    heads = '<th>stage</th><th class="number">time</th><th class="number">share</th><th class="share"></th>'
    return f'<table class="wide"><thead><tr>{heads}</tr></thead>\n{cells}</table>'


def _failed(summary: Summary) -> str:
    """The pages that failed, each with its reason; nothing where none did."""
    told, failed = len(summary.failed), sum(summary.failures.values())
    if not failed:
        return ""
    rows = ((document, _page(page), kind, why) for document, page, kind, why in summary.failed)
    table = _table((("long", "document"), ("number", "page"), ("word", "kind"), ("long", "reason")), rows, "wide list")
    if told == failed:
        return table
    more = f"{told:,} of {failed:,} are told here; the column <code>failure</code> of the results has them all."
    return f"{table}\n<p>{more}</p>"


def _page(number: int) -> str:
    return str(number) if number else "all"  # a document that can't be opened has no pages


def _table(heads: Sequence[Cell], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    def cell(head: Cell, value: str) -> str:
        css, name = head
        named = "" if css == "long" else f' data-name="{name}"'
        return f'<td class="{css}"{named}>{escape(value)}</td>'

    body = "".join(f"<tr>{''.join(map(cell, heads, values))}</tr>\n" for values in rows)
    if not body:
        return "<p>None.</p>"
    top = "".join(f'<th class="{css}">{name}</th>' for css, name in heads)
    return f'<table class="{kind}"><thead><tr>{top}</tr></thead>\n<tbody>{body}</tbody></table>'
