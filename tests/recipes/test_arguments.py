"""How a recipe is called: settings over its defaults, its plan, its help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bayou.config import save
from bayou.errors import UsageError
from bayou.recipes.arguments import Call, help_text, read_arguments


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage.

    Attributes:
        name: Of the stage.
        steps: How long it takes, said
            over two lines.
    """

    name: str
    steps: int = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """A recipe's.

    Attributes:
        output: Folder of the run.
    """

    output: Path = Path("runs/one")
    stages: tuple[Stage, ...] = (Stage("first"), Stage("second"))
    rates: tuple[float, float] = (0.5, 1.0)


def test_settings_are_changed_by_name() -> None:
    call = read_arguments("some", Settings(), ["stages.second.steps=9", "output=elsewhere", "--plan"], "About.")
    assert call == Call(Settings(Path("elsewhere"), (Stage("first"), Stage("second", 9))), plan=True)
    assert read_arguments("some", Settings(), [], "About.") == Call(Settings())


def test_an_earlier_runs_settings_are_the_start(tmp_path: Path) -> None:
    save(replace(Settings(), rates=(2.0, 3.0)), tmp_path / "settings.json")
    call = read_arguments("some", Settings(), ["--settings", str(tmp_path / "settings.json"), "output=o"], "About.")
    assert call == Call(Settings(Path("o"), rates=(2.0, 3.0)))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--steps", "3"], "'--steps': settings are given as name=value"),
        (["steps"], "'steps': settings are given as name=value"),
        (["stages.third.steps=3"], r"no setting 'stages\.third\.steps'; bayou train some --help"),
        (["stages.first.steps=x"], r"stages\[0\]\.steps is int, not 'x'"),
        (["--settings"], "--settings needs a file"),
        (["--settings", "absent.json"], r"absent\.json: can't be read"),
    ],
)
def test_wrong_arguments_are_named(argv: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_arguments("some", Settings(), argv, "About.")


def test_help_says_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_arguments("some", Settings(), ["a=1", "--help"], "About it.") is None
    page = capsys.readouterr().out
    assert page == help_text("some", Settings(), "About it.") + "\n"
    assert "output=runs/one\n      Folder of the run.\n" in page
    assert "  stages.second.steps=3\n      How long it takes, said over two lines.\n" in page
    assert "  rates=[0.5, 1.0]\n" in page


def test_help_does_not_list_what_is_long() -> None:
    many = Settings(stages=tuple(Stage(str(number)) for number in range(9)))
    page = help_text("some", many, "About it.")
    assert "  stages=[9 of them]\n" in page
    assert "stages.3" not in page
