"""``bayou data``: recipes from files and names, overrides, checks, and errors that a user can meet."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="training data needs the extra data")

from bayou.cli.data import COMMANDS
from bayou.cli.main import main
from bayou.data.shards import ShardFolder
from tests.data.made_samples import picture

Captured = pytest.CaptureFixture[str]

RECIPE = """
name = "mine"
[[sources]]
name = "pages"
kind = "folder"
path = "scans"
licence = "CC0-1.0"
task = "pages"
[[evaluations]]
name = "test"
kind = "json"
path = "test.json"
images = "scans"
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "scans").mkdir()
    for n in range(4):
        (tmp_path / f"scans/{n}.png").write_bytes(picture(n))
        (tmp_path / f"scans/{n}.txt").write_text(f"Page number {n} of the book.")
    turns = [{"from": "human", "value": "?"}, {"from": "gpt", "value": "!"}]
    (tmp_path / "test.json").write_text(json.dumps([{"image": "2.png", "conversations": turns}]))
    (tmp_path / "mine.toml").write_text(RECIPE)
    return tmp_path / "mine.toml"


def test_a_recipe_becomes_shards_and_a_report(
    recipe: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")  # paths in a recipe start at its own folder
    out = tmp_path / "out"
    assert main(["data", "build", str(recipe), "--output", str(out), "--jobs", "2"]) == 0
    told = capsys.readouterr()
    assert told.out == f"{out / 'report.html'}\n"
    assert "3 samples kept" in told.err and "1 not taken" in told.err
    assert [s.key for s in ShardFolder(out / "pages").read()] == [f"pages/{n}.png" for n in (0, 1, 3)]
    assert main(["data", "build", str(recipe), "--output", str(out), "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["data", "check", str(out)]) == 0
    assert capsys.readouterr().out.split()[0] == "3"


def test_a_changed_byte_is_found(recipe: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert main(["data", "build", str(recipe), "-o", str(out)]) == 0
    shard = out / "pages/shard-00000.parquet"
    data = bytearray(shard.read_bytes())
    data[300] ^= 4
    shard.write_bytes(data)
    capsys.readouterr()
    assert main(["data", "check", str(out / "pages")]) == 3
    assert "shard-00000.parquet: this shard is damaged; remove it" in capsys.readouterr().err
    shard.unlink()
    assert main(["data", "build", str(recipe), "-o", str(out)]) == 0
    assert main(["data", "check", str(out)]) == 0
    assert main(["data", "check", str(tmp_path / "scans")]) == 3


def test_settings_are_changed_by_name(recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["data", "build", str(recipe), "filters.shortest_side=1000", "-o", str(out)]) == 0
    assert json.loads((out / "report.json").read_text())["sources"][0]["refused"] == {"too-small": 4}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nothing"], 2, "no recipe is called 'nothing'; there are small, base"),
        (["gone.toml"], 2, "gone.toml: the recipe can't be read"),
        (["mine.toml", "filters.wrong=1"], 2, "there is no setting 'filters.wrong'"),
        (["mine.toml", 'only=["other"]'], 2, "no source called 'other'"),
        (["mine.toml", "commercial_only=true"], 2, "no source left"),
        (["wrong.toml"], 2, "wrong.toml: sources[0].licence is missing"),
        (["small", 'only=["sroie"]'], 2, "sroie can't be streamed"),
        (["small", "root=sets", 'only=["cord"]'], 3, "fetch echo840/OCRBench from the Hugging Face Hub into it"),
    ],
)
def test_what_a_user_can_get_wrong_is_told(
    recipe: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(recipe.parent)
    (recipe.parent / "sets/cord").mkdir(parents=True)
    (recipe.parent / "sets/cord/a.json").write_text(
        '[{"image": null, "ground_truth": "{\\"gt_parse\\": {\\"a\\": 1}}"}]'
    )
    (recipe.parent / "wrong.toml").write_text(RECIPE.replace('licence = "CC0-1.0"', ""))
    assert main(["data", "build", *arguments, "-o", "out"]) == code
    assert message in capsys.readouterr().err


def test_the_example_recipe_is_read(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "examples/data.toml"
    assert main(["data", "build", str(example), "-o", str(tmp_path)]) == 0
    (kept,) = ShardFolder(tmp_path / "pages").read()
    said = kept.messages[1].parts[0]
    assert isinstance(said, str) and said.strip() == (example.parent / "invoice.txt").read_text().strip()
    assert tomllib.loads(example.read_text())["name"] == "example"


def test_help_names_the_commands(capsys: Captured) -> None:
    assert main(["data", "--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)
