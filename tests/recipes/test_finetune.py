"""Fine-tuning nano: what is learned can be read with at once, and nothing worse is saved unless told to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bayou.cli.main import main
from bayou.engine.model import load
from bayou.errors import BayouError, UsageError
from bayou.recipes import finetune_nano as recipe
from bayou.recipes.finetune_nano import Outcome, Scores, finetune_nano
from bayou.recipes.finetune_settings import FinetuneSettings
from tests.engine.small_nano import draw_line, write_folder

QUICK = FinetuneSettings(replay=0, epochs=1, views=1, rank=2, lines_a_batch=4, int8_tower=False, device="cpu")
WORDS = "barge tide keel rope salt wind sail oak brass wool clay slate".split()


def some_data(folder: Path) -> Path:
    rows = []
    for number, word in enumerate(WORDS):
        Image.fromarray(draw_line(word)).save(folder / f"{number}.png")
        rows.append(json.dumps({"image": f"{number}.png", "text": word}))
    rows.append(json.dumps({"image": "0.png", "text": "KQX"}))  # this nano doesn't write these letters
    path = folder / "my.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("learns", "method"),
    [
        pytest.param("decoder", "dora", marks=pytest.mark.slow),
        pytest.param("neck", "lora", marks=pytest.mark.slow),
        pytest.param("tower", "full", marks=pytest.mark.slow),
    ],
)
def test_a_finetuned_model_reads_at_once(learns: str, method: str, tmp_path: Path) -> None:
    start, output, said = write_folder(tmp_path / "start"), tmp_path / "new", list[str]()
    settings = replace(QUICK, learns=learns, method=method)
    outcome = finetune_nano(start, some_data(tmp_path), output, settings, force=True, say=said.append)
    assert any("1 lines left out: nano doesn't write K Q X" in line for line in said)
    assert any("10 lines to learn from, 2 held out" in line for line in said)
    assert outcome.yours_after.lines == 2
    assert outcome.ordinary_after is None
    assert len(load(output).read_lines([draw_line("tide")])) == 1
    assert json.loads((output / "finetune.json").read_text())["yours_before"]["lines"] == 2
    assert (output / "run/adapter/adapter_config.json").is_file() == (method != "full")
    assert list((output / "run/stage/logs/rank0/pictures").glob("*.png"))


def test_what_became_worse_is_not_saved_unless_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, data = write_folder(tmp_path / "start"), some_data(tmp_path)
    given = iter([Scores(2, 0.5, 0.1), None, Scores(2, 0.0, 0.4), None] * 2)
    monkeypatch.setattr(recipe, "read_scores", lambda folder, samples: next(given))
    settings = replace(QUICK, learns="decoder")
    with pytest.raises(BayouError, match="not saved: your held-out lines are read no better"):
        finetune_nano(start, data, tmp_path / "new", settings, say=lambda _: None)
    assert not (tmp_path / "new/config.json").exists()
    said: list[str] = []
    finetune_nano(start, data, tmp_path / "new", settings, force=True, say=said.append)
    assert any(line.startswith("going on at step 2 of 2") for line in said)
    assert (tmp_path / "new/config.json").is_file()
    with pytest.raises(UsageError, match="with other settings, data or model was begun here"):
        finetune_nano(start, data, tmp_path / "new", replace(settings, seed=1), say=said.append)


@pytest.mark.parametrize(
    ("after", "ordinary_after", "said"),
    [
        (Scores(9, 0.9, 0.01), Scores(9, 0.86, 0.1), ""),
        (Scores(9, 0.9, 0.01), Scores(9, 0.8, 0.1), "10.0% of ordinary lines were forgotten"),
        (Scores(9, 0.5, 0.05), Scores(9, 0.9, 0.1), ""),
        (Scores(9, 0.5, 0.10), Scores(9, 0.9, 0.1), "read no better"),
        (Scores(9, 0.4, 0.01), Scores(9, 0.9, 0.1), "read no better"),
    ],
)
def test_what_counts_as_worse(after: Scores, ordinary_after: Scores, said: str) -> None:
    outcome = Outcome(Scores(9, 0.5, 0.1), after, Scores(9, 0.9, 0.1), ordinary_after)
    found = recipe._worse(outcome, replace(QUICK, most_forgotten=0.05))
    assert said in found
    assert bool(said) == bool(found)


def test_wrong_asks_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "few.jsonl").write_text("", encoding="utf-8")
    few, there = str(tmp_path / "few.jsonl"), str(tmp_path / "out")
    for arguments, code, said in (
        (["nano", "--data", few, "-o", there, "epochs=x"], 2, "epochs is int, not 'x'"),
        (["nano", "--data", few, "-o", there, "epoch=2"], 2, "there is no setting 'epoch'"),
        (["nano", "--data", few, "-o", there, "replay=1"], 2, "replay from 0 to below 1"),
        (["nano", "--data", few, "-o", there], 3, "only 0 lines to learn from; 10 are the fewest"),
        (["huge", "--data", few, "-o", there], 2, "there is no model 'huge'"),
    ):
        assert main(["finetune", *arguments]) == code
        assert said in capsys.readouterr().err
    assert not (tmp_path / "out/config.json").exists()


def test_help_lists_the_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["finetune", "--help"]) == 0
    page = capsys.readouterr().out
    assert "  method=lora\n" in page
    assert "Times that every view of a line is seen." in page
