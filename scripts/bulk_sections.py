"""The performance page's sections on bulk runs. Knows the figures' names; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from scripts.report_tables import Columns, Report, origin, table

SPEED: Columns = (
    ("program", "program", ""),
    ("workers", "workers", ""),
    ("pages", "pages", ""),
    ("one_page_s", "one page, s", ".1f"),
    ("all_s", "all pages, s", ".1f"),
    ("pages_per_s", "pages/s", ".3f"),
    ("nothing_to_do_s", "the same again, s", ".1f"),
    ("overhead", "more time, all", ".1%"),
    ("overhead_after_start", "more time, after the first page", ".1%"),
)
MEMORY: Columns = (
    ("tenth", "tenth of the run", ""),
    ("run_mb", "the run, MB", ".0f"),
    ("ray_mb", "Ray's processes, MB", ".0f"),
    ("workers_mb", "workers, MB", ".0f"),
    ("readers_mb", "their readers, MB", ".0f"),
)
NODES: Columns = (
    ("nodes", "virtual nodes", ""),
    ("lost", "lost on the way", ""),
    ("pages", "pages", ""),
    ("files", "files", ""),
    ("start_s", "until reading began, s", ".1f"),
    ("reading_s", "reading, s", ".1f"),
    ("share_of_ideal", "pages' own time / nodes / reading", ".2f"),
)
CRASH: Columns = (
    ("what", "what crashes", ""),
    ("crashes", "crashes", ""),
    ("median_s", "until the next page is read, median, s", ".1f"),
    ("most_s", "most", ".1f"),
)


def _told(report: Report) -> str:
    return f"{origin(report)} Processes that ran or waited before: {report['settings']['load_before']:.1f}."


def bulk_speed(report: Report) -> str:
    text = f"nano on {report['settings']['page']}; programs started anew, start-up included."
    return "\n\n".join(["## Bulk", "### Beside `bayou read`", _told(report), text, table(report["results"], SPEED)])


def bulk_memory(report: Report) -> str:
    first = report["results"][0]
    many = f"{first['pages']:,} small pages, a number on one in eight"
    text = f"nano on {many}, 2 workers, {first['pages_per_s']:.1f} pages/s; means."
    return "\n\n".join(["### Memory of a long run", _told(report), text, table(report["results"], MEMORY)])


def bulk_nodes(report: Report) -> str:
    text = (
        "Pages that only wait, .25 s on the mean, one in fifty twenty times as long, on virtual nodes of "
        "one processor each. A lost node is killed when a third of the pages is done."
    )
    return "\n\n".join(["### Stragglers and lost nodes", _told(report), text, table(report["results"], NODES)])


def bulk_crash(report: Report) -> str:
    text = "nano and one small page. An actor would have its whole shard to read again, too."
    return "\n\n".join(["### What a crash costs", _told(report), text, table(report["results"], CRASH)])


SECTIONS: dict[str, Callable[[Report], str]] = {
    "bulk_speed": bulk_speed,
    "bulk_memory": bulk_memory,
    "bulk_nodes": bulk_nodes,
    "bulk_crash": bulk_crash,
}
