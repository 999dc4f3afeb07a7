"""``bayou read`` as a user sees it: what goes to standard output, what to standard error, and the exit code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bayou.cli.main import main
from bayou.cli.read import FORMATS, read
from bayou.documents.raw_page import DEFAULT_DPI, DEFAULT_MAX_PAGES, DEFAULT_MAX_PIXELS
from bayou.reading.folder_outputs import SUFFIX_OF
from bayou.reading.folder_workers import ReadSettings
from tests.reading.documents import blank, folder_of, noise, tree
from tests.reading.size_reader import SizeReader, make_size_reader

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]


def bayou(*arguments: str | Path) -> int:
    return main(["read", *map(str, arguments)], make_size_reader)


def test_the_text_goes_to_standard_output_and_nothing_else_is_said(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(noise(tmp_path / "a.png")) == 0
    out, err = capsys.readouterr()
    assert out.startswith("page 1: 30 x 20 px ")
    assert out.endswith("\n")
    assert err == ""


@pytest.mark.usefixtures("one_process")
def test_several_documents_follow_each_other(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(folder_of(tmp_path, 3), "--to", "json") == 0
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [document["name"] for document in documents] == ["00.png", "01.png", "02.png"]


@pytest.mark.parametrize("format", [format for format in FORMATS if format not in {"pdf", "csv"}])
def test_every_text_format_on_standard_output_equals_the_file(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], format: str
) -> None:
    scan = noise(tmp_path / "a.png")
    assert bayou(scan, "--to", format) == 0
    printed = capsysbinary.readouterr().out
    assert bayou(scan, "--to", format, "--output", tmp_path / "out") == 0
    written = (tmp_path / "out" / f"a.png{SUFFIX_OF[format]}").read_bytes()
    if format == "json":  # files hold no seconds, so that equal content is equal files
        assert json.loads(printed)["pages"][0].pop("seconds") > 0
        assert json.loads(written)["pages"][0].get("seconds", 0) == 0
    else:
        assert printed == written
        assert b"page 1: " in written or b"page</" in written or b"page\n" in written or b'"page"' in written


def test_formats_may_be_listed_repeated_and_shortened(tmp_path: Path) -> None:
    scan = noise(tmp_path / "a.png")
    assert bayou(scan, "--to", "md, TXT", "--to", "json,text", "-o", tmp_path / "out") == 0
    assert list(tree(tmp_path / "out")) == ["a.png.json", "a.png.md", "a.png.txt"]


def test_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    data = noise(tmp_path / "a.png").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert bayou("-") == 0
    assert capsys.readouterr().out.startswith("page 1: 30 x 20 px")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert bayou("-") == 3
    assert "standard input" in capsys.readouterr().err


def test_options_reach_the_reader(tmp_path: Path) -> None:
    seen: list[object] = []

    class Recorder(SizeReader):
        def read(self, source: str | Path | bytes, **options: object) -> object:  # type: ignore[override]
            seen.append(options)
            return super().read(source)

    def make(settings: ReadSettings) -> Recorder:
        seen.append((settings.model, settings.device, settings.runtime, settings.precision))
        return Recorder()

    arguments = "--pages 1-2 --dpi 150 --password xyz --force-ocr --max-pixels 99999 --max-pages 7 --model ppocr"
    arguments += " --device GPU --runtime torch --precision int8"
    assert main(["read", str(noise(tmp_path / "a.png")), *arguments.split()], make) == 0  # type: ignore[arg-type]
    limits = {"max_pixels": 99999, "max_pages": 7}
    on_page = seen[-1].pop("on_page")  # type: ignore[attr-defined]
    assert callable(on_page)
    read_options = {"pages": "1-2", "dpi": 150.0, "password": "xyz", "force_ocr": True, **limits}
    assert seen == [("ppocr", "GPU", "torch", "int8"), read_options]


def test_the_password_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []

    def make(settings: ReadSettings) -> SizeReader:
        seen.append(settings.password)
        return SizeReader()

    monkeypatch.setenv("BAYOU_PASSWORD", "xyz")
    assert main(["read", str(noise(tmp_path / "a.png"))], make) == 0
    assert seen == ["xyz"]


def test_help_states_the_defaults_that_hold() -> None:
    texts = {option.name: option.help for option in read.params if hasattr(option, "help")}
    for name, value in [("dpi", DEFAULT_DPI), ("max_pixels", DEFAULT_MAX_PIXELS), ("max_pages", DEFAULT_MAX_PAGES)]:
        assert f"[default: {value:g}]".replace("1.5e+08", "150000000") in str(texts[name])
    assert tuple(SUFFIX_OF) == (*FORMATS, "record"), "the last is of bayou extract"


def test_a_blank_page_is_said_and_gives_no_text(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(blank(tmp_path / "white.png")) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"bayou: {tmp_path / 'white.png'}: page 1: blank\n"
    assert bayou(tmp_path / "white.png", "--quiet") == 0
    assert capsys.readouterr().err == ""


def test_what_is_said_of_a_page_that_was_read(tmp_path: Path, capsys: Captured) -> None:
    frames = [Image.effect_noise((30, 20), 50 + frame) for frame in range(2)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert bayou(tmp_path / "moving.gif") == 0
    message = "an animation of 2 frames: only the first is read"
    assert capsys.readouterr().err == f"bayou: {tmp_path / 'moving.gif'}: page 1: {message}\n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--to", "text,json"], "--output"),
        (["--to", "pdf"], "--output"),
        (["--overwrite"], "--output"),
        (["--quiet", "--verbose"], "--quiet"),
        (["--pages", "5-2"], "5-2"),
        (["--pages", "x"], "x"),
        (["--model", "unknown"], "ppocr"),
    ],
)
def test_a_wrong_call_is_told_before_anything_is_done(
    tmp_path: Path, capsys: Captured, arguments: list[str], what: str
) -> None:
    assert bayou(noise(tmp_path / "a.png"), *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert what in err


def test_an_output_that_is_meant_to_be_a_file_is_told_that_it_is_a_folder(tmp_path: Path, capsys: Captured) -> None:
    scan, output = noise(tmp_path / "a.png"), tmp_path / "a.PDF"
    assert bayou(scan, "--to", "pdf", "--output", output) == 2
    assert f"{output} looks like a file; --output is a folder" in capsys.readouterr().err
    assert not output.exists()
    output.mkdir()
    assert bayou(scan, "--to", "pdf", "--output", output) == 0


@pytest.mark.parametrize("arguments", [["--to", "docx"], ["--jobs", "0"], ["--nonsense"], ["--dpi", "5"]])
def test_what_click_refuses_is_a_wrong_call_too(tmp_path: Path, capsys: Captured, arguments: list[str]) -> None:
    assert bayou(noise(tmp_path / "a.png"), *arguments) == 2
    assert arguments[0] in capsys.readouterr().err
    assert bayou() == 2


def test_several_documents_in_a_format_that_cannot_follow_itself_need_a_folder(
    tmp_path: Path, capsys: Captured
) -> None:
    assert bayou(folder_of(tmp_path, 2), "--to", "hocr") == 2
    assert "hocr" in capsys.readouterr().err


def test_a_partial_failure_has_its_own_code_and_a_summary(tmp_path: Path, capsys: Captured) -> None:
    scans = folder_of(tmp_path / "scans", 3)
    (scans / "01.png").write_bytes(b"")
    assert bayou(scans, "nowhere.png", "-o", tmp_path / "out") == 10
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines[:2]] == ["nowhere.png", str(scans / "01.png")]
    assert "2 read, 0 unchanged, 2 failed" in lines[2]


@pytest.mark.usefixtures("one_process")
def test_stopping_after_failures_says_what_was_not_begun(tmp_path: Path, capsys: Captured) -> None:
    scans = folder_of(tmp_path / "scans", 4)
    (scans / "00.png").write_bytes(b"")
    assert bayou(scans, "--max-failures", "1", "-o", tmp_path / "out") == 10
    assert "stopped after 1 failure; 3 files not begun" in capsys.readouterr().err


def test_verbose_tells_of_each_file_and_where_a_fault_lies(tmp_path: Path, capsys: Captured) -> None:
    noise(tmp_path / "fault.png")
    noise(tmp_path / "a.png")
    assert bayou(tmp_path, "-v") == 10
    err = capsys.readouterr().err
    assert f"{tmp_path / 'a.png'}: read, 1 page" in err
    assert "size_reader.py" in err
    assert bayou(tmp_path / "fault.png") == 1
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert "unexpected KeyError" in err


@pytest.mark.usefixtures("one_process")
def test_output_into_the_folder_that_is_read(tmp_path: Path) -> None:
    scans = folder_of(tmp_path, 3)
    assert bayou(scans, "--to", "pdf", "-o", scans) == 0
    first = tree(scans)
    assert bayou(scans, "--to", "pdf", "-o", scans) == 0
    assert tree(scans) == first
    assert bayou(*sorted(scans.glob("*")), "--to", "pdf", "-o", scans) == 0  # as a shell expands scans/*
    assert tree(scans) == first


def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(noise(tmp_path / "interrupt.png"), "-o", tmp_path / "out") == 130
    assert "interrupted: 0 of 1 file done; the same command again goes on from here" in capsys.readouterr().err
    assert tree(tmp_path / "out") == {}


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    """As in ``bayou read … | head -0``."""
    command = [sys.executable, "-m", "tests.cli.program", "read", str(folder_of(tmp_path, 3))]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), err) == (141, b"")


@pytest.mark.usefixtures("one_process")
def test_names_that_are_no_unicode(tmp_path: Path, capfd: Captured) -> None:
    name = os.fsdecode(b"gr\xfc\xdfe.png")
    try:
        (tmp_path / name).write_bytes(noise(tmp_path / "a.png").read_bytes())
    except OSError:
        pytest.skip("this file system has no such names")
    (tmp_path / "a.png").write_bytes(b"")
    for _ in range(2):
        assert bayou(tmp_path, "-o", tmp_path / "out", "-v") == 10
    assert os.fsdecode(b"gr\xfc\xdfe.png.txt") in tree(tmp_path / "out")
    assert "1 unchanged" in capfd.readouterr().err
