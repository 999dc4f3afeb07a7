"""Fonts of npm packages become TrueType files that can be drawn with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import ImageFont

from bayou.data.synthetic import font_names, npm_fonts
from bayou.errors import UsageError


def test_whole_and_web_fonts_are_collected_and_broken_ones_left_out(font_paths: list[Path], tmp_path: Path) -> None:
    source = next(p for p in font_paths if p.suffix == ".ttf")
    modules = tmp_path / "node_modules"
    whole = modules / "@expo-google-fonts/a/400Regular/A.ttf"
    web = modules / "@fontsource/b/files/b-latin-400-normal.woff"
    others = [modules / f"@fontsource/b/files/b-{part}-400-normal.woff" for part in ("cyrillic", "latin-ext")]
    for path in (whole, web):
        path.parent.mkdir(parents=True)
    shutil.copyfile(source, whole)
    with TTFont(source) as font:
        font.flavor = "woff"
        font.save(web)
    for other in others:
        shutil.copyfile(web, other)
    (whole.parent / "Broken.ttf").write_bytes(b"no font")
    assert npm_fonts.collect(modules, tmp_path / "fonts") == 2
    assert sorted(p.name for p in (tmp_path / "fonts").iterdir()) == ["A.ttf", "b-latin-400-normal.ttf"]
    name = ImageFont.truetype(str(source), 20).getname()
    assert all(ImageFont.truetype(str(p), 20).getname() == name for p in (tmp_path / "fonts").iterdir())


def test_without_npm_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match=r"install Node\.js"):
        npm_fonts.install(tmp_path)


def test_no_package_is_named_twice_and_cursive_hands_are_hands() -> None:
    assert len(set(npm_fonts.packages())) == len(npm_fonts.packages())
    assert font_names.CURSIVE <= font_names.HANDWRITING
