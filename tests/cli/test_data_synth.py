"""``bayou data synth``: pages as files and shards, progress, and errors that a user can meet."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="shards need the extra data")
pytest.importorskip("fontTools", reason="fonts are inspected with the extra data")

from bayou.cli.main import main
from bayou.data.shards import ShardFolder
from bayou.data.synthetic.documents import output
from bayou.data.synthetic.documents.painting import Desk
from bayou.data.synthetic.fonts import FontLibrary, font_files, font_folders, scan

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def few_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inspecting all fonts of a machine for the first time takes minutes."""
    files = [f for f in font_files(font_folders()) if f.name.startswith(("DejaVuSans", "LiberationS", "Arial"))][:12]
    if not files:
        pytest.skip("no fonts on this machine")
    monkeypatch.setattr(output, "desk_of", lambda texts: Desk.of(FontLibrary(scan(files))))


def test_pages_become_shards(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "pages"
    assert main(["data", "synth", "--kind", "cheque", "--pages", "3", "--workers", "1", "--output", str(folder)]) == 0
    assert len(ShardFolder(folder)) == 3
    printed = capsys.readouterr()
    assert printed.out.strip() == str(folder) and "3 of 3 pages" in printed.err


@pytest.mark.slow
def test_two_processes_make_what_one_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their blocks are of 256 pages; the second process's is cut short by the number of pages."""
    arguments = ["data", "synth", "--kind", "business-card", "--pages", "258", "--damage", "clean", "--quiet"]
    for workers in ("1", "2"):
        assert main([*arguments, "--workers", workers, "--output", str(tmp_path / workers)]) == 0
    names = [p.name for p in sorted((tmp_path / "1").iterdir())]
    assert names == ["shard-00000.parquet", "shard-00001.parquet", "shards.json", "synth.json"]
    assert all((tmp_path / "1" / n).read_bytes() == (tmp_path / "2" / n).read_bytes() for n in names)


def test_mistakes_are_named(tmp_path: Path, capsys: Captured) -> None:
    usual = ["data", "synth", "--pages", "1", "--workers", "1", "--output"]
    assert main([*usual, str(tmp_path / "a"), "--kind", "novel"]) == 2
    assert "no kind of page is called novel" in capsys.readouterr().err
    assert main([*usual, str(tmp_path / "a"), "--damage", "fire"]) == 2
    assert "no damage is called 'fire'" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("x")
    assert main([*usual, str(tmp_path / "b")]) == 6
    assert "isn't empty" in capsys.readouterr().err
