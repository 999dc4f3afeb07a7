"""nano's recipe: its settings, its plan, its lines; not a run, which takes minutes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bayou.data import mixed_lines
from bayou.data.mixed_lines import MixedLines
from bayou.data.packed_lines import read_packed, write_packed
from bayou.data.real import RealLine, RealLines, cut_out
from bayou.data.sample import LineSample
from bayou.errors import InputError, UsageError
from bayou.recipes import nano
from bayou.training.settings import LineData, LineTrainingConfig

Captured = pytest.CaptureFixture[str]


def test_the_plan_says_what_a_run_takes_and_starts_nothing(tmp_path: Path, capsys: Captured) -> None:
    output = tmp_path / "run"
    assert nano.main([f"output={output}", "stages.decoder.steps=100", "stages.tower.steps=10", "--plan"]) == 0
    said = capsys.readouterr().out
    assert "vision_model" in said
    assert "stage decoder: 2,566,884 parameters learn, 100 steps, 4,800 line views" in said
    assert "stage neck: left out" in said
    assert "stage tower: 7,833,434 parameters learn, 10 steps, 80 line views" in said
    assert not output.exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["stages.decoder.steps=0"], "nothing to train"),
        (["stages.tower.name=decoder"], "two stages have the same name"),
        (["data.views=0"], "are at least 1"),
        (["steps=5"], "there is no setting 'steps'"),
        (["device=gpu"], "device is one of 'auto', 'cpu', 'cuda'"),
        (["--steps", "5"], "settings are given as name=value"),
    ],
)
def test_settings_that_cannot_be_are_named(argv: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        nano.main(argv)


def test_ranks_are_torchruns_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UsageError, match="leave ranks at 1"):
        nano.check(LineTrainingConfig(ranks=2))


def some_lines() -> list[RealLine]:
    picture = np.random.default_rng(0).integers(0, 255, (40, 120, 3)).astype(np.uint8)
    png, box = cut_out(picture, (10, 10, 90, 30))
    return [RealLine(f"sroie/{n}#0", f"text {n} é", "sroie", True, png, box) for n in range(60)]


def test_packed_lines_come_back_and_keep_their_parts(tmp_path: Path) -> None:
    lines, path = some_lines(), tmp_path / "real.safetensors"
    write_packed(path, lines)
    assert [path] == list(tmp_path.iterdir())
    assert RealLines.find(path, "all").lines == lines
    train, kept = RealLines.find(path).lines, RealLines.find(path, "validation").lines
    assert kept
    assert sorted([*train, *kept], key=lambda line: line.key) == sorted(lines, key=lambda line: line.key)
    path.write_bytes(b"torn")
    with pytest.raises(InputError, match=r"real\.safetensors: not a file of packed lines"):
        read_packed(path)


def test_real_crops_stand_among_the_lines_by_their_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_packed(tmp_path / "real.safetensors", some_lines())
    drawn = LineSample(np.zeros((4, 4, 3), np.uint8), "drawn", "synthetic/document")
    monkeypatch.setattr(mixed_lines, "render_line", lambda seed, number: replace(drawn, text=f"{seed} {number}"))
    mix = MixedLines(7, tmp_path / "real.safetensors", 0.4)
    samples = [mix(number) for number in range(200)]
    share = sum(sample.source == "sroie" for sample in samples) / 200
    assert 0.3 < share < 0.5
    assert [s.text for s in samples] == [mix(number).text for number in range(200)]
    assert all(s.text == f"7 {n}" for n, s in enumerate(samples) if s.source != "sroie")
    assert MixedLines(7)(3).text == "7 3"


def test_settings_survive_their_file(tmp_path: Path) -> None:
    from bayou.config import load, save

    config = LineTrainingConfig(tmp_path, data=LineData(real=tmp_path / "real", workers=3))
    save(config, tmp_path / "settings.json")
    assert load(LineTrainingConfig, tmp_path / "settings.json") == config
