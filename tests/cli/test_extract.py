"""``bayou extract`` as a user sees it: records on standard output and in a folder, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bayou.cli.extract import FORMATS, READY
from bayou.cli.main import main
from bayou.reading.schemas import READY as READY_NAMES
from tests.reading.documents import folder_of, noise, tree
from tests.reading.size_reader import LOG, make_size_reader

Captured = pytest.CaptureFixture[str]

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "page_1": {"type": "string"},
            "seller": {"type": "object", "properties": {"motto": {"type": ["string", "null"]}}},
            "line_items": {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "number"}}}},
        },
    }
)


def bayou(*arguments: str | Path) -> int:
    return main(["extract", *map(str, arguments), "--schema", SCHEMA], make_size_reader)


def test_a_record_with_its_evidence_goes_to_standard_output(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(noise(tmp_path / "a.png")) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["record"]["page_1"].startswith("30 x 20 px ")
    assert found["record"]["seller"] == {"motto": None}
    assert found["fields"][0]["evidence"][0]["page"] == 1
    assert (found["name"], found["model"], err) == ("a.png", "nano", "")


def test_values_alone(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(noise(tmp_path / "a.png"), "--values") == 0
    assert list(json.loads(capsys.readouterr().out)) == ["page_1", "seller", "line_items"]


@pytest.mark.usefixtures("one_process")
def test_several_records_are_lines_or_rows(tmp_path: Path, capsys: Captured) -> None:
    scans = folder_of(tmp_path / "scans", 3)
    assert bayou(scans) == 2
    assert "--to jsonl" in capsys.readouterr().err
    assert bayou(scans, "--to", "jsonl") == 0
    assert [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()] == ["00.png", "01.png", "02.png"]
    assert bayou(scans, "--to", "csv") == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["document", "page_1", "seller.motto", "line_items"]
    assert [row[0] for row in rows[1:]] == ["00.png", "01.png", "02.png"]


def test_a_folder_is_read_once_and_gathered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    scans, out, log = folder_of(tmp_path / "scans", 3), tmp_path / "out", tmp_path / "log"
    monkeypatch.setenv(LOG, str(log))
    assert bayou(scans, "--to", "csv,jsonl,xlsx", "--output", out) == 0
    made = tree(out)
    assert set(made) == {
        "00.png.record.json",
        "01.png.record.json",
        "sub/02.png.record.json",
        "records.csv",
        "records.line_items.csv",
        "records.jsonl",
        "records.xlsx",
    }
    noise(scans / "03.png", 3)
    assert bayou(scans, "--to", "csv", "--output", out) == 0
    assert log.read_text(encoding="utf-8").split() == ["00.png", "01.png", "02.png", "03.png"]
    rows = list(csv.reader(io.StringIO((out / "records.csv").read_text(encoding="utf-8"))))
    assert [row[0] for row in rows] == ["document", "00.png", "01.png", "03.png", "sub/02.png"]
    book = load_workbook(out / "records.xlsx")
    assert book.sheetnames == ["records", "line_items", "evidence"]
    assert [row[0] for row in book["records"].iter_rows(values_only=True)] == [
        "document",
        "00.png",
        "01.png",
        "sub/02.png",
    ]
    assert capsys.readouterr().err == ""


def test_another_schema_reads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan, out, log = noise(tmp_path / "a.png"), tmp_path / "out", tmp_path / "log"
    monkeypatch.setenv(LOG, str(log))
    assert bayou(scan, "--output", out) == 0
    assert main(["extract", str(scan), "--schema", "receipt", "--output", str(out)], make_size_reader) == 0
    assert log.read_text(encoding="utf-8").split() == ["a.png", "a.png"]
    assert "merchant_name" in json.loads((out / "a.png.record.json").read_text(encoding="utf-8"))["record"]


def test_a_table_of_somebody_else_is_not_replaced(tmp_path: Path, capsys: Captured) -> None:
    scan, out = noise(tmp_path / "a.png"), tmp_path / "out"
    out.mkdir()
    (out / "records.csv").write_text("mine", encoding="utf-8")
    assert bayou(scan, "--to", "csv", "--output", out) == 6
    assert "records.csv: exists" in capsys.readouterr().err
    assert (out / "records.csv").read_text(encoding="utf-8") == "mine"
    assert bayou(scan, "--to", "csv", "--output", out, "--overwrite") == 0
    assert (out / "records.csv").read_text(encoding="utf-8").startswith("document,page_1")


@pytest.mark.usefixtures("one_process")
def test_one_of_several_that_fails_costs_itself_alone(tmp_path: Path, capsys: Captured) -> None:
    scans = folder_of(tmp_path / "scans", 2)
    (scans / "bad.png").write_bytes(b"no picture")
    assert bayou(scans, "--to", "csv", "--output", tmp_path / "out") == 10
    assert "bad.png" in capsys.readouterr().err
    assert (tmp_path / "out/records.csv").read_text(encoding="utf-8").count("\n") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "csv,json"], "more than one format needs --output"),
        (["--to", "xlsx"], "isn't for standard output"),
        (["--to", "pdf"], "not a format"),
        (["--overwrite"], "about files"),
        (["--values", "--output", "out"], "standard output"),
        (["--output", "out.csv"], "looks like a file"),
    ],
)
def test_wrong_calls(tmp_path: Path, capsys: Captured, arguments: list[str], message: str) -> None:
    assert bayou(noise(tmp_path / "a.png"), *arguments) == 2
    assert re.search(message, capsys.readouterr().err)


def test_help_names_the_ready_schemas() -> None:
    assert tuple(READY.split(", ")) == READY_NAMES
    assert FORMATS[0] == "json"
