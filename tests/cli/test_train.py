"""``bayou train`` hands its arguments over, and says what to install where something is missing."""

from __future__ import annotations

import sys

import pytest

from bayou.cli import train
from bayou.cli.main import main

Captured = pytest.CaptureFixture[str]


def test_the_arguments_go_to_the_recipe_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def program(argv: list[str]) -> int:
        seen.append(argv)
        return 5

    monkeypatch.setattr(train, "load_recipe", lambda recipe: program)
    arguments = ["--output", "x", "--help", "--steps=3", "--", "-v"]
    assert main(["train", "nano", *arguments]) == 5
    assert seen == [arguments]


def test_a_plan_starts_nothing(capsys: Captured) -> None:
    assert main(["train", "small", "--plan", "plan.gpu=A100", "stages.ocr.steps=10"]) == 0
    out = capsys.readouterr().out
    assert "826,295,808 parameters" in out
    assert "8 A100" in out
    assert "10 steps of 32 packs" in out


def test_what_can_not_be_planned_is_named(capsys: Captured) -> None:
    for wrong, said in (
        ("plan.gpu=H9", "no GPU is called 'H9'"),
        ("plan.gpus=7", "lanes=8 can't be shared out among 7 processes"),
        ("stages.last.steps=1", "no setting 'stages.last.steps'"),
        ("member=giant", "no member of the family is called 'giant'"),
    ):
        assert main(["train", "base", "--plan", wrong]) == 2
        assert said in capsys.readouterr().err


def test_an_unknown_member_lists_those_there_are(capsys: Captured) -> None:
    assert main(["train", "giant"]) == 2
    err = capsys.readouterr().err
    assert "giant" in err
    assert "nano" in err


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "torch" or name == "bayou.recipes.nano"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    import bayou.recipes

    monkeypatch.delattr(bayou.recipes, "nano", raising=False)
    assert main(["train", "nano", "--help"]) == 8
    err = capsys.readouterr().err
    assert 'pip install "bayou[train]"' in err
    assert "torch" in err
