"""Every benchmark runs on its small made sample: right answers score full marks, nonsense none; reports are made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bayou.errors import InputError, UsageError
from bayou.evaluation import catalogue, harness
from bayou.evaluation.benchmark import Benchmark
from bayou.evaluation.layouts import Data, open_data
from bayou.evaluation.published import BOARD
from bayou.evaluation.report import make_report
from bayou.evaluation.report_files import write_report
from bayou.evaluation.report_html import report_html
from bayou.evaluation.report_markdown import published_table, report_markdown
from bayou.evaluation.runner import RunOptions, run, scored
from tests.evaluation.made_samples import MADE, ocrbench_json
from tests.evaluation.scripted_subject import ScriptedJudge, ScriptedSubject

ROOT = Path(__file__).resolve().parents[2]
LOWER = {"omnidocbench"}


def made(name: str, tmp_path: Path) -> tuple[Benchmark, Data]:
    folder = tmp_path / "data"
    folder.mkdir()
    benchmark = catalogue.find(name)
    return benchmark, open_data(MADE[name](folder), benchmark.data)


@pytest.mark.parametrize("name", MADE)
def test_right_answers_score_full_marks_and_nonsense_none(name: str, tmp_path: Path) -> None:
    benchmark, data = made(name, tmp_path)
    judge = None if benchmark.judging is None else ScriptedJudge("1.0")
    options = RunOptions(tmp_path / "out", judge=judge)
    right = run(benchmark, ScriptedSubject(), data, options)
    figures = benchmark.figures(scored(benchmark, right.results()))
    best = 0.0 if name in LOWER else figures[0].scale
    assert figures[0].value == pytest.approx(best)
    report = make_report(benchmark, right, data)
    files = write_report(report, right.folder)
    assert json.loads(files["json"].read_text(encoding="utf-8"))["figures"][0]["units"] >= 1
    assert benchmark.title in files["md"].read_text(encoding="utf-8")
    silent = ScriptedSubject(lambda sample: "qqqq", identity={"model": "silent"})
    judge = None if benchmark.judging is None else ScriptedJudge("0")
    wrong = run(benchmark, silent, data, RunOptions(tmp_path / "out", judge=judge))
    worst = benchmark.figures(scored(benchmark, wrong.results()))[0].value
    assert worst > 0.5 if name in LOWER else worst <= 0.3 * figures[0].scale
    html = write_report(make_report(benchmark, wrong, data), wrong.folder)["html"].read_text(encoding="utf-8")
    assert ("data:image/jpeg;base64," in html) == (name != "olmocr")
    assert "://" not in html.replace("https://opencompass", "").replace("http://www.w3.org", "")


def test_all_benchmarks_of_the_catalogue_are_made_and_short() -> None:
    assert catalogue.NAMES.keys() == MADE.keys() | {"honesty"}
    for path in (ROOT / "bayou/evaluation/benchmarks").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 150, path
    with pytest.raises(UsageError, match="no benchmark 'ocr'"):
        catalogue.find("ocr")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("ocrbench", "<image>\nwhat is written?\nAnswer the question using a single word or phrase."),
        ("chartqa", "<image>\nWhich 0?\nAnswer the question using a single word or phrase."),
        (
            "ai2d",
            "<image>\nWhich 0?\nA. cat\nB. dog\nC. bird\n"
            "Answer with the option's letter from the given choices directly.",
        ),
        (
            "mmbench",
            "<image>\nLook.\nWhich?\nA. cat\nB. dog\nAnswer with the option's letter from the given choices directly.",
        ),
        (
            "mmmu",
            "<image-1>: <image> <image-2>: <image>\n<image 1> or <image 2>?\nA. cat\nB. dog\n"
            "Answer with the option's letter from the given choices directly.",
        ),
        (
            "hallusionbench",
            "<image>\nIs it? Please answer yes or no. Answer the question using a single word or phrase.",
        ),
        ("mathvista", "<image>\nHint: give a number.\nQuestion: 1+1?"),
        ("mmvet", "<image>\nWhich 0?"),
    ],
)
def test_prompts_are_the_published_ones(name: str, first: str, tmp_path: Path) -> None:
    benchmark, data = made(name, tmp_path)
    subject = ScriptedSubject()
    run(benchmark, subject, data, RunOptions(tmp_path / "out", judge=ScriptedJudge()))
    assert subject.asked[0] == first
    assert (benchmark.asking.max_new_tokens, benchmark.asking.max_tiles, benchmark.asking.msac) == (1024, 6, False)


def test_open_questions_end_otherwise(tmp_path: Path) -> None:
    benchmark, data = made("mmmu", tmp_path)
    subject = ScriptedSubject()
    run(benchmark, subject, data, RunOptions(tmp_path / "out"))
    assert subject.asked[1] == "<image>\nHow many?" + harness.DIRECTLY
    assert len(subject.asked) == 2  # the development split is not asked


def test_ocrbench_has_its_groups_and_both_layouts(tmp_path: Path) -> None:
    benchmark = catalogue.find("ocrbench")
    data = open_data(ocrbench_json(tmp_path), benchmark.data)
    made_run = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    values = {figure.name: figure.value for figure in benchmark.figures(scored(benchmark, made_run.results()))}
    assert values["all"] == 1000
    assert (values["Text Recognition"], values["Doc-oriented VQA"]) == (300, 200)
    assert len([name for name in values if name.startswith("task: ")]) == 10


def test_a_circle_counts_only_whole(tmp_path: Path) -> None:
    benchmark, data = made("mmbench", tmp_path)
    subject = ScriptedSubject(lambda sample: "A")  # right in each question's first turn alone
    figures = benchmark.figures(
        scored(benchmark, run(benchmark, subject, data, RunOptions(tmp_path / "out")).results())
    )
    assert (figures[0].value, figures[-1].value) == (0, 50)


def test_mathvista_without_a_judge_is_another_figure(tmp_path: Path) -> None:
    benchmark, data = made("mathvista", tmp_path)
    made_run = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    report = make_report(benchmark, made_run, data)
    assert report["figures"][0]["name"] == "all, by rule alone"
    assert not any(figure["published"] for figure in report["figures"])


def test_mmvet_is_refused_without_a_judge(tmp_path: Path) -> None:
    benchmark, data = made("mmvet", tmp_path)
    with pytest.raises(UsageError, match="judge"):
        run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out"))
    judge = ScriptedJudge("0.4")
    made_run = run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out", judge=judge))
    assert benchmark.figures(scored(benchmark, made_run.results()))[0].value == pytest.approx(40)
    assert "nokia<AND>phone" in judge.asked[0]


def test_published_figures_stand_beside_the_published_file_alone(tmp_path: Path) -> None:
    benchmark, data = made("ocrbench", tmp_path)
    assert data.published is False  # a made sample is not the published file
    report = make_report(benchmark, run(benchmark, ScriptedSubject(), data, RunOptions(tmp_path / "out")), data)
    (note,) = [note for note in report["notes"] if "not the published file" in note]
    assert "OCRBench.tsv, " in note and " bytes, MD5 " in note and "e953d98a987cc6e26ef717b61260b778" in note
    as_json = open_data(ocrbench_json(tmp_path), benchmark.data)
    report = make_report(benchmark, run(benchmark, ScriptedSubject(), as_json, RunOptions(tmp_path / "out")), as_json)
    values = {one["model"]: one["value"] for one in report["figures"][0]["published"]}
    assert (values["H2OVL-Mississippi-2B"], values["H2OVL-Mississippi-0.8B"]) == (782, 751)
    assert BOARD["H2OVL-Mississippi-2B"][6] == 782
    head, rows, sources = published_table(report)
    assert head[:3] == ["model", "all", "Text Recognition"]
    assert rows[0][:3] == ["scripted (this run)", "1000.0", "300.0"]
    assert ["H2OVL-Mississippi-0.8B", "751.0", "274.0"] in [row[:3] for row in rows]
    assert "leaderboard" in sources and sources in report_html(report)
    assert "| all | 1000.0 of 1,000 |" in report_markdown(report)


def test_a_reader_is_given_what_can_be_read(tmp_path: Path) -> None:
    benchmark, data = made("ocrbench", tmp_path)
    reader = ScriptedSubject(answers=False)
    report = make_report(benchmark, run(benchmark, reader, data, RunOptions(tmp_path / "out")), data)
    assert (report["samples"], report["facts"]["left_out"]) == (6, 4)
    assert report["figures"][0]["name"] == "all that was asked"
    textvqa, questions = catalogue.find("textvqa"), tmp_path / "t"
    questions.mkdir()
    with pytest.raises(UsageError, match="answers no questions"):
        run(textvqa, reader, open_data(MADE["textvqa"](questions), textvqa.data), RunOptions(tmp_path / "out"))


def test_missing_data_says_where_to_get_it(tmp_path: Path) -> None:
    for name in MADE:
        source = catalogue.find(name).data
        told = f"get .*{re.escape(source.address)}.*{re.escape(source.size)}.*{''.join(list(source.md5.values())[:1])}"
        with pytest.raises(InputError, match=told):
            open_data(tmp_path / "absent", source)
        (tmp_path / name).mkdir()
        with pytest.raises(InputError, match=told):
            list(catalogue.find(name).samples(open_data(tmp_path / name, source)))
