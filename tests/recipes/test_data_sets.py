from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayou.cli.main import main
from bayou.config import override
from bayou.data.build import placed
from bayou.data.recipe import TASKS, SourceSettings, chosen
from bayou.errors import InputError, UsageError
from bayou.recipes.data_sets import DATA_SETS, EVALUATIONS, RECIPES, named_recipe

PAIRS = {
    "small": {"general": 11_000_000, "ocr": 8_000_000},
    "base": {"alignment": 5_300_000, "general": 12_000_000},
}
"""As the paper and the model cards have them: 19 million for the 0.8B, 17 (17.3) for the 2B."""

MOST_EPOCHS = 4
READING = {"pages", "document-vqa", "text-vqa", "forms", "tables", "charts", "handwriting", "scene-text", "maths"}


@pytest.mark.parametrize("name", RECIPES)
def test_stages_add_up_to_the_papers_pairs(name: str) -> None:
    recipe = named_recipe(name)
    assert {stage.name: stage.pairs for stage in recipe.stages} == PAIRS[name]
    assert {s.source for stage in recipe.stages for s in stage.shares} == {source.name for source in chosen(recipe)}
    assert all(share.pairs > 0 for stage in recipe.stages for share in stage.shares)


@pytest.mark.parametrize("name", RECIPES)
def test_no_set_is_gone_through_more_than_a_few_times(name: str) -> None:
    samples = {data_set.name: data_set.samples for data_set in DATA_SETS}
    for stage in RECIPES[name]:
        for share in stage.shares:
            assert share.pairs <= MOST_EPOCHS * samples[share.source], share.source


@pytest.mark.parametrize("name", RECIPES)
def test_enough_rows_are_read_for_every_share(name: str) -> None:
    sets = {data_set.name: data_set for data_set in DATA_SETS}
    recipe = named_recipe(name)
    limits = {source.name: source.limit for source in recipe.sources}
    for stage in recipe.stages:
        for share in stage.shares:
            data_set, limit = sets[share.source], limits[share.source]
            if limit is not None:
                a_row = data_set.samples / (data_set.rows or data_set.samples)
                assert share.pairs < limit * a_row < data_set.samples


def test_every_kind_of_task_is_there_and_the_ocr_stage_only_reads() -> None:
    tasks = {data_set.name: data_set.task for data_set in DATA_SETS}
    assert set(tasks.values()) == set(TASKS)
    assert {tasks[share.source] for share in RECIPES["small"][1].shares} <= READING
    assert {"text-only", "captioning", "pages"} <= {tasks[share.source] for share in RECIPES["base"][0].shares}


def test_facts_are_complete() -> None:
    assert len({data_set.name for data_set in DATA_SETS}) == len(DATA_SETS)
    for data_set in DATA_SETS:
        assert data_set.licence and data_set.address and data_set.samples > 0, data_set.name
        if "-NC" in data_set.licence or "non-commercial" in data_set.licence or "research only" in data_set.licence:
            assert data_set.commercial is False, data_set.name
        if data_set.licence == "unknown":
            assert data_set.commercial is None, data_set.name
        if data_set.kind == "hub":
            assert data_set.address.count("/") == 1, data_set.name


def test_only_what_may_be_used_commercially() -> None:
    left = chosen(override(named_recipe("base"), {"commercial_only": True}))
    assert 10 < len(left) < len(named_recipe("base").sources)
    assert all(source.commercial for source in left)


def test_sets_on_the_hub_are_read_from_a_root_where_there_is_one(tmp_path: Path) -> None:
    recipe = named_recipe("small")
    docmatix = next(source for source in recipe.sources if source.name == "docmatix")
    assert placed(docmatix, None) == docmatix
    with pytest.raises(InputError, match="HuggingFaceM4/Docmatix images"):
        placed(docmatix, tmp_path)
    for name, kind in (("a.json", "json"), ("b.parquet", "parquet"), ("c.tar", "webdataset")):
        (tmp_path / "docmatix").mkdir(exist_ok=True)
        (tmp_path / "docmatix" / name).touch()
        found = placed(docmatix, tmp_path)
        assert (found.kind, found.path) == (kind, str(tmp_path / "docmatix"))
    sroie = next(source for source in recipe.sources if source.name == "sroie")
    with pytest.raises(UsageError, match="root=DIR"):
        placed(sroie, None)
    (tmp_path / "sroie").mkdir()
    assert placed(sroie, tmp_path).kind == "folder"
    assert all(placed(place, None) == place for place in EVALUATIONS)
    assert isinstance(found, SourceSettings)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(UsageError, match="small, base"):
        named_recipe("large")


def test_the_list_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "list", "small"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split() == ["all", "11,000,000", "8,000,000"]
    assert any(line.split()[:3] == ["charts", "dvqa", "200,000"] and " nc " in line for line in lines)
    assert any(line.split()[1] == "sroie" and "626?" in line for line in lines)
    assert main(["data", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == len(DATA_SETS) and rows[0]["size_from"]
