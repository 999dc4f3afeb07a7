"""``bayou cache``: what is listed is there, and nothing is removed that bayou didn't make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bayou.cache import TAG_NAME, cache_folder, make_cache_folder
from bayou.cli.main import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BAYOU_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_an_absent_cache_is_an_empty_one(cache: Path, capsys: Captured) -> None:
    assert main(["cache", "ls"]) == 0
    assert capsys.readouterr().out == f"      0.0 MB  {cache}\n"
    assert main(["cache", "clear"]) == 0
    assert not cache.exists()


def test_listing_and_clearing(cache: Path, capsys: Captured, tmp_path: Path) -> None:
    assert make_cache_folder() == cache
    (cache / "models" / "deep").mkdir(parents=True)
    (cache / "models" / "deep" / "weights").write_bytes(bytes(1_500_000))
    (cache / "fonts.json").write_bytes(b"{}")
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_bytes(b"x")
    (cache / "link").symlink_to(tmp_path / "precious", target_is_directory=True)
    assert main(["cache", "ls", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    sizes = {item["name"]: item["size"] for item in listed["items"]}
    assert (sizes["models"], sizes["fonts.json"]) == (1_500_000, 2)
    assert listed["size"] == sum(sizes.values())
    assert main(["cache", "clear"]) == 0
    assert "1.5 MB removed" in capsys.readouterr().out
    assert [path.name for path in cache.iterdir()] == [TAG_NAME]
    assert (tmp_path / "precious" / "file").exists()


def test_a_folder_that_bayou_did_not_make_is_never_cleared(cache: Path, capsys: Captured) -> None:
    cache.mkdir()
    (cache / "thesis.tex").write_text("years of work")
    make_cache_folder()
    assert main(["cache", "clear"]) == 2
    assert str(cache) in capsys.readouterr().err
    assert (cache / "thesis.tex").exists()


def test_the_cache_cannot_be_made(cache: Path) -> None:
    from bayou.errors import OutputError

    cache.write_text("a file")
    with pytest.raises(OutputError, match="BAYOU_CACHE"):
        make_cache_folder()


def test_without_the_variable_it_is_the_systems_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BAYOU_CACHE", raising=False)
    assert cache_folder().is_absolute()
    assert "bayou" in str(cache_folder())
