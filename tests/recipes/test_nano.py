"""nano's recipe: its settings, its plan, its lines; not a run, which takes minutes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from bayou.data import mixed_lines
from bayou.data.mixed_lines import MixedLines
from bayou.data.packed_lines import read_packed, write_packed
from bayou.data.real import RealLine, RealLines, cut_out
from bayou.data.sample import LineSample
from bayou.data.synthetic.no_text import SOURCE as NO_TEXT
from bayou.errors import InputError, UsageError
from bayou.model.line_vlm import LineVLM
from bayou.recipes import nano, nano_lines
from bayou.training.line_validation import LineJudge
from bayou.training.settings import LineData, LineTrainingConfig
from tests.data.made_digits import write_digits

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
        (["tower=vit"], "stages.decoder.steps=0"),
        (["data.views=0"], "are at least 1"),
        (["data.mix.scene=-1"], "none below"),
        (["data.digit_lines=5"], "needs data.digits"),
        (["steps=5"], "there is no setting 'steps'"),
        (["stages.tower.still_blocks=-1"], "still_blocks counts blocks"),
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
    monkeypatch.setattr(mixed_lines, "render_line", lambda seed, number, mix: replace(drawn, text=f"{seed} {number}"))
    mix = MixedLines(7, tmp_path / "real.safetensors", 0.4)
    samples = [mix(number) for number in range(200)]
    share = sum(sample.source == "sroie" for sample in samples) / 200
    assert 0.3 < share < 0.5
    assert [s.text for s in samples] == [mix(number).text for number in range(200)]
    assert all(s.text == f"7 {n}" for n, s in enumerate(samples) if s.source != "sroie")
    assert MixedLines(7)(3).text == "7 3"


def test_receipts_are_as_likely_beside_words_as_asked(tmp_path: Path) -> None:
    receipts = some_lines()
    words = [replace(line, key=f"icdar2015_words/{k}", source="icdar2015_words") for k, line in enumerate(receipts)]
    write_packed(tmp_path / "both.safetensors", [*receipts, *words])
    mix = MixedLines(7, tmp_path / "both.safetensors", 1.0, receipt_share=0.25)
    assert 0.13 < sum(mix(number).source == "sroie" for number in range(400)) / 400 < 0.27


def test_digits_that_people_wrote_stand_among_drawn_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Digits:
        def line(self, seed: int, number: int) -> LineSample:
            return LineSample(np.zeros((4, 4, 3), np.uint8), f"{seed} {number}", "synthetic/digits")

    drawn = LineSample(np.zeros((4, 4, 3), np.uint8), "drawn", "synthetic/document")
    monkeypatch.setattr(mixed_lines, "render_line", lambda seed, number, mix: drawn)
    monkeypatch.setattr(mixed_lines, "hand_digits", lambda folder: Digits())
    samples = [MixedLines(7, digits=tmp_path, digit_share=0.3)(number) for number in range(300)]
    assert 0.2 < sum(sample.source == "synthetic/digits" for sample in samples) / 300 < 0.4
    assert all(s.text == f"7 {n}" for n, s in enumerate(samples) if s.source == "synthetic/digits")


def test_crops_without_text_stand_among_drawn_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    stripes = np.tile(np.array([0, 0, 255, 255], np.uint8)[None, :, None], (30, 40, 3))
    monkeypatch.setattr(mixed_lines, "render_line", lambda *_: LineSample(stripes, "drawn", "synthetic/document"))
    samples = [MixedLines(7, no_text_share=0.4)(number) for number in range(300)]
    silent = [sample for sample in samples if sample.source == NO_TEXT]
    assert 0.3 < len(silent) / 300 < 0.5
    assert all(sample.text == "" and not np.array_equal(sample.image, stripes) for sample in silent)
    assert all(sample.text == "drawn" for sample in samples if sample.source != NO_TEXT)
    again = [MixedLines(7, no_text_share=0.4)(number) for number in range(40)]
    assert all(np.array_equal(one.image, other.image) for one, other in zip(samples, again, strict=False))


def test_settings_survive_their_file(tmp_path: Path) -> None:
    from bayou.config import load, save

    config = LineTrainingConfig(tmp_path, data=LineData(real=tmp_path / "real", workers=3))
    save(config, tmp_path / "settings.json")
    assert load(LineTrainingConfig, tmp_path / "settings.json") == config


def test_shards_hold_real_lines_views_and_digits_as_the_settings_say(tmp_path: Path) -> None:
    write_packed(tmp_path / "real.safetensors", some_lines())
    write_digits(tmp_path)
    data = LineData(
        real=tmp_path / "real.safetensors",
        real_views=2,
        receipt_share=0.5,
        synthetic_lines=0,
        digits=tmp_path,
        digit_lines=4,
    )
    parts = dict(nano_lines.sample_shards(LineTrainingConfig(seed=1, data=data)))
    assert list(parts) == ["real-1-0-000", "real-1-1-000", "digits-1-00000"]
    first, second, digits = ([sample.text for sample in samples] for samples in parts.values())
    learned = len(RealLines.find(data.real or tmp_path))
    assert 0 < len(first) < learned and 0 < len(second) < learned
    assert first != second
    assert len(digits) == 4


def test_held_out_digits_are_watched_where_there_are_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_digits(tmp_path)
    monkeypatch.setattr(nano_lines, "validation_lines", lambda count: [])
    config = LineTrainingConfig(data=LineData(digits=tmp_path, validation_lines=3))
    watched = nano_lines.validation_samples(config)
    assert len(watched) == 3
    assert {sample.source for sample in watched} <= set(nano_lines.SOURCES)


def test_the_best_share_of_what_was_learned_is_kept_with_each_sources_scores(tmp_path: Path) -> None:
    class Judge:
        names = ("near", "far")

        def __call__(self, model: torch.nn.Linear) -> dict[str, float]:
            off = abs(model.weight.item() - 3)  # best half way from 2 to 4
            return {"validation/near/exact": 1 - off, "validation/far/exact": 0.5 - off}

    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(model.weight, 4.0)
    before = {"weight": torch.full((1, 1), 2.0)}
    nano._blend(tmp_path, cast(LineVLM, model), before, lambda: cast(LineJudge, Judge()))
    assert model.weight.item() == 3
    kept = json.loads((tmp_path / "blend.json").read_text(encoding="utf-8"))
    assert kept["chosen"] == 0.5
    assert kept["exact"]["0.5"] == 0.75
    scores = json.loads((tmp_path / "blend_scores.json").read_text(encoding="utf-8"))
    assert scores["0.0"]["validation/far/exact"] == -0.5
