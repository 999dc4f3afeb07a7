"""The program itself: quick to start, its version, its errors, its exit codes as documented."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bayou import __version__, errors
from bayou.cli import exit_codes
from bayou.cli.main import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]
HELP_SECONDS_BOUND = 0.4
Captured = pytest.CaptureFixture[str]


HELP = """
import atexit, sys, time
atexit.register(lambda: print(time.process_time(), file=sys.stderr))
from bayou.cli.main import main
sys.exit(main(["--help"]))
"""


def test_help_is_quick_and_lists_the_commands() -> None:
    seconds = []
    for _ in range(3):
        run = subprocess.run([sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True)
        seconds.append(float(run.stderr))
        assert run.returncode == 0
        assert all(command in run.stdout for command in COMMANDS)
    assert min(seconds) < HELP_SECONDS_BOUND


def test_the_package_is_the_program() -> None:
    run = subprocess.run([sys.executable, "-m", "bayou", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, f"bayou {__version__}\n")


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from bayou.cli.main import main; main(['read', '--help']); print(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"numpy", "PIL", "rich", "openvino", "cv2", "torch", "psutil"} & set(run.stderr.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_where_the_table_says(command: str, capsys: Captured) -> None:
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"bayou {command}" in out
    assert "RANGE " not in out, "a number is shown as N"


def test_version(capsys: Captured) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bayou {__version__}\n"


def test_an_unknown_command_is_a_wrong_call(capsys: Captured) -> None:
    assert main(["reed"]) == 2
    assert "reed" in capsys.readouterr().err
    assert main([]) == 2


def test_the_guide_lists_every_exit_code() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.BayouError)}
    codes |= {value for name, value in vars(exit_codes).items() if name.isupper()} | {0}
    guide = (ROOT / "docs/guide/exit-codes.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", guide, re.MULTILINE)} == codes


def test_the_guide_knows_every_option_of_read() -> None:
    from bayou.cli.read import read

    guide = (ROOT / "docs/guide/read.md").read_text(encoding="utf-8")
    options = {name for parameter in read.params for name in parameter.opts if name.startswith("--")}
    assert {name for name in options if f"`{name}" not in guide} == set()
    assert set(re.findall(r"--[a-z][a-z-]+", guide)) <= options | {"--no-recursive", "--json", "--version", "--help"}
