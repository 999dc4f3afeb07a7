"""The page's files are whole, reach the wheel, and ask nothing of other hosts. Needs no browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "bayou" / "serving" / "web"
FILES = sorted(path.name for path in WEB.iterdir())
LONGEST_FILE = 400
ENTRANCES = {"index.html", "api.css"}
"""What the server itself names: the page, and the look of the one at /api."""


def test_the_wheel_carries_the_page() -> None:
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="hatchling isn't installed")
    carried = {file.distribution_path for file in wheel.WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {f"bayou/serving/web/{name}" for name in FILES} <= carried
    assert "index.html" in FILES


@pytest.mark.parametrize("name", FILES)
def test_a_file_names_only_files_that_are_there(name: str) -> None:
    text = (WEB / name).read_text(encoding="utf-8")
    imported = re.findall(r'from "\./([^"]+)"', text)
    linked = re.findall(r'(?:href|src)="static/([^"]+)"', text)
    assert {*imported, *linked} <= set(FILES)
    assert len(text.splitlines()) <= LONGEST_FILE
    addresses = set(re.findall(r"https?://[^\"'\s)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}, "the page works offline"


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".js", ".html"))])
def test_texts_never_become_markup_and_no_style_or_script_is_inline(name: str) -> None:
    text = (WEB / name).read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"", text)


def test_every_file_is_used() -> None:
    text = "".join((WEB / name).read_text(encoding="utf-8") for name in FILES)
    assert [name for name in FILES if name not in ENTRANCES and f'/{name}"' not in text] == []
