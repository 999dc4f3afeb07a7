"""``bayou evaluate`` as a user sees it: what it prints and writes, what it refuses, and comparisons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayou.cli.main import main
from tests.engine.imitation_server import answers, imitation
from tests.evaluation.made_samples import MADE
from tests.golden_set import ROOT, golden

Captured = pytest.CaptureFixture[str]
GENERAL = {"mmbench", "mmstar", "mmmu", "mathvista", "hallusionbench", "ai2d", "ocrbench", "mmvet"}
PAPER = GENERAL | {"textvqa", "docvqa", "infovqa", "chartqa"}


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("BAYOU_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)


def bayou(*arguments: str | Path) -> int:
    return main(["evaluate", *map(str, arguments)])


def made(name: str, folder: Path) -> Path:
    folder.mkdir()
    return MADE[name](folder)


def test_the_list(capsys: Captured) -> None:
    assert bayou("--list") == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 20 and out.startswith("ocrbench ")


def test_lines_with_nano_and_a_comparison(tmp_path: Path, capsys: Captured) -> None:
    data = made("lines", tmp_path / "data")
    assert bayou("lines", "--data", data, "-q") == 0
    out = capsys.readouterr().out
    assert out.startswith("lines  nano  all 100.0 (95 %: 100.0 to 100.0)  evaluation")
    (folder,) = (tmp_path / "evaluation/lines").iterdir()
    assert {path.name for path in folder.iterdir()} >= {"report.md", "report.html", "report.json", "results.jsonl"}
    assert bayou("--compare", folder, folder) == 0
    assert "2 samples in common" in capsys.readouterr().out
    (written,) = (tmp_path / "evaluation/comparisons").rglob("comparison.json")
    assert json.loads(written.read_text(encoding="utf-8"))["won"] == 0


def test_a_server_is_measured_and_choices_are_printed(tmp_path: Path, capsys: Captured) -> None:
    data = made("ai2d", tmp_path / "data")
    with imitation(answers("B")) as server:
        server_model = ["--runtime", "endpoint", "--url", server.url, "--model", "m"]
        assert bayou("ai2d", "--data", data, *server_model, "--ending", " Letter.", "--limit", "2", "--jobs", "2") == 0
    assert len(server.requests) == 2
    assert server.requests[0]["messages"][0]["content"][1]["text"].endswith("C. bird Letter.")
    (report,) = (tmp_path / "evaluation").rglob("report.json")
    values = json.loads(report.read_text(encoding="utf-8"))
    assert values["figures"][0]["value"] == 100
    assert values["identity"]["asking"]["ending"] == " Letter."
    told = capsys.readouterr()
    assert "all 100.0" in told.out
    assert "AI2D_TEST.tsv, " in told.err and "0f593e0d1c7df9a3d69bf1f947e71975" in told.err


def test_a_judge_is_asked(tmp_path: Path) -> None:
    data = made("mmvet", tmp_path / "data")
    with imitation(answers("nokia")) as server, imitation(answers("0.5")) as judge:
        server_model = ["--runtime", "endpoint", "--url", server.url, "--model", "m"]
        assert bayou("mmvet", "--data", data, *server_model, "--judge", "j", "--judge-url", judge.url) == 0
        assert len(judge.requests) == 3
    (report,) = (tmp_path / "evaluation").rglob("report.json")
    assert json.loads(report.read_text(encoding="utf-8"))["figures"][0]["value"] == 50


def documented_lines() -> list[list[str]]:
    """The calls of the paper's tables as docs/evaluation.md has them, without `bayou evaluate`."""
    page = (ROOT / "docs/evaluation.md").read_text(encoding="utf-8")
    section = page.partition("## The paper's tables")[2].partition("\n## ")[0]
    return [line.split()[2:] for line in section.splitlines() if line.startswith("bayou evaluate ")]


@pytest.mark.slow
def test_the_lines_that_reproduce_the_papers_tables_run(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in PAPER:
        MADE[name](folder)
    names = []
    with imitation(answers("1.0")) as judge:
        for line in documented_lines():
            if line[0] == "--compare":
                continue
            given = {
                "DIR": folder,
                "FOLDER": tmp_path / line[0],
                "2b": golden("tiny-2b"),
                "NAME": "j",
                "URL": judge.url,
            }
            if line[0] in ("sroie", "cord"):
                made(line[0], tmp_path / line[0])
            assert bayou(*(given.get(word, word) for word in line), "--limit", "1", "--max-new-tokens", "2") == 0
            names += line[: line.index("--data")]
    assert set(names) == PAPER | {"sroie", "cord"}
    assert len(capsys.readouterr().out.splitlines()) == len(names)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "name a benchmark"),
        (["ocr"], 2, "no benchmark 'ocr'"),
        (["ocrbench"], 2, "--data names where the data of OCRBench is; get OCRBench.tsv"),
        (["ocrbench", "--data", "absent"], 3, "is not there; get OCRBench.tsv"),
        (["mmvet", "--data", "data"], 2, "--judge NAME --judge-url URL"),
        (["mmvet", "--data", "data", "--judge", "j"], 2, "a judge needs both"),
        (["textvqa", "--data", "data"], 2, "nano answers no questions"),
        (["lines", "--data", "data"], 3, "no labels.tsv"),
        (["--compare", "data", "data"], 3, "no finished run"),
        (["lines", "--compare", "data", "data"], 2, "no benchmark"),
        (["lines", "--skip-blank-tiles"], 2, "leave it away"),
        (["mmvet", "--runtime", "endpoint", "--url", "http://h/v1", "--model", "m", "--msac", "on"], 2, "--msac and"),
    ],
)
def test_wrong_calls(arguments: list[str], code: int, message: str, tmp_path: Path, capsys: Captured) -> None:
    made("mmvet", tmp_path / "data")
    MADE["textvqa"](tmp_path / "data")
    assert bayou(*arguments) == code
    assert message in capsys.readouterr().err


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("bayou.cli.evaluate.find_spec", lambda name: None)
    assert bayou("honesty") == 8
    assert "pip install 'bayou[evaluate]'" in capsys.readouterr().err
