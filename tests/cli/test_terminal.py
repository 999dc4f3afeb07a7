"""On a terminal there is a progress bar, on standard error alone; through a pipe there is none."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from bayou.cli.main import main
from bayou.cli.terminal import ConversionReport
from tests.reading.documents import folder_of
from tests.reading.size_reader import make_size_reader


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(monkeypatch: pytest.MonkeyPatch, terminals: tuple[str, ...], *arguments: str | Path) -> dict[str, str]:
    streams = {name: Terminal() if name in terminals else io.StringIO() for name in ("stdout", "stderr")}
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with monkeypatch.context() as patch:
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        code = main(["read", *map(str, arguments)], make_size_reader)
    assert code in {0, 10}
    return {name: stream.getvalue() for name, stream in streams.items()}


def test_a_bar_on_a_terminal_and_messages_above_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scans = folder_of(tmp_path / "scans", 3)
    (scans / "a[b]c.png").write_bytes(b"")
    shown = run(monkeypatch, ("stderr", "stdout"), scans, "-o", tmp_path / "out")
    assert shown["stdout"] == ""
    assert "4/4" in shown["stderr"]
    assert "3 pages" in shown["stderr"]
    assert "a[b]c.png: the file is empty" in shown["stderr"]
    assert "3 read, 0 unchanged, 1 failed" in shown["stderr"]


@pytest.mark.usefixtures("one_process")
def test_no_bar_through_a_pipe_nor_when_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scans = folder_of(tmp_path / "scans", 2)
    assert run(monkeypatch, (), scans, "-o", tmp_path / "out") == {"stdout": "", "stderr": ""}
    assert run(monkeypatch, ("stderr",), scans, "-o", tmp_path / "o2", "-q") == {"stdout": "", "stderr": ""}


@pytest.mark.usefixtures("one_process")
def test_no_bar_between_the_lines_of_a_text_on_the_same_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run(monkeypatch, ("stdout", "stderr"), folder_of(tmp_path, 2))
    assert shown["stderr"] == ""
    assert len(shown["stdout"].splitlines()) == 2


def test_a_conversion_is_told_once_and_counted_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, expected in (
        (io.StringIO(), "bayou: converting the model for this computer, which happens once\n"),
        (Terminal(), "".join(f"\rbayou: converting the model, once: {percent} %" for percent in (0, 50, 100)) + "\n"),
    ):
        report = ConversionReport()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stream)
            for share in (0.0, 0.001, 0.5, 0.509, 1.0):
                report(share)
        assert stream.getvalue() == expected
