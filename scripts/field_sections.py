"""The performance page's section on fields of documents. Knows the figures' names; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from scripts.report_tables import Columns, Report, origin, table

RECEIPTS: Columns = (
    ("field", "field", ""),
    ("n", "n", ""),
    ("way", "chosen by", ""),
    ("exact", "exact", ".3f"),
    ("same_meaning", "of the same meaning", ".3f"),
    ("in_candidates", "exact among the candidates", ".3f"),
    ("f1", "F1, exact", ".3f"),
    ("mean_f1", "mean of the receipts' F1", ".3f"),
)
DRAWN: Columns = (
    ("field", "field", ""),
    ("n", "n", ""),
    ("way", "chosen by", ""),
    ("same_meaning", "found", ".3f"),
    ("f1", "F1", ".3f"),
)


def _by_field(rows: list[Report]) -> list[Report]:
    """Rows of one field together, those of all fields last."""
    return sorted(rows, key=lambda row: (row["field"] == "all", row["field"], row["way"] == "learnt"))


def fields(report: Report) -> str:
    settings = report["settings"]
    receipts, drawn = (
        _by_field([row for row in report["results"] if row["part"] == part]) for part in ("receipts", "drawn")
    )
    read = (
        "Real receipts, read by nano: company, date, address and total, chosen by hand-made rules alone and by what "
        "was learnt, among the same candidates. Exact: scored as SROIE's pairs of key and value, capitals aside, since "
        "the labels have none else. Of the same meaning: the same day, the same amount, a text of which 80 % agree. "
        "What isn't exact among the candidates was misread, or stands in the label as it isn't printed."
    )
    true = (
        f"{settings['drawn_pages']} pages as `bayou data synth` draws them, with their true lines, so that nothing is "
        f"misread; of another seed ({settings['seed']}) than those that were learnt from. F1 counts values of the same "
        "meaning."
    )
    parts = ["## Fields", origin(report), read, table(receipts, RECEIPTS), true, table(drawn, DRAWN)]
    return "\n\n".join(parts)


SECTIONS: dict[str, Callable[[Report], str]] = {"fields": fields}
