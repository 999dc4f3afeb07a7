"""A nano between two: each weight on the way from one to the other, and a folder that reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from bayou.engine.loading import model_folder
from bayou.errors import UsageError
from bayou.inputs.characters import CharacterTokenizer
from bayou.recipes import line_blend, nano
from bayou.recipes.nano_lines import head_alphabet, vocabulary
from bayou.training.line_export import Spelling, write_line_model


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model with every weight a tenth larger."""
    folder = tmp_path_factory.mktemp("later")
    model = nano.new_nano(0, model_folder("nano"), nano.TOWER)
    with torch.no_grad():
        for weight in model.state_dict().values():
            weight.mul_(1.1)
    write_line_model(folder, model, Spelling(head_alphabet("published"), CharacterTokenizer(vocabulary())), 0.9, False)
    return folder


@pytest.mark.parametrize(("share", "factor"), [(0.0, 1.0), (0.7, 1.07), (1.0, 1.1)])
def test_every_weight_is_that_share_of_the_way(later: Path, share: float, factor: float) -> None:
    shipped = model_folder("nano")
    before = nano.new_nano(0, shipped, nano.TOWER).state_dict()
    for name, value in line_blend.blended(shipped, later, share).state_dict().items():
        torch.testing.assert_close(value, before[name] * factor, msg=lambda said, name=name: f"{name}: {said}")


def test_a_share_that_lies_between_nothing_is_named(later: Path) -> None:
    with pytest.raises(UsageError, match=re.escape("a share of 1.2")):
        line_blend.blended(model_folder("nano"), later, 1.2)


def test_the_folders_keep_the_later_threshold(later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    monkeypatch.setattr(line_blend, "write_folders", lambda *given: written.append(given))
    line_blend.main([str(model_folder("nano")), str(later), "0.5", str(tmp_path / "out"), "--real", str(tmp_path)])
    ((folder, _, threshold, config),) = written
    assert (folder, threshold, config.data.real) == (tmp_path / "out", 0.9, tmp_path)
