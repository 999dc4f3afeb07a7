"""The recipes' numbers against what the paper tells, and the smallest of them from command to folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bayou.data.sample import Sample
from bayou.data.shards import write_shards
from bayou.data.synthetic.lines import render_line
from bayou.errors import InputError
from bayou.inputs.messages import Message
from bayou.model.family import member
from bayou.model.weights import load_model
from bayou.recipes import base, small, tiny
from bayou.recipes.data_sets import RECIPES
from bayou.recipes.tiny import RenderedLines
from bayou.recipes.vlm_command import open_mixtures
from bayou.training.vlm_plan import plan_stage
from bayou.training.vlm_settings import Source, VLMTrainingConfig, check_settings
from tests.golden_set import COMMITTED

SAMPLES_TOLERANCE = 0.01
"""The plan's samples beside the paper's."""


@pytest.mark.parametrize(
    ("settings", "samples"),
    [
        (small.SETTINGS, {"projector": 0.03 * 11e6, "general": 11e6, "ocr": 8e6}),
        (base.SETTINGS, {"alignment": 4 * 5.3e6, "general": 12e6}),
    ],
    ids=["small", "base"],
)
def test_stages_see_as_many_samples_as_the_paper_tells(settings: VLMTrainingConfig, samples: dict[str, float]) -> None:
    check_settings(settings, 8)
    shape = member(settings.member)
    found = {stage.name: plan_stage(settings, shape, stage).samples for stage in settings.stages}
    assert found == pytest.approx(samples, rel=SAMPLES_TOLERANCE)


def test_what_is_frozen_is_what_the_paper_tells() -> None:
    learnt = {
        stage.name: {part for part, rate in stage.rates.items() if rate}
        for stage in (*small.SETTINGS.stages[:2], base.SETTINGS.stages[0])
    }
    assert learnt == {
        "projector": {"projector"},
        "general": {"projector", "language"},
        "alignment": {"vision", "projector"},
    }
    assert [stage.msac for stage in base.SETTINGS.stages] == [False, None]


@pytest.mark.slow
@pytest.mark.usefixtures("few_fonts")
def test_rendered_lines_are_conversations_about_a_picture() -> None:
    sample = RenderedLines(3).sample(5)
    assert sample.messages[1].parts == (render_line(3, 5).text,)
    assert len(sample.messages[0].images) == 1
    assert sample.key == "3-5" and sample.source == "rendered-lines"


@pytest.mark.slow
@pytest.mark.usefixtures("few_fonts")
def test_tiny_leaves_a_member_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [f"stages.{stage.name}.steps=1" for stage in tiny.SETTINGS.stages]
    common = [*steps, f"output={tmp_path / 'run'}", f"start={COMMITTED / 'tiny-800m'}"]
    shorter = [f"stages.{stage.name}.packs_a_step=1" for stage in tiny.SETTINGS.stages]
    assert tiny.main([*common, *shorter, "lanes=1", "predict_every=3", "engine.device=cpu"]) == 0
    assert "stage ocr is done" in capsys.readouterr().err
    assert load_model(tmp_path / "run" / "model").config.name == ""
    assert (tmp_path / "run" / "logs" / "rank0" / "pictures" / "predictions-0000003.png").exists()


def test_a_stage_draws_from_what_it_names_else_from_what_was_built_for_it(tmp_path: Path) -> None:
    said = (Message("user", ["Which number?"]), Message("assistant", "three"))
    made = [Sample(f"3-{number}", said, "lines", "Apache-2.0", "text-recognition") for number in range(3)]
    write_shards(made, tmp_path / "lines")
    config = replace(tiny.SETTINGS, data=tmp_path)
    named = replace(config.stages[0], sources=(Source("lines", 2.0),))
    unnamed = replace(config.stages[0], sources=())
    with pytest.raises(InputError, match="nothing was built here"):
        open_mixtures(config)(unnamed, 0)
    (tmp_path / "mixture.json").write_text('{"stages": {"projector": {"lines": 5}}}', encoding="utf-8")
    for stage in (named, unnamed):
        found = {tiny.open_streams(config)(stage, 0).sample(number).key for number in range(9)}
        assert found == {"3-0", "3-1", "3-2"}


def test_the_built_recipes_have_the_stages_of_the_runs() -> None:
    for name, settings in (("small", small.SETTINGS), ("base", base.SETTINGS)):
        built = {stage for made in RECIPES[name] for stage in (made.name, *made.also)}
        assert built == {stage.name for stage in settings.stages}
