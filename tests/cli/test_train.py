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
