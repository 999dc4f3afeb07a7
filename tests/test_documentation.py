"""What the documentation shows runs: Python blocks, cheap console lines, links, and the tables that programs print.

In Markdown, ```` ```python ```` blocks run from top to bottom of a page with names of their own, and of
```` ```console ```` blocks the lines that call ``bayou`` run and print what stands below them; everything else that
isn't meant to run stands in ```` ```sh ```` or ```` ```text ````. The invoice they read is a shorter one.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from bayou.cli.main import main
from scripts import bulk_tables, evaluation_tables, performance_page
from tests.example_page import short_invoice

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")
CONSOLE_PROGRAMS = {"bayou", ".venv/bin/bayou"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(path.read_text(encoding="utf-8")) if found == language]


def console_commands(path: Path) -> list[tuple[str, str]]:
    """Each command that calls bayou, and what is shown below it."""
    found = []
    for text in blocks(path, "console"):
        for shown in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, output = shown.partition("\n")
            if shlex.split(command)[0] in CONSOLE_PROGRAMS:
                found.append((command, output))
    return found


WITH_PYTHON = [path for path in PAGES if blocks(path, "python")]
COMMANDS = [(path, *shown) for path in PAGES for shown in console_commands(path)]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to run in that has the examples where the documentation says they are."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    short_invoice(tmp_path / "examples/invoice.png")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if path.parent == ROOT else pytest.mark.slow, id=name(path)) for path in WITH_PYTHON],
)
def test_python_blocks_run(path: Path) -> None:
    program = compile("\n".join(blocks(path, "python")), name(path), "exec", dont_inherit=True)
    exec(program, {"__name__": "__main__"})


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("path", "command", "output"),
    [
        pytest.param(path, *shown, marks=pytest.mark.slow if number else [], id=f"{name(path)}: {shown[0]}")
        for number, (path, *shown) in enumerate(COMMANDS)
    ],
)
def test_console_commands_run(path: Path, command: str, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(shlex.split(command, comments=True)[1:])
    printed, said = capsys.readouterr()
    assert code == 0, said
    assert output.strip() in printed


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
