"""A run's report: figures with intervals, costs, failures, calibration, the worst samples. Knows results; no format.

The report is a dictionary of plain values; ``report_markdown`` and ``report_html`` set it out, JSON holds it as it is.
"""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bayou.errors import InputError
from bayou.evaluation.benchmark import Benchmark, Figure, Picture, Scored
from bayou.evaluation.layouts import Data, where_from
from bayou.evaluation.runner import Run, scored
from bayou.inputs.images import load_image
from bayou.scorers.bootstrap import RESAMPLES, ratio_interval
from bayou.scorers.calibration import auroc, expected_calibration_error

WORST = 20
THUMBNAIL = 360
SHOWN_LETTERS = 600
BINS = 10
CALIBRATION_DRAWS = 200

Report = dict[str, Any]


def make_report(benchmark: Benchmark, run: Run, data: Data | None = None) -> Report:
    """The report of a run.

    Args:
        data: For the pictures of the worst samples; None leaves out those that are in no file.
    """
    results = scored(benchmark, run.results())
    beside, why_not = _published(benchmark, run)
    return {
        "benchmark": benchmark.name,
        "title": benchmark.title,
        "model": run.model,
        "identity": dict(run.identity),
        "facts": dict(run.facts),
        "harness": benchmark.harness,
        "verified": benchmark.verified,
        "notes": [*benchmark.notes, *why_not],
        "samples": len(results),
        "figures": [_figure(figure, beside) for figure in benchmark.figures(results) if figure.parts],
        "costs": _costs(results),
        "failures": _failures(results),
        "calibration": None if benchmark.confidences is None else calibration(benchmark.confidences(results)),
        "worst": worst_samples(benchmark, results, data),
        "resamples": RESAMPLES,
    }


def _published(benchmark: Benchmark, run: Run) -> tuple[Mapping[str, list[dict[str, Any]]], list[str]]:
    """Published figures by figure, or why they are not set beside these."""
    if not benchmark.published:
        return {}, []
    if run.facts.get("published_data") is False:
        about, where = run.facts["data"], where_from(benchmark.data)
        return {}, [f"The data is not the published file, so published figures are left out: {about}; {where}."]
    if run.facts.get("limited") or run.facts.get("left_out"):
        return {}, ["Only a part of the set was asked, so published figures are left out."]
    found: dict[str, list[dict[str, Any]]] = {}
    for one in benchmark.published:
        found.setdefault(one.figure, []).append({"model": one.model, "value": one.value, "source": one.source})
    return found, []


def _figure(figure: Figure, beside: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    interval = ratio_interval(figure.parts, figure.weights)
    single = len(figure.parts) == 1
    return {
        "name": figure.name,
        "value": figure.scale * interval.value,
        "low": None if single else figure.scale * interval.low,
        "high": None if single else figure.scale * interval.high,
        "units": len(figure.parts),
        "scale": figure.scale,
        "lower_is_better": figure.lower_is_better,
        "published": beside.get(figure.name, []),
    }


def _costs(results: Sequence[Scored]) -> dict[str, Any]:
    """Seconds and tokens a sample; those asked at a time share the machine, so seconds are not the machine's."""
    seconds = [one.reply.seconds for one in results]
    prompts = [one.reply.prompt_tokens for one in results if one.reply.prompt_tokens is not None]
    tokens = [one.reply.new_tokens for one in results if one.reply.new_tokens is not None]
    return {
        "seconds_mean": _mean(seconds),
        "seconds_median": float(np.median(seconds)) if seconds else None,
        "seconds_p95": float(np.quantile(seconds, 0.95)) if seconds else None,
        "prompt_tokens_mean": _mean(prompts),
        "new_tokens_mean": _mean(tokens),
    }


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _failures(results: Sequence[Scored]) -> dict[str, int]:
    """How many samples went wrong in which way; an empty answer is one where there was something to say."""
    found: Counter[str] = Counter()
    for one in results:
        if one.reply.finish == "failed":
            found[one.reply.failure] += 1
        elif one.reply.finish == "length":
            found["cut off at the limit of tokens"] += 1
        elif not one.reply.text.strip() and one.sample.truth:
            found["answered nothing"] += 1
    return dict(found.most_common())


def calibration(pairs: Sequence[tuple[float, bool]]) -> Report | None:
    """What confidences are worth; None where there are none.

    Returns:
        Pairs, share right, calibration error and AUROC of wrong ones with intervals, and the bins of a reliability
        diagram: ends, pairs, mean confidence, share right.
    """
    if not pairs:
        return None
    sure = np.array([confidence for confidence, _ in pairs])
    right = np.array([hit for _, hit in pairs])
    drawn = np.random.default_rng(0).integers(0, len(pairs), (CALIBRATION_DRAWS, len(pairs)))
    errors = [_error(sure[one], right[one]) for one in drawn]
    areas = [area for one in drawn if (area := _area(sure[one], right[one])) is not None]
    bins = []
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = (sure > low) & (sure <= high) if number else sure <= high
        count = int(inside.sum())
        bins.append(
            {
                "low": low,
                "high": high,
                "pairs": count,
                "confidence": float(sure[inside].mean()) if count else None,
                "right": float(right[inside].mean()) if count else None,
            }
        )
    return {
        "pairs": len(pairs),
        "right": float(right.mean()),
        "error": _with_interval(_error(sure, right), errors),
        "auroc_of_wrong": _with_interval(_area(sure, right), areas),
        "bins": bins,
    }


def _error(sure: np.ndarray, right: np.ndarray) -> float:
    return expected_calibration_error(sure.tolist(), right.tolist())


def _area(sure: np.ndarray, right: np.ndarray) -> float | None:
    return None if right.all() or not right.any() else auroc((-sure).tolist(), (~right).tolist())


def _with_interval(value: float | None, drawn: Sequence[float]) -> dict[str, float | None]:
    if value is None or not drawn:
        return {"value": value, "low": None, "high": None}
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": value, "low": float(low), "high": float(high)}


def worst_samples(benchmark: Benchmark, results: Iterable[Scored], data: Data | None) -> list[dict[str, Any]]:
    """The samples with the lowest headline score, the surest of them first, with what they show."""

    def badness(one: Scored) -> tuple[float, float, str]:
        return one.scores.get(benchmark.headline, 0.0), -(one.reply.confidence or 0.0), one.sample.key

    worst = [one for one in sorted(results, key=badness) if one.scores.get(benchmark.headline, 0.0) < 1][:WORST]
    pictures = _pictures(benchmark, worst, data)
    return [
        {
            "key": one.sample.key,
            "question": one.sample.prompt[:SHOWN_LETTERS],
            "answer": one.reply.text[:SHOWN_LETTERS],
            "expected": _shown(one.sample.truth),
            "score": one.scores.get(benchmark.headline, 0.0),
            "confidence": one.reply.confidence,
            "failure": one.reply.message if one.reply.finish == "failed" else "",
            "groups": dict(one.sample.groups),
            "pictures": [picture for image in pictures.get(one.sample.key, ()) if (picture := thumbnail(image))],
        }
        for one in worst
    ]


def _pictures(benchmark: Benchmark, worst: Sequence[Scored], data: Data | None) -> dict[str, tuple[Picture, ...]]:
    """Pictures by sample: from files where they are, else by going through the data once more."""
    found = {one.sample.key: one.sample.images for one in worst if one.sample.images}
    missing = {one.sample.key for one in worst} - found.keys()
    if data is not None and missing:
        for sample in benchmark.samples(data):
            if sample.key in missing:
                found[sample.key] = sample.images
                missing.discard(sample.key)
            if not missing:
                break
    return found


def _shown(truth: Any) -> str:
    match truth:
        case str():
            text = truth
        case [*parts]:
            text = " | ".join(map(str, parts))
        case _:
            text = str(truth)
    return text[:SHOWN_LETTERS]


def thumbnail(picture: Picture) -> str | None:
    """A small JPEG as an address for a page; None for a PDF, and for what can't be opened."""
    try:
        image = load_image(picture)
    except InputError:
        return None
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def settings_lines(report: Report) -> list[tuple[str, str]]:
    """Every choice of a run, as names and words."""
    identity, facts = report["identity"], report["facts"]
    asking = identity["asking"]
    rows = [(f"model: {name}", str(value)) for name, value in identity["model"].items()]
    if "server" in identity["model"]:
        asking = {**asking, "msac": "the server's own", "max_tiles": "the server's own"}
    rows += [(f"asking: {name}", repr(value) if name == "ending" else str(value)) for name, value in asking.items()]
    rows += [
        ("asking: decoding", "greedy"),
        ("data", facts["data"] or "a folder, or drawn"),
        ("data (SHA-256)", identity["data"]),
        ("data is the published file", {True: "yes", False: "no", None: "no published hash"}[facts["published_data"]]),
        ("judge", str(facts.get("judge") or "none")),
        ("samples left out (the model can't do them)", str(facts.get("left_out", 0))),
        ("most in flight", str(facts["most_in_flight"])),
        ("bayou", identity["bayou"]),
        ("prompts and rules", report["harness"]),
        ("scorer checked", report["verified"] or "UNVERIFIED: nothing published to check it against"),
    ]
    return rows
