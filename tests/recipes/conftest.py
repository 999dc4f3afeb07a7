"""A dozen fonts: inspecting all of a machine for the first time takes minutes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from bayou.data.synthetic.fonts import font_files, font_folders


@pytest.fixture(scope="module")
def few_fonts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("fonts")
    names = ("DejaVuSans", "LiberationS", "Arial")
    files = [path for path in font_files(font_folders()) if path.name.startswith(names)][:12]
    if not files:
        pytest.skip("no fonts on this machine")
    for path in files:
        shutil.copy(path, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("BAYOU_MATERIAL", raising=False)
        patch.setenv("BAYOU_FONTS", str(folder))
        patch.setenv("BAYOU_CACHE", str(folder))
        yield
