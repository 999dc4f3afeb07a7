"""The toy run says where it can be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayou.errors import UsageError
from bayou.recipes.tiny import main


def test_elsewhere_than_in_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="tests/golden/tiny-800m: tiny starts from a checkpoint in bayou's repository"):
        main([])
    assert not list(tmp_path.iterdir())
