"""Folders read in the test's own process, which takes a tenth of the time."""

from __future__ import annotations

import pytest

from bayou.reading.folder_run import RunOptions


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of anything but processes; that these change nothing, tests/reading/test_folder_run.py holds."""
    monkeypatch.setattr(RunOptions, "processes", lambda options, sources: 0)
