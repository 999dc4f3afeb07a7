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

READY: Columns = (
    ("schema", "schema", ""),
    ("field", "field", ""),
    ("language", "language", ""),
    ("n", "printed", ""),
    ("f1", "F1 as printed", ".3f"),
    ("read_n", "printed, read pages", ""),
    ("read_f1", "F1 as nano reads them", ".3f"),
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


def ready_schemas(report: Report) -> str:
    settings, read = report["settings"], "nano"
    of = {(row["text"], row["schema"], row["field"], row["language"]): row for row in report["results"]}
    keys = sorted({key[1:] for key in of}, key=lambda key: (key[0] == "all", key[0], key[1] == "all", *key[1:]))
    rows = []
    for key in keys:
        printed, seen = of.get(("as printed", *key), {}), of.get((read, *key), {})
        names = dict(zip(("schema", "field", "language"), key, strict=True))
        figures = {"n": printed.get("n"), "f1": printed.get("f1")}
        rows.append({**names, **figures, "read_n": seen.get("n"), "read_f1": seen.get("f1")})
    text = (
        f"{settings['pages']} drawn pages for each ready schema, of a seed ({settings['seed']}) that nothing was "
        f"learnt from; as printed, and {settings['read']} of each as nano reads them after all that `bayou data synth` "
        "does to pages. Right is a value with the truth's letters and figures, or the same day or number; a value of "
        "what isn't printed is a wrong one."
    )
    return "\n\n".join(["## Ready schemas", origin(report), text, table(rows, READY)])


SECTIONS: dict[str, Callable[[Report], str]] = {"fields": fields, "ready_schemas": ready_schemas}
