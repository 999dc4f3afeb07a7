"""A report as one page of HTML with its pictures in it. Knows plain values; loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from bayou.evaluation.report import Report, settings_lines
from bayou.evaluation.report_markdown import amount, interval, number, published_table

SIDE = 260
NOTHING = '<span class="note">nothing</span>'
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 84rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { border-bottom: 1px solid #ddd; padding: .3rem .7rem;
text-align: left; vertical-align: top } .note { color: #555 } .warn { color: #a00 } img { max-width: 360px;
border: 1px solid #ccc } pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; max-width: 32rem }
svg text { font-size: 11px; fill: #555 }
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are HTML. A column that is empty throughout is left out."""
    columns = [(name, cells) for name, *cells in zip(head, *rows, strict=True) if any(cells)]
    top = "".join(f"<th>{escape(name)}</th>" for name, _ in columns)
    cut = zip(*(cells for _, cells in columns), strict=True)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cut)
    return f"<table><tr>{top}</tr>{body}</table>"


def report_html(report: Report) -> str:
    """A run's report."""
    title = escape(f"{report['title']}: {report['model']}")
    parts = [f"<h1>{title}</h1>", f"<p>{report['samples']} samples.</p>"]
    if not report["verified"]:
        parts.append('<p class="warn">The scorer is unverified: nothing published was at hand to check it against.</p>')
    parts += [f'<p class="note">{escape(note)}</p>' for note in report["notes"]]
    parts += ["<h2>Scores</h2>", _figures(report), "<h2>Costs</h2>", _costs(report), "<h2>Failures</h2>"]
    failures = [[escape(kind), str(count)] for kind, count in report["failures"].items()]
    parts.append(table(["kind", "samples"], failures) if failures else "<p>None.</p>")
    if report["calibration"]:
        parts += ["<h2>Calibration</h2>", _calibration(report["calibration"])]
    if report["worst"]:
        parts += ["<h2>Worst samples</h2>", _worst(report["worst"])]
    settings = [[escape(name), f"<pre>{escape(value)}</pre>"] for name, value in settings_lines(report)]
    parts += ["<h2>Settings</h2>", table(["what", "value"], settings)]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _figures(report: Report) -> str:
    rows = []
    for figure in report["figures"]:
        name = escape(figure["name"]) + (" (lower is better)" if figure["lower_is_better"] else "")
        rows.append([name, amount(figure), interval(figure), str(figure["units"])])
    return table(["figure", "value", "95 % interval", "units"], rows) + _published(report)


def _published(report: Report) -> str:
    head, rows, sources = published_table(report)
    if not rows:
        return ""
    own, *others = ([escape(cell) for cell in row] for row in rows)
    shown = table(head, [[f"<b>{cell}</b>" if cell else "" for cell in own], *others])
    return f'<h2>Beside published figures</h2>{shown}<p class="note">Published: {escape(sources)}.</p>'


def _costs(report: Report) -> str:
    rows = [
        [escape(name.replace("_", " ")), number(value)] for name, value in report["costs"].items() if value is not None
    ]
    return table(["a sample", "value"], rows)


def _calibration(values: Report) -> str:
    area, error = values["auroc_of_wrong"], values["error"]
    told = (
        f"{values['pairs']} confidences, {100 * values['right']:.1f} % right. Calibration error "
        f"{number(error['value'])} ({interval(error)}). AUROC of wrong ones {number(area['value']) or 'none'} "
        f"({interval(area)}). The diagram shows the share right in each tenth of confidence; a square is as large as "
        "its tenth is full."
    )
    return f"<p>{escape(told)}</p>{reliability_diagram(values)}"


def reliability_diagram(values: Report) -> str:
    """Share right over confidence as SVG; on the diagonal a confidence means what it says."""
    most = max((one["pairs"] for one in values["bins"]), default=1) or 1
    squares = []
    for one in values["bins"]:
        if one["pairs"]:
            side = 5 + 15 * (one["pairs"] / most) ** 0.5
            x, y = SIDE * one["confidence"] - side / 2, SIDE * (1 - one["right"]) - side / 2
            told = f"{one['pairs']} of confidence {one['confidence']:.2f}: {one['right']:.2f} right"
            place = f'x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"'
            squares.append(f'<rect {place} fill="#357"><title>{told}</title></rect>')
    frame = f'<rect width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>'
    line = f'<line x1="0" y1="{SIDE}" x2="{SIDE}" y2="0" stroke="#bbb"/>'
    words = f'<text x="{SIDE / 2 - 30}" y="{SIDE + 30}">confidence</text><text x="-62" y="{SIDE / 2 + 4}">right</text>'
    for share in (0, 0.5, 1):
        words += f'<text x="{SIDE * share - 5}" y="{SIDE + 15}">{share:g}</text>'
        words += f'<text x="-24" y="{SIDE * (1 - share) + 4}">{share:g}</text>'
    size = SIDE + 90
    body = frame + line + "".join(squares) + words
    return f'<svg width="{size}" height="{size}" viewBox="-66 -20 {size} {size}" role="img">{body}</svg>'


def _worst(samples: Sequence[dict[str, Any]]) -> str:
    rows = []
    for one in samples:
        images = "".join(f'<img src="{picture}" alt="">' for picture in one["pictures"])
        said = one["failure"] or one["answer"].strip()
        rows.append(
            [
                images,
                escape(one["key"]),
                f"<pre>{escape(one['question'])}</pre>" if one["question"] else "",
                *(f"<pre>{escape(text)}</pre>" if text else NOTHING for text in (said, one["expected"])),
                number(one["score"]),
                number(one["confidence"]),
            ]
        )
    return table(["picture", "sample", "question", "answer", "expected", "score", "confidence"], rows)
