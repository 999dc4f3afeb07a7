"""``bayou bulk``: wrong calls and bad inputs are told before anything is made or Ray is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayou.bulk.summary import RunFigures, Subject, summary_of
from bayou.cli.bulk import BulkReport
from bayou.cli.main import main
from tests.bulk.scans import picture


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["absent"], 3, "no such file or folder"),
        (["a.png", "--model", "unknown"], 2, "no model"),
        (["a.png", "--overwrite", "--retry-failed"], 2, "--retry-failed away"),
        (["a.png", "--pages", "x"], 2, "isn't understood"),
        (["a.png", "--id-column", "id"], 2, "--column"),
        (["a.png", "--schema", "no-such-schema"], 2, "no-such-schema"),
        (["a.png", "--to", "csv"], 2, "csv"),
        (["nothing://x/y"], 2, "nothing://x/y"),
        (["empty"], 3, "looked for .bmp"),
        (["memory://nobody/here"], 3, "looked for .bmp"),
        (["none.txt"], 3, "a path or URL a line"),
        (["a.png", "--address", "127.0.0.1:9"], 2, "no Ray at 127.0.0.1:9"),
        (["a.png", "--address", "ray://127.0.0.1:9"], 2, "`ray status`"),
    ],
)
def test_wrong_calls(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    picture(tmp_path / "a.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.txt").touch()
    assert main(["bulk", *arguments, "--output", "out"]) == code
    assert said in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    scan = picture(tmp_path / "a.png")
    for output in (scan, scan / "deep"):
        assert main(["bulk", str(scan), "--output", str(output)]) == 6
        assert f"{output}: a file is where a folder is needed; choose another" in capfd.readouterr().err
    assert picture(tmp_path / "b.png").read_bytes() == scan.read_bytes(), "it stays as it was"


def test_a_report_tells_what_failed(capfd: pytest.CaptureFixture[str]) -> None:
    summary = summary_of(Subject("/scans", "nano", "0123", 2, 5), [], RunFigures(5, 10.0, 1.0, 2))
    BulkReport(quiet=False).summary(summary, "out/")
    said = capfd.readouterr().err
    assert "5 pages of 2 documents, none failed" in said and "0.50 pages/s" in said and "out/_report.html" in said
    BulkReport(quiet=True).summary(summary, "out")
    assert capfd.readouterr().err == ""
