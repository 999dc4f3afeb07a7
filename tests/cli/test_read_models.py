"""``bayou read`` with a member that sees whole pages, and with a server: files, messages and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from bayou.cli.main import main
from bayou.engine.pulled import Pulled, remember
from bayou.reading.folder_workers import ReadSettings
from tests.engine.imitation_server import answers, imitation, refuses
from tests.golden_set import golden
from tests.reading.documents import folder_of, noise
from tests.reading.drawn_pages import PROSE, draw_lines
from tests.reading.size_reader import SizeReader

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("BAYOU_API_KEY", raising=False)


def page(folder: Path) -> Path:
    path = folder / "page.png"
    Image.fromarray(draw_lines(PROSE[:2], 700, 200)).save(path)
    return path


@pytest.mark.slow
def test_a_page_that_a_folder_of_weights_never_finishes_is_a_failure(tmp_path: Path, capsys: Captured) -> None:
    call = ["read", str(page(tmp_path)), "--model", str(golden("tiny-800m")), "--precision", "float32"]
    assert main([*call, "--max-new-tokens", "6", "--to", "json"]) == 3
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert (document["model"], document["pages"][0]["status"]) == ("tiny-800m", "failed")
    assert "tiny-800m was cut off after 6 tokens; --max-new-tokens raises the limit" in err


@pytest.mark.slow
def test_a_folder_run_asks_a_server_once_a_page_and_not_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYOU_API_KEY", "secret")
    scans = tmp_path / "scans"
    scans.mkdir()
    page(scans)
    text = "\n".join(PROSE[:2])
    with imitation(answers(text)) as server:
        call = [
            "read",
            str(scans),
            "--runtime",
            "endpoint",
            "--url",
            server.url,
            "--model",
            "h2ovl",
            "--to",
            "json,text",
        ]
        call += ["--output", str(tmp_path / "out")]
        assert main(call) == 0
        assert main(call) == 0
        assert (len(server.requests), server.headers[0]["Authorization"]) == (1, "Bearer secret")
        assert main([*call, "--max-new-tokens", "9"]) == 0
        assert (len(server.requests), server.requests[-1]["max_tokens"]) == (2, 9)
    assert (tmp_path / "out/page.png.txt").read_text() == text + "\n"
    assert json.loads((tmp_path / "out/page.png.json").read_text())["model"] == "h2ovl"
    assert "secret" not in (tmp_path / "out/bayou-manifest.jsonl").read_text()


def test_a_server_that_refuses_ends_the_run_at_the_first_page(tmp_path: Path, capsys: Captured) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    page(scans).rename(scans / "a.png")
    page(scans).rename(scans / "b.png")
    with imitation(refuses(404), models=["other"]) as server:
        assert main(["read", str(scans), "--runtime", "endpoint", "--url", server.url, "--model", "h2ovl"]) == 7
        assert len(server.requests) == 1
    assert "no model 'h2ovl'" in capsys.readouterr().err


def test_options_of_models_reach_the_reader(tmp_path: Path) -> None:
    seen: list[ReadSettings] = []

    def make(settings: ReadSettings) -> SizeReader:
        seen.append(settings)
        return SizeReader()

    call = ["read", str(noise(tmp_path / "a.png"))]
    options = "--runtime endpoint --url http://h/v1 --api-key secret --model m --max-memory 2GiB --max-tiles 3"
    assert main([*call, *options.split(), "--max-new-tokens", "7", "--skip-blank-tiles"], make) == 0
    (settings,) = seen
    assert (settings.model, settings.url, settings.api_key) == ("m", "http://h/v1", "secret")
    assert (settings.max_memory, settings.max_tiles, settings.max_new_tokens) == (2**31, 3, 7)
    assert settings.skip_blank_tiles and "secret" not in repr(settings)
    assert main(call, make) == 0
    assert (seen[1].model, seen[1].max_new_tokens) == ("nano", None)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--runtime", "endpoint"], "--url"),
        (["--runtime", "endpoint", "--url", "http://h/v1"], "--model NAME"),
        (["--url", "http://h/v1"], "--runtime endpoint"),
        (["--runtime", "endpoint", "--url", "nonsense", "--model", "m"], "no address"),
        (["--runtime", "endpoint", "--url", "http://h/v1", "--model", "m", "--precision", "int8"], "its own precision"),
    ],
)
def test_wrong_calls_are_told_before_anything_is_read(
    tmp_path: Path, capsys: Captured, arguments: list[str], what: str
) -> None:
    assert main(["read", str(folder_of(tmp_path / "in", 1)), *arguments]) == 2
    assert what in capsys.readouterr().err


@pytest.mark.slow
def test_a_short_name_is_what_was_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setenv("BAYOU_MODELS", str(tmp_path / "models"))
    call = ["read", str(page(tmp_path)), "--max-new-tokens", "6", "--precision", "float32", "--to", "json", "--model"]
    assert main([*call, "800m"]) == 2
    assert "bayou pull 800m" in capsys.readouterr().err
    remember("h2oai/h2ovl-mississippi-800m", Pulled(str(golden("tiny-800m"))))
    for name in ("800m", "h2oai/h2ovl-mississippi-800m"):
        assert main([*call, name]) == 3
        assert json.loads(capsys.readouterr().out)["model"] == name


def test_too_little_memory_is_told_before_anything_is_read(tmp_path: Path, capsys: Captured) -> None:
    call = ["read", str(noise(tmp_path / "a.png")), "--model", str(golden("tiny-800m")), "--max-memory", "1MB"]
    assert main(call) == 2
    assert "of memory is too little" in capsys.readouterr().err
