"""Fonts for the tests of data: what this machine has; where it has none, tests that need some are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fontTools", reason="synthetic lines need the extra train")

from bayou.data.synthetic.fonts import FontFace, FontLibrary, font_files, font_folders, scan

MOST_FILES = 60


@pytest.fixture(scope="session")
def font_paths() -> list[Path]:
    """Some sixty font files of this machine, DejaVu and Liberation (or Arial) among them where they are installed."""
    files = font_files(font_folders())
    if not files:
        pytest.skip("no fonts on this machine")
    plain = [f for f in files if f.name.lower().startswith(("dejavu", "liberation", "arial", "courier"))][:30]
    return plain + files[:: max(1, len(files) // (MOST_FILES - len(plain)))]


@pytest.fixture(scope="session")
def faces(font_paths: list[Path]) -> list[FontFace]:
    found = scan(font_paths)
    if not any(f.kind == "print" for f in found):
        pytest.skip("no Latin print font on this machine")
    return found


@pytest.fixture(scope="session")
def fonts(faces: list[FontFace]) -> FontLibrary:
    return FontLibrary([f for f in faces if not f.held_out])
