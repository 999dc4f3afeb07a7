"""The performance page's section on the server. Knows the figures' names; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from scripts.report_tables import Columns, Report, origin, table

ALONE: Columns = (
    ("requests", "pages", ""),
    ("first_page_first_text_s", "first page, to its first text, s", ".2f"),
    ("first_text_s", "later ones, to the first text, s", ".2f"),
    ("first_text_slowest_s", "slowest", ".2f"),
    ("page_s", "to the whole page, s", ".2f"),
)
LOAD: Columns = (
    ("clients", "clients", ""),
    ("seconds", "for, s", ".0f"),
    ("answered", "answered", ""),
    ("told_to_come_again", "told to come again", ""),
    ("errors", "other errors", ""),
    ("pages_per_s", "pages/s", ".2f"),
    ("p50_s", "median, s", ".1f"),
    ("p95_s", "p95, s", ".1f"),
    ("memory_second_quarter_mb", "most memory in the second quarter, MB", ".0f"),
    ("memory_last_quarter_mb", "in the last", ".0f"),
    ("memory_peak_mb", "in all", ".0f"),
)
GONE: Columns = (
    ("requests", "clients that went", ""),
    ("freed_p50_s", "worker free after, s", ".2f"),
    ("freed_slowest_s", "slowest", ".2f"),
)
KILLED: Columns = (
    ("pages", "pages of the job", ""),
    ("before", "read before the server was killed", ""),
    ("after", "read after it was started again", ""),
    ("state", "the job then is", ""),
    ("each_page_once", "each page once in the result", ""),
    ("workers_left_behind", "processes left behind", ""),
)


def serving_load(report: Report) -> str:
    settings = report["settings"]
    parts = {row["part"]: row for row in report["results"]}
    text = (
        f"`bayou serve` with {settings['model']}, {settings['workers']} worker, {settings['queue']} requests may wait; "
        f"{settings['page']}. One client at a time; then many, each sending its next page when it has the last; "
        "clients that go in the midst of a page; and a job whose server is killed (SIGKILL) in its midst."
    )
    tables = [table([parts[name]], columns) for name, columns in PARTS.items()]
    return "\n\n".join(["## The server", origin(report), text, *tables])


PARTS = {"alone": ALONE, "load": LOAD, "gone": GONE, "killed": KILLED}
SECTIONS: dict[str, Callable[[Report], str]] = {"serving_load": serving_load}
