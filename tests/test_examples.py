"""The example page is the one its program draws, and its text is the text that stands beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from examples import make_invoice

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
REDRAWN_MEAN_TOLERANCE = 1.0
LARGEST_PICTURE = 300_000


def test_the_example_adds_up() -> None:
    def pence(amount: str) -> int:
        return round(float(amount.replace("£", "").replace(",", "")) * 100)

    for _, _, quantity, price, amount in make_invoice.ITEMS:
        assert int(quantity.split()[0]) * pence(price) == pence(amount)
    subtotal, discount, tax, total = (pence(amount) for _, amount in make_invoice.TOTALS)
    assert subtotal == sum(pence(item[-1]) for item in make_invoice.ITEMS)
    assert subtotal + discount + tax == total


def test_the_picture_is_small() -> None:
    assert (EXAMPLES / "invoice.png").stat().st_size <= LARGEST_PICTURE


@pytest.mark.slow
def test_the_program_draws_the_committed_page(tmp_path: Path) -> None:
    if not any(make_invoice.Fonts(folder).files for folder in make_invoice.FONT_FOLDERS if folder.is_dir()):
        pytest.skip("Lato is not installed")
    assert make_invoice.main(["--output", str(tmp_path)]) == 0
    assert (tmp_path / "invoice.txt").read_bytes() == (EXAMPLES / "invoice.txt").read_bytes()
    drawn, committed = (
        np.asarray(Image.open(folder / "invoice.png").convert("RGB"), dtype=np.float32)
        for folder in (tmp_path, EXAMPLES)
    )
    assert drawn.shape == committed.shape
    assert np.abs(drawn - committed).mean() < REDRAWN_MEAN_TOLERANCE


def test_a_missing_font_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_invoice.main(["--fonts", str(tmp_path), "--output", str(tmp_path)]) == 1
    assert "fonts-lato" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
