"""What the documentation shows runs: Python blocks, cheap console lines, links, and the tables that programs print.

In Markdown, ```` ```python ```` blocks run from top to bottom of a page in one process, and of ```` ```console ````
blocks the lines that call ``bayou`` run; everything else that isn't meant to run stands in ```` ```sh ```` or
```` ```text ````.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bulk_tables, evaluation_tables, performance_page

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
CONSOLE_PROGRAMS = {"bayou", ".venv/bin/bayou"}
SECONDS = 300


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(path.read_text(encoding="utf-8")) if found == language]


def console_commands(path: Path) -> list[str]:
    lines = [line for text in blocks(path, "console") for line in text.splitlines() if line.startswith("$ ")]
    return [line[2:] for line in lines if shlex.split(line[2:])[0] in CONSOLE_PROGRAMS]


WITH_PYTHON = [path for path in PAGES if blocks(path, "python")]
COMMANDS = [(path, command) for path in PAGES for command in console_commands(path)]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder to run in that has the examples where the documentation says they are."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


def run(command: list[str], folder: Path) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert result.returncode == 0, f"{shlex.join(command)}\n{result.stdout}\n{result.stderr}"


@pytest.mark.parametrize("path", WITH_PYTHON, ids=name)
def test_python_blocks_run(path: Path, workspace: Path) -> None:
    run([sys.executable, "-c", "\n".join(blocks(path, "python"))], workspace)


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[f"{name(p)}: {c}" for p, c in COMMANDS])
def test_console_commands_run(path: Path, command: str, workspace: Path) -> None:
    arguments = shlex.split(command, comments=True)[1:]
    program = "import sys; from bayou.cli.main import main; sys.exit(main())"
    run([sys.executable, "-c", program, *arguments], workspace)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    targets = [t.partition("#")[0] for t in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in t]
    missing = [target for target in targets if target and not (path.parent / target).exists()]
    assert not missing


def test_scripts_that_the_documentation_names_exist() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    scripts = set(re.findall(r"(?<![\w/])(?:scripts|benchmarks|examples)/\w+(?:\.\w+)?(?![\w/])", text))
    missing = sorted(script for script in scripts if not (ROOT / script).exists())
    assert scripts and not missing


def test_the_performance_page_is_made_from_the_results() -> None:
    assert performance_page.PAGE.read_text(encoding="utf-8") == performance_page.page()


def test_the_tables_of_the_evaluation_page_are_made_from_the_results() -> None:
    page = evaluation_tables.PAGE.read_text(encoding="utf-8")
    assert page == evaluation_tables.filled(page)


def test_the_table_of_the_bulk_page_is_made_from_the_results() -> None:
    page = bulk_tables.PAGE.read_text(encoding="utf-8")
    assert page == bulk_tables.filled(page)
