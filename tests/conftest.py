"""Says in one line how many tests were skipped for want of the whole golden set; what all tests share of settings."""

from __future__ import annotations

import gc

import hypothesis
import pytest

from tests.golden_set import MISSING

# A busy machine, or the first example that loads something, takes longer than hypothesis allows an example by itself.
hypothesis.settings.register_profile("bayou", deadline=None, max_examples=50)
hypothesis.settings.load_profile("bayou")


def pytest_collection_finish() -> None:
    """What was imported stays: the collector needn't look at it again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"golden numbers: {len(skipped)} tests skipped, the whole set is not at BAYOU_SHARED (default ../shared)"
        )
