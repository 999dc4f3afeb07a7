"""A report, or a comparison, as Markdown. Knows plain values; not how they came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bayou.evaluation.comparison import Comparison
from bayou.evaluation.report import Report, settings_lines

SHOWN = 10
SHOWN_LETTERS = 160


def number(value: float | None) -> str:
    """A figure for people: four digits, more only before the point."""
    if value is None or value != value:
        return ""
    if value == 0:
        return "0"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"


def interval(values: Any) -> str:
    """The ends of an interval, "" where there is none."""
    low, high = values["low"], values["high"]
    return "" if low is None else f"{number(low)} to {number(high)}"


def amount(figure: Any) -> str:
    """A figure's value with its unit: per cent, points of how many, or none."""
    if figure["scale"] == 100:
        return f"{number(figure['value'])} %"
    points = f" of {figure['scale']:,.0f}" if figure["scale"] != 1 else ""
    return number(figure["value"]) + points


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with bars."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|") or " "


def report_markdown(report: Report) -> str:
    """A run's report."""
    parts = [f"# {report['title']}: {report['model']}", f"{report['samples']} samples."]
    if not report["verified"]:
        parts.append("**The scorer is unverified**: nothing published was at hand to check it against.")
    parts += [f"- {note}" for note in report["notes"]]
    figures = [
        [
            figure["name"] + (" (lower is better)" if figure["lower_is_better"] else ""),
            amount(figure),
            interval(figure),
            str(figure["units"]),
        ]
        for figure in report["figures"]
    ]
    parts += ["## Scores", table(["figure", "value", "95 % interval", "units"], figures)]
    head, rows, sources = published_table(report)
    if rows:
        parts += ["## Beside published figures", table(head, rows), f"Published: {sources}."]
    costs = report["costs"]
    seconds = ", ".join(f"{name} {number(costs[f'seconds_{name}'])}" for name in ("mean", "median", "p95"))
    tokens = [
        f"{costs[f'{kind}_tokens_mean']:.0f} {kind}" for kind in ("prompt", "new") if costs[f"{kind}_tokens_mean"]
    ]
    parts += ["## Costs", f"Seconds a sample: {seconds}. Tokens a sample: {', '.join(tokens) or 'not told'}."]
    failures = [[kind, str(count)] for kind, count in report["failures"].items()]
    parts += ["## Failures", table(["kind", "samples"], failures) if failures else "None."]
    if report["calibration"]:
        parts += _calibration(report["calibration"])
    worst = [
        [one["key"], one["failure"] or one["answer"], one["expected"], number(one["score"]), number(one["confidence"])]
        for one in report["worst"][:SHOWN]
    ]
    worst = [[cell[:SHOWN_LETTERS] for cell in row] for row in worst]
    if worst:
        parts += ["## Worst samples", table(["sample", "answer", "expected", "score", "confidence"], worst)]
    parts += ["## Settings", table(["what", "value"], settings_lines(report))]
    return "\n\n".join(parts) + "\n"


def published_table(report: Report) -> tuple[list[str], list[list[str]], str]:
    """This run and the published figures: a column for each figure, a row for each model, this one first.

    Returns:
        The head, the rows (none where nothing was published), and the sources.
    """
    figures = [figure for figure in report["figures"] if figure["published"]]
    cells = {(one["model"], figure["name"]): one["value"] for figure in figures for one in figure["published"]}
    first = {one["model"]: one["value"] for figure in figures[:1] for one in figure["published"]}
    models = sorted({model for model, _ in cells}, key=lambda model: (-first.get(model, 0.0), model))
    names = [figure["name"] for figure in figures]
    rows = [[model, *(number(cells.get((model, name))) for name in names)] for model in models]
    own = [[f"{report['model']} (this run)", *(number(figure["value"]) for figure in figures)]]
    sources = sorted({one["source"] for figure in figures for one in figure["published"]})
    return ["model", *names], own + rows if rows else [], "; ".join(sources)


def _calibration(values: Report) -> list[str]:
    area, error = values["auroc_of_wrong"], values["error"]
    told = (
        f"{values['pairs']} confidences, {100 * values['right']:.1f} % right. "
        f"Calibration error {number(error['value'])} ({interval(error)}). "
        f"AUROC of wrong ones {number(area['value']) or 'none'} ({interval(area)})."
    )
    bins = [
        [f"{one['low']:.1f} to {one['high']:.1f}", str(one["pairs"]), number(one["confidence"]), number(one["right"])]
        for one in values["bins"]
        if one["pairs"]
    ]
    return ["## Calibration", told, table(["confidence", "pairs", "mean confidence", "share right"], bins)]


def comparison_markdown(comparison: Comparison) -> str:
    """Two runs side by side."""
    rows = [
        [
            one.name + (" (lower is better)" if one.lower_is_better else ""),
            number(one.first),
            number(one.second),
            f"{one.difference:+.3f}",
            "" if one.low is None or one.high is None else f"{one.low:+.3f} to {one.high:+.3f}",
        ]
        for one in comparison.differences
    ]
    flips = [
        [one.key, one.expected, one.first, one.second, f"{number(one.first_score)} → {number(one.second_score)}"]
        for one in comparison.flips
    ]
    parts = [
        f"# {comparison.title}: {comparison.second} beside {comparison.first}",
        f"{comparison.common} samples in common; {comparison.only_first} and {comparison.only_second} of one alone. "
        f"The second did better on {comparison.won} and worse on {comparison.lost}.",
        table(["figure", comparison.first, comparison.second, "difference", "95 % interval"], rows),
    ]
    if flips:
        flips = [[cell[:SHOWN_LETTERS] for cell in row] for row in flips]
        parts += [
            "## Flipped samples",
            table(["sample", "expected", comparison.first, comparison.second, "score"], flips),
        ]
    return "\n\n".join(parts) + "\n"
