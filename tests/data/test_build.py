from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="training data needs the extra data")

from PIL import Image

from bayou.data import build as module
from bayou.data.build import Built, build
from bayou.data.build_report import HTML_NAME, JSON_NAME, write_report
from bayou.data.build_state import NAME
from bayou.data.built_mixture import built_parts
from bayou.data.recipe import DataRecipe, Place, Share, Stage
from bayou.data.shards import ShardFolder, write_shard
from bayou.errors import InputError, OutputError, UsageError
from bayou.inputs.messages import ImagePart
from tests.data.made_rows import STORY, questions, refusals, row, source, tree, write_rows
from tests.data.made_samples import encoded, folder, picture, pixels, samples


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = module.ShardCut
    monkeypatch.setattr(module, "ShardCut", lambda: cut(4))


def test_what_is_not_taken_has_a_name_and_a_reason(tmp_path: Path) -> None:
    image = pixels(5, 300, 200)
    for name, data in {
        "a.png": encoded(image),
        "again.webp": encoded(image, "WEBP", lossless=True),
        "near.jpg": encoded(Image.fromarray(image).resize((200, 133)), "JPEG", quality=70),
        "broken.png": encoded(image)[:300],
        "blank.png": encoded(Image.new("RGB", (50, 50), "white")),
    }.items():
        (tmp_path / name).write_bytes(data)
    asked, said = "What does the second paragraph of this letter say?", STORY
    rows = [
        row("a.png", asked, said),
        row("again.webp", asked, said + " "),
        row("near.jpg", asked, said),
        row("a.png", "Who wrote this letter, and when was that?", "Ann Example, on the first of May."),
        row("broken.png", asked, said),
        row("blank.png", asked, said),
        row("gone.png", asked, said),
        row("a.png", asked, ""),
        row(None, "Tell a story about a printer, a window and a night, please.", STORY),
        row(None, "Tell a story about a printer, a window, and a night please!", STORY),
        row("a.png", "<image><image>", "?"),
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows) + "{broken\n")
    built = build(DataRecipe(name="r", sources=(source("s", tmp_path / "rows.jsonl"),)), tmp_path / "out", 2)
    reasons = {int(key.partition("#")[2]): reason for key, reason in refusals(tmp_path / "out").items()}
    assert reasons == {
        1: "duplicate",
        2: "near-duplicate",
        4: "unreadable-picture",
        5: "blank-picture",
        6: "missing-picture",
        7: "no-answer",
        9: "near-duplicate",
        10: "picture-marks",
        11: "unreadable-text",
    }
    kept = list(ShardFolder(tmp_path / "out" / "s").read())
    assert [s.key for s in kept] == [f"s/rows.jsonl#{n}" for n in (0, 3, 8)]
    assert kept[0].licence == "CC0-1.0" and kept[0].source == "s" and kept[0].task == "general-vqa"
    counts = built.sources[0][1]
    assert counts["rows"] == 12 and counts["kept"] == 3 and counts["pictures"] == 2
    assert sum(n for name, n in counts.items() if name.startswith("refused/")) == 9


def test_near_duplicates_can_be_kept(tmp_path: Path) -> None:
    rows = [row(None, "Tell a story about a night.", STORY + end) for end in ("", "!")]
    recipe = DataRecipe(name="r", sources=(source("s", write_rows(tmp_path / "r.jsonl", rows)),))
    assert build(recipe, tmp_path / "one", 1).sources[0][1]["kept"] == 1
    keeping = dataclasses.replace(recipe, duplicates=dataclasses.replace(recipe.duplicates, near=False))
    assert build(keeping, tmp_path / "two", 1).sources[0][1]["kept"] == 2


def test_what_is_in_an_evaluation_set_is_removed(tmp_path: Path) -> None:
    image = pixels(7, 300, 200)
    (tmp_path / "test").mkdir()
    (tmp_path / "test/a.png").write_bytes(encoded(image))
    (tmp_path / "test/a.txt").write_text("")  # of a test set whose answers are kept back
    (tmp_path / "train").mkdir()
    (tmp_path / "train/same.bmp").write_bytes(encoded(image, "BMP"))
    (tmp_path / "train/near.jpg").write_bytes(encoded(Image.fromarray(image).resize((210, 140)), "JPEG"))
    (tmp_path / "train/other.png").write_bytes(picture(8))
    held = [
        row(None, "How does it begin?", STORY),
        row(None, "What is the capital of the country called Sealand?", "None"),
    ]
    phrase = "Answer the question about this page with a single word or a short phrase only."
    held += [row(None, f"{phrase} {n}", f"{n}") for n in range(20)]  # a turn of phrase, as test sets have
    tests = (
        Place(name="pages", kind="folder", path=str(tmp_path / "test")),
        Place(name="texts", kind="json", path=str(write_rows(tmp_path / "held.jsonl", held))),
    )
    rows = [
        row("same.bmp", "Anything at all?", "No."),
        row("near.jpg", "Anything at all?", "No."),
        row("other.png", "Anything at all?", "No."),
        row(None, "Write on.", f"He said: {STORY.upper()} Then he left."),
        row(None, "What is the capital of the country called Sealand?", "none."),
        row(None, f"{phrase} What is it, I wonder?", "A cat, and not a dog."),
        row(None, "It was a dark and stormy night when", "the dog began to hum."),
        row("other.png", "What is the capital of the country called Sealand?", "None"),
        row("other.png", f"{STORY} What then?", "Nothing."),
        row("other.png", "What is written here?", STORY),
    ]
    write_rows(tmp_path / "train/rows.jsonl", rows)
    recipe = DataRecipe(name="r", sources=(source("s", tmp_path / "train/rows.jsonl"),), evaluations=tests)
    told: list[str] = []
    build(recipe, tmp_path / "out", 2, told.append)
    reasons = {int(key.partition("#")[2]): reason for key, reason in refusals(tmp_path / "out").items()}
    assert reasons == {
        0: "evaluation-picture",
        1: "evaluation-picture",
        3: "evaluation-text",
        4: "evaluation-text",
        9: "evaluation-text",
    }
    lenient = dataclasses.replace(recipe, overlap=dataclasses.replace(recipe.overlap, least_runs=9))
    build(lenient, tmp_path / "lenient", 2)
    assert 3 not in {int(key.partition("#")[2]) for key in refusals(tmp_path / "lenient")}
    assert told[:2] == [
        "evaluation set pages: 1 samples to be kept out",
        "evaluation set texts: 22 samples to be kept out",
    ]


def test_an_evaluation_set_that_cannot_be_read_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test/a.png").write_bytes(b"no picture")
    recipe = DataRecipe(
        name="r",
        sources=(source("s", questions(tmp_path / "q", range(2))),),
        evaluations=(Place(name="t", kind="folder", path=str(tmp_path / "test")),),
    )
    with pytest.raises(InputError, match="evaluation set t"):
        build(recipe, tmp_path / "out", 1)


def test_duplicates_are_found_across_sources_and_the_first_stays(tmp_path: Path) -> None:
    one, two = questions(tmp_path / "a", range(5)), questions(tmp_path / "b", range(3, 9))
    built = build(DataRecipe(name="r", sources=(source("a", one), source("b", two))), tmp_path / "out", 2)
    assert [counts["kept"] for _, counts in built.sources] == [5, 4]
    assert len(ShardFolder(tmp_path / "out/b")) == 4


def test_shards_of_before_are_a_source_and_keep_what_they_say(tmp_path: Path) -> None:
    folder(tmp_path / "before", 6, "synth")
    recipe = DataRecipe(name="r", sources=(source("again", tmp_path / "before", "shards"),))
    build(recipe, tmp_path / "out", 2)
    for old, new in zip(samples(6, "synth"), ShardFolder(tmp_path / "out/again").read(), strict=True):
        assert new.key == f"again/{old.key}" and new.notes == old.notes and new.source == old.source
        assert [p.source for m in new.messages for p in m.images] == [p.source for m in old.messages for p in m.images]
        assert all(isinstance(p, str | ImagePart) for m in new.messages for p in m.parts)


@pytest.mark.usefixtures("small_shards")
def test_a_build_that_failed_goes_on_and_nobody_can_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = questions(tmp_path / "q", range(30))
    recipe = DataRecipe(name="r", sources=(source("s", rows),))
    write_report(build(recipe, tmp_path / "undisturbed", 2), tmp_path / "undisturbed")

    def full(path: Path, found: Any) -> Any:
        if path.name == "shard-00003.parquet":
            raise OutputError("can't be written: No space left on device", str(path))
        return write_shard(path, found)

    monkeypatch.setattr(module, "write_shard", full)
    with pytest.raises(OutputError, match=r"00003.*No space"):
        build(recipe, tmp_path / "out", 2)
    with pytest.raises(InputError, match="was stopped"):
        ShardFolder(tmp_path / "out/s")
    monkeypatch.setattr(module, "write_shard", write_shard)
    write_report(build(recipe, tmp_path / "out", 2), tmp_path / "out")
    assert tree(tmp_path / "out") == tree(tmp_path / "undisturbed")


@pytest.mark.usefixtures("small_shards")
def test_missing_and_torn_shards_are_made_anew_as_they_were(tmp_path: Path) -> None:
    rows = questions(tmp_path / "q", range(20))
    rows.write_text(rows.read_text() + rows.read_text())  # so that some are refused
    recipe = DataRecipe(name="r", sources=(source("s", rows),))
    build(recipe, tmp_path / "out", 2)
    before = tree(tmp_path / "out")
    (tmp_path / "out/s/shard-00001.parquet").unlink()
    (tmp_path / "out/s/shard-00003.parquet").write_bytes(b"torn")
    told: list[str] = []
    build(recipe, tmp_path / "out", 2, told.append)
    assert tree(tmp_path / "out") == before
    assert [line.partition(" is ")[0] for line in told] == ["s: shard-00001.parquet", "s: shard-00003.parquet"]
    (tmp_path / "out/s/shard-00001.parquet").unlink()
    (tmp_path / "q/5.png").write_bytes(picture(99))
    with pytest.raises(InputError, match=r"00001.*its source.*has changed"):
        build(recipe, tmp_path / "out", 2)
    assert not (tmp_path / "out/s/shard-00001.parquet").exists()


def test_a_folder_is_not_mixed_from_two_recipes_but_grows(tmp_path: Path) -> None:
    first = source("a", questions(tmp_path / "a", range(3)))
    second = source("b", questions(tmp_path / "b", range(5, 8)))
    out = tmp_path / "out"
    build(DataRecipe(name="r", sources=(first,)), out, 1)
    built = build(DataRecipe(name="r", sources=(first, second)), out, 1)
    assert [counts["kept"] for _, counts in built.sources] == [3, 3]
    with pytest.raises(UsageError, match="source a"):
        build(DataRecipe(name="r", sources=(dataclasses.replace(first, limit=1),)), out, 1)
    stricter = dataclasses.replace(DataRecipe(name="r", sources=(first,)).filters, shortest_side=99)
    with pytest.raises(UsageError, match="filters"):
        build(DataRecipe(name="r", sources=(first,), filters=stricter), out, 1)
    (out / NAME).write_bytes(b"no database" * 100)
    with pytest.raises(InputError, match="memory is damaged"):
        build(DataRecipe(name="r", sources=(first,)), out, 1)


def test_two_builds_in_one_folder_do_not_meet(tmp_path: Path) -> None:
    out = tmp_path / "out"
    recipe = DataRecipe(name="r", sources=(source("a", questions(tmp_path / "a", range(3))),))
    build(recipe, out, 1)
    other = sqlite3.connect(out / NAME)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(OutputError, match="another build"):
            build(recipe, out, 1)
    finally:
        other.close()


def test_a_full_disk_under_the_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bayou.data import build_state

    class Full:
        def execute(self, query: str, values: object = ()) -> Any:
            raise sqlite3.OperationalError("database or disk is full")

    recipe = DataRecipe(name="r", sources=(source("a", questions(tmp_path / "a", range(3))),))

    def see(self: build_state.BuildState, *_: object) -> None:
        with self._naming():
            Full().execute("INSERT")

    monkeypatch.setattr(build_state.BuildState, "see", see)
    with pytest.raises(OutputError, match=r"build\.sqlite.*disk is full"):
        build(recipe, tmp_path / "out", 1)


def test_the_report_counts_and_shows(tmp_path: Path) -> None:
    sources = (
        source("a", questions(tmp_path / "a", range(5)), licence="CC-BY-NC-4.0", commercial=False, task="charts"),
        source("b", questions(tmp_path / "b", range(3, 7))),
    )
    built: Built = build(DataRecipe(name="r", sources=sources), tmp_path / "out", 2)
    write_report(built, tmp_path / "out")
    told = json.loads((tmp_path / "out" / JSON_NAME).read_text())
    assert told["kept"] == 7 and told["tasks"] == {"charts": 5, "general-vqa": 2}
    assert told["licences"] == {"CC-BY-NC-4.0": 5, "CC0-1.0": 2}
    assert told["sources"][1]["refused"] == {"duplicate": 2}
    assert told["bytes"] == sum(p.stat().st_size for p in (tmp_path / "out").rglob("*.parquet"))
    page = (tmp_path / "out" / HTML_NAME).read_text()
    assert page.count("data:image/jpeg;base64,") == 6 and "not for commercial use" in page
    assert "What stands in field 0 of this form?" in page
    assert "http" not in page.replace("https://", "http://").replace("data:", "")


def test_mixture_weights_are_written(tmp_path: Path) -> None:
    sources = tuple(source(n, questions(tmp_path / n, range(i, i + 2)), weight=i + 1.0) for i, n in enumerate("ab"))
    build(DataRecipe(name="r", sources=sources), tmp_path / "out", 1)
    assert json.loads((tmp_path / "out/mixture.json").read_text()) == {"stages": {"all": {"a": 1.0, "b": 2.0}}}
    assert [(p.name, p.folder, p.weight) for p in built_parts(tmp_path / "out", "any")] == [
        ("a", tmp_path / "out/a", 1.0),
        ("b", tmp_path / "out/b", 2.0),
    ]
    shares = (Stage("one", (Share("a", 5), Share("b", 7)), ("two",)),)
    build(DataRecipe(name="r", sources=sources, stages=shares, only=("b",)), tmp_path / "out", 1)
    assert json.loads((tmp_path / "out/mixture.json").read_text())["stages"] == {"one": {"b": 7}, "two": {"b": 7}}
    assert [p.name for p in built_parts(tmp_path / "out", "two")] == ["b"]
    with pytest.raises(UsageError, match="no stage 'three'; it has one, two"):
        built_parts(tmp_path / "out", "three")
    with pytest.raises(InputError, match="bayou data build"):
        built_parts(tmp_path, "one")


def test_the_counted_reasons_are_the_named_ones(tmp_path: Path) -> None:
    rows = questions(tmp_path / "q", range(6))
    rows.write_text(rows.read_text() * 2)
    built = build(DataRecipe(name="r", sources=(source("s", rows),)), tmp_path / "out", 2)
    named = Counter(refusals(tmp_path / "out").values())
    assert {f"refused/{reason}": n for reason, n in named.items()} == {
        name: n for name, n in built.sources[0][1].items() if name.startswith("refused/")
    }


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "out"
    blocked.write_text("a file is in the way")
    recipe = DataRecipe(name="r", sources=(source("a", questions(tmp_path / "a", range(1))),))
    with pytest.raises(OutputError, match="out"):
        build(recipe, blocked, 1)
