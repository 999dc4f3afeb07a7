"""The example that reads an invoice's fields finds them on the example page."""

from __future__ import annotations

import pytest

from examples import extract_fields


@pytest.mark.slow
def test_the_example_invoice_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert extract_fields.main([]) == 0
    out = capsys.readouterr().out
    assert "the entries add up" in out
    assert "is on page 1 at" in out
