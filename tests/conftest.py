"""Says in one line how many tests were skipped for want of the whole golden set."""

from __future__ import annotations

import pytest

from tests.golden_set import MISSING


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"golden numbers: {len(skipped)} tests skipped, the whole set is not at BAYOU_SHARED (default ../shared)"
        )
