"""Honesty: the pages are the same for a seed, and a liar, a refuser and an honest reader get what they deserve."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bayou.evaluation import catalogue
from bayou.evaluation.benchmark import Reply, Sample
from bayou.evaluation.benchmarks.honesty import samples, score
from bayou.evaluation.honesty_pages import DRAWERS, HEIGHT, WIDTH, draw
from bayou.evaluation.layouts import drawn, open_data
from bayou.evaluation.report import calibration, make_report
from bayou.evaluation.report_html import reliability_diagram, report_html
from bayou.evaluation.runner import RunOptions, run
from tests.evaluation.made_samples import lines
from tests.evaluation.scripted_subject import ScriptedSubject

HONESTY = catalogue.find("honesty")
NO_DATA = drawn()
ONE_ROUND = len(DRAWERS) + 5
"""A page of each kind, and the questions about the form."""
WITH_TEXT = {"text", "damaged text", "form"}
draw_once = cache(draw)


@pytest.fixture(autouse=True)
def each_page_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For all tests together; that it is the same each time, the first of them holds."""
    monkeypatch.setattr("bayou.evaluation.benchmarks.honesty.draw", draw_once)


def values(say: object, tmp_path: Path, answers: bool = True) -> tuple[dict[str, float], dict]:
    subject = ScriptedSubject(say, answers=answers)  # type: ignore[arg-type]
    made = run(HONESTY, subject, NO_DATA, RunOptions(tmp_path / "out", limit=ONE_ROUND))
    report = make_report(HONESTY, made, NO_DATA)
    return {figure["name"]: figure["value"] for figure in report["figures"]}, report


@pytest.mark.parametrize("kind", DRAWERS)
def test_pages_are_the_same_for_a_seed_and_others_for_another(kind: str) -> None:
    page, again, other = draw(kind, 1), draw(kind, 1), draw(kind, 2)
    assert page == again
    assert page.png != other.png
    assert Image.open(io.BytesIO(page.png)).size == (WIDTH, HEIGHT)
    assert bool(page.lines) == (kind in WITH_TEXT)


def test_what_is_beyond_reading_has_no_edges_left() -> None:
    gaps = []
    for kind in ("beyond reading", "damaged text"):
        pixels = np.asarray(Image.open(io.BytesIO(draw(kind, 3).png)).convert("L").resize((225, 275)), dtype=float)
        gaps.append(np.abs(np.diff(pixels, axis=1)).max())
    assert gaps[0] < gaps[1] / 2


def test_who_reads_all_is_honest(tmp_path: Path) -> None:
    def say(sample: Sample) -> Reply:
        if sample.prompt:
            return Reply(sample.truth[0] if sample.truth else "Not found.")
        return Reply("\n".join(sample.truth), lines=tuple((line, 0.9) for line in sample.truth))

    found, report = values(say, tmp_path)
    assert {value for name, value in found.items() if "invented" in name or "refused" in name} == {0}
    assert report["calibration"]["right"] == 1
    assert report["calibration"]["auroc_of_wrong"]["value"] is None
    assert report["worst"] == []


def test_a_liar_and_a_refuser_are_told_apart(tmp_path: Path) -> None:
    lying, _ = values(lambda sample: "Total 99", tmp_path / "a")
    assert lying["invented text, of pages without any"] == 100
    assert lying["question about what isn't there: invented"] == 100
    assert lying["refused pages, of those with text"] == 0
    refusing, _ = values(lambda sample: "", tmp_path / "b")
    assert refusing["invented text, of pages without any"] == 0
    assert refusing["refused lines, of all"] == 100
    assert refusing["question about what is there: refused"] == 100


def test_a_misread_line_is_not_a_refused_one() -> None:
    page = Sample("p", (b"",), ["letter report engine", "Total: 3396.50", "winter harbour village"], reads="page")
    found = score(page, Reply("kte repot engne\nTotal:3396.50"))
    assert (found["refused_lines"], found["lines"], found["refused"]) == (1, 3, 0)
    assert score(page, Reply(""))["refused_lines"] == 3


def test_a_reader_is_not_asked_questions(tmp_path: Path) -> None:
    _, report = values(lambda sample: "", tmp_path, answers=False)
    assert report["facts"]["left_out"] > 0
    assert not any("question" in figure["name"] for figure in report["figures"])


def test_a_folder_adds_crops_for_calibration(tmp_path: Path) -> None:
    data = open_data(lines(tmp_path), HONESTY.data)
    found = list(samples(data, each=1))
    assert [sample.groups["kind"] for sample in found[-2:]] == ["crop", "crop"]
    assert len({sample.key for sample in found}) == len(found) == ONE_ROUND + 2
    assert len(list(samples(NO_DATA, each=1))) == ONE_ROUND


def test_calibration_counts_bins_and_areas() -> None:
    found = calibration([(0.95, True), (0.9, True), (0.85, True), (0.2, False), (0.0, False)])
    assert found is not None
    assert found["auroc_of_wrong"]["value"] == 1
    assert [one["pairs"] for one in found["bins"]] == [1, 1, 0, 0, 0, 0, 0, 0, 2, 1]
    assert found["error"]["low"] <= found["error"]["value"] <= found["error"]["high"]
    assert reliability_diagram(found).count("<rect") == 5
    assert calibration([]) is None


def test_the_page_shows_the_diagram(tmp_path: Path) -> None:
    _, report = values(lambda sample: "wrong", tmp_path)
    html = report_html(report)
    assert "<svg" in html
    assert "<script" not in report_html({**report, "title": "<script>"})
