"""Draws runs' curves: a PNG or SVG picture, or a page with the readings too. Knows no training.

matplotlib, of the extra ``train``, is imported when something is drawn.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bayou.engine.quantization import write_file
from bayou.errors import UsageError
from bayou.training.run_curves import RunCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg", ".html")
_ACROSS, _WIDE, _HIGH, _DPI = 3, 5.2, 3.2, 110
_MOST_IN_A_GROUP = 8
_LAST_PICTURES = 2


def plot_runs(runs: Sequence[RunCurves], output: Path) -> None:
    """Draw the curves of some runs into one file, each quantity in a panel of its own.

    Args:
        output: Its ending says what: .png, .svg or .html.

    Raises:
        UsageError: Another ending.
        ModuleNotFoundError: matplotlib isn't installed.
        OutputError: It can't be written.
    """
    if output.suffix not in FORMATS:
        raise UsageError(f"a plot is one of {', '.join(FORMATS)}", str(output))
    figure = _figure(runs)
    kind = "svg" if output.suffix == ".html" else output.suffix[1:]
    content = io.BytesIO()
    figure.savefig(content, format=kind, dpi=_DPI)
    drawn = content.getvalue()
    write_file(_page(runs, drawn.decode()).encode() if output.suffix == ".html" else drawn, output)


def panels(runs: Sequence[RunCurves]) -> dict[str, list[str]]:
    """Which curves share a panel: those whose names begin alike (``text_loss/…``), in order of name."""
    names = sorted({name for run in runs for name in run.curves})
    groups: dict[str, list[str]] = {}
    for name in names:
        parts = name.split("/")
        group = "/".join(parts[:-1]) or name
        # Of what is judged, each score with that of the draft beside it; the sources' in a panel for each score.
        if parts[0] == "validation":
            group = f"validation/{parts[-1].removeprefix('draft_')}" + (" by source" if len(parts) > 2 else "")
        groups.setdefault(group, []).append(name)
    return groups


def _figure(runs: Sequence[RunCurves]) -> Figure:
    from matplotlib.figure import Figure

    groups = panels(runs)
    rows = max(1, -(-len(groups) // _ACROSS))
    figure = Figure(figsize=(_ACROSS * _WIDE, rows * _HIGH), layout="constrained")
    places = figure.subplots(rows, _ACROSS, squeeze=False)
    for place, (title, names) in zip(places.flat, groups.items(), strict=False):
        _panel(place, title, names, runs)
    for place in places.flat[len(groups) :]:
        place.set_axis_off()
    return figure


def _panel(place: Axes, title: str, names: Sequence[str], runs: Sequence[RunCurves]) -> None:
    drawn = 0
    for run in runs:
        for name in names:
            curve = run.curves.get(name)
            if curve is None:
                continue
            label = name.removeprefix(title).strip("/") or title
            label = label if len(runs) == 1 else f"{run.name}: {label}" if len(names) > 1 else run.name
            place.plot(curve.steps, curve.values, label=label, marker="o" if len(curve.steps) < 3 else None, lw=1.3)
            drawn += 1
    place.set_title(title, fontsize=10)
    place.tick_params(labelsize=8)
    place.grid(alpha=0.25)
    place.set_xlabel("step", fontsize=8)
    if drawn > 1:
        place.legend(fontsize=6, ncols=1 + (drawn > _MOST_IN_A_GROUP))


def _page(runs: Sequence[RunCurves], curves: str) -> str:
    parts = [
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>",
        html.escape(", ".join(run.name for run in runs)),
        "</title><style>body{font-family:sans-serif;margin:1em}svg,img{max-width:100%;height:auto}</style></head><body>",
        curves[curves.index("<svg") :],
    ]
    for run in runs:
        for path in run.pictures[-_LAST_PICTURES:]:
            data = base64.b64encode(path.read_bytes()).decode()
            caption = html.escape(f"{run.name}, {path.stem}")
            parts.append(f"<h3>{caption}</h3><img alt='{caption}' src='data:image/png;base64,{data}'>")
    return "".join([*parts, "</body></html>\n"])
