"""A run's log to curves, and curves to pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bayou.cli.main import main
from bayou.errors import InputError, UsageError
from bayou.training.run_curves import Curve, read_runs
from bayou.training.run_log import RunLog
from bayou.training.run_plot import panels, plot_runs


def some_run(folder: Path, steps: int = 4) -> Path:
    with RunLog(folder / "logs/rank0") as log:
        for step in range(1, steps + 1):
            log.write(step, {"loss": 1 / step, "text_loss/a": 2.0, "text_loss/b": float("nan"), "data_wait": 0.01})
        log.write(steps, {"validation/exact": 0.5, "validation/draft_exact": 0.4, "validation/x/exact": 0.6})
        log.picture(steps, "readings", np.zeros((8, 9, 3), np.uint8))
    return folder


def test_curves_are_what_was_logged_and_the_later_of_a_step(tmp_path: Path) -> None:
    log = some_run(tmp_path / "run") / "logs/rank0/log.jsonl"
    rows = [json.loads(row) for row in log.read_text().splitlines()]
    assert rows[0]["text_loss/b"] is None
    with log.open("a") as file:
        file.write(json.dumps({"step": 3, "time": 0, "loss": 9.0}) + "\n")
    (run,) = read_runs([tmp_path / "run"])
    assert run.name == "run/rank0"
    assert run.curves["loss"] == Curve([1, 2, 3, 4], [1.0, 0.5, 9.0, 0.25])
    assert "text_loss/b" not in run.curves
    assert [path.name for path in run.pictures] == ["readings-0000004.png"]


def test_what_belongs_together_shares_a_panel(tmp_path: Path) -> None:
    groups = panels(read_runs([some_run(tmp_path)]))
    assert groups["text_loss"] == ["text_loss/a"]
    assert groups["validation/exact"] == ["validation/draft_exact", "validation/exact"]
    assert groups["validation/exact by source"] == ["validation/x/exact"]


@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_runs_are_drawn(ending: str, tmp_path: Path) -> None:
    runs = read_runs([some_run(tmp_path / "one"), some_run(tmp_path / "other", 2)])
    target = tmp_path / f"plot.{ending}"
    plot_runs(runs, target)
    if ending == "png":
        picture = np.asarray(Image.open(target).convert("L"))
        assert picture.shape[1] > 1000
        assert len(np.unique(picture)) > 20
        return
    text = target.read_text()
    assert "<svg" in text
    assert text.count("data:image/png;base64") == (2 if ending == "html" else 0)


def test_the_command_draws_into_the_run_by_default(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    some_run(tmp_path / "run")
    assert main(["plot", str(tmp_path / "run")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "run/plot.png")
    assert (tmp_path / "run/plot.png").stat().st_size > 1000


def test_wrong_asks_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no log\.jsonl in it"):
        read_runs([tmp_path])
    (tmp_path / "log.jsonl").write_text('{"loss": 1}\n')
    with pytest.raises(InputError, match=r"log\.jsonl: line 1 is no entry"):
        read_runs([tmp_path])
    with pytest.raises(UsageError, match=r"one of \.png, \.svg, \.html"):
        plot_runs([], tmp_path / "plot.gif")
