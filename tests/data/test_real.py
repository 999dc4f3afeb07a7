"""Real lines: the folder's layout, labels as they are, boxes that move a little, and a split that stays."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bayou.data import real
from bayou.data.fingerprints import perceptual_hash
from bayou.data.labels import agreement, case_from_reading, fold
from bayou.data.real import RealLines
from bayou.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty receipts of three lines, and forty words."""
    receipts, words = tmp_path / "sroie", tmp_path / "icdar2015_words"
    for part in (receipts / "images", receipts / "lines", words / "images"):
        part.mkdir(parents=True)
    for number in range(30):
        picture = np.full((200, 300, 3), 255, np.uint8)
        picture[50:70, 40:140] = 0
        Image.fromarray(picture).save(receipts / "images" / f"R{number}.jpg", quality=95)
        rows = [
            "40\t50\t140\t50\t140\t70\t40\t70\tTOTAL  12.50",
            "40\t50\t140\t50\t140\t70\t40\t70\t12.50",
            "40\t50\t42\t50\t42\t70\t40\t70\ttoo narrow",
        ]
        (receipts / "lines" / f"R{number}.tsv").write_text("\n".join(rows), encoding="utf-8")
    labels = []
    for number in range(40):
        Image.new("RGB", (80, 30), (number, 90, 200)).save(words / "images" / f"w{number}.png")
        labels.append(f"w{number}.png\tWord{number}")
    Image.new("RGB", (20, 90)).save(words / "images" / "upright.png")
    labels.append("upright.png\tUpright")
    (words / "labels.tsv").write_text("\n".join(labels), encoding="utf-8")
    return tmp_path


def test_lines_of_both_parts_are_found(folder: Path) -> None:
    lines = RealLines.find(folder, "all").lines
    receipts = [line for line in lines if line.source == "sroie"]
    words = [line for line in lines if line.source == "icdar2015_words"]
    assert len(receipts) == 60 and len(words) == 40
    assert {line.text for line in receipts} == {"TOTAL 12.50", "12.50"}
    assert all(line.case_known == (line.text == "12.50") for line in receipts)
    assert all(line.case_known for line in words)


def test_crops_show_the_box(folder: Path) -> None:
    lines = RealLines.find(folder, "all").lines
    receipt = next(line for line in lines if line.source == "sroie")
    image = receipt.image()
    assert image.shape == (20, 100, 3) and image.mean() < 20
    word = next(line for line in lines if line.key.endswith("/w7.png"))
    assert word.image().shape == (30, 80, 3)
    assert tuple(word.image()[5, 5]) == (7, 90, 200)


def test_jitter_moves_receipts_only_and_is_seeded(folder: Path) -> None:
    lines = RealLines.find(folder, "all")
    receipt = next(line for line in lines.lines if line.source == "sroie")
    shapes = {receipt.image(random.Random(i)).shape for i in range(10)}
    assert len(shapes) > 3
    word = next(line for line in lines.lines if line.source != "sroie")
    assert {word.image(random.Random(i)).shape for i in range(5)} == {(30, 80, 3)}
    first, again = (receipt.sample(random.Random(1)).image for _ in range(2))
    assert np.array_equal(first, again)


def test_split_is_complete_and_by_receipt(folder: Path) -> None:
    parts = {part: {line.key for line in RealLines.find(folder, part).lines} for part in ("train", "validation", "all")}
    assert parts["train"] and parts["validation"]
    assert not parts["train"] & parts["validation"]
    assert parts["train"] | parts["validation"] == parts["all"]
    receipts = {part: {k.split("#")[0] for k in keys if "#" in k} for part, keys in parts.items()}
    assert not receipts["train"] & receipts["validation"]


def test_receipts_that_are_measured_on_are_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Image.open(folder / "sroie/images/R0.jpg") as picture:  # saved again, smaller and less well
        picture.resize((240, 160)).save(folder / "again.jpg", quality=60)
    with Image.open(folder / "again.jpg") as picture:
        known = perceptual_hash(np.asarray(picture.convert("RGB")))
    assert any(line.source == "sroie" for line in RealLines.find(folder, "all").lines)
    monkeypatch.setattr(real, "MEASURED_ON", (known,))
    assert {line.source for line in RealLines.find(folder, "all").lines} == {"icdar2015_words"}


def test_filter_and_new_labels(folder: Path) -> None:
    lines = RealLines.find(folder, "all")
    assert len(lines.filtered(lambda line: line.source == "sroie")) == 60
    renamed = lines.relabelled(lambda line: ("x", True) if line.text == "12.50" else None)
    assert {line.text for line in renamed.lines} == {"x"} and len(renamed) == 30


def test_broken_folders_are_named(tmp_path: Path, folder: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="empty"):
        RealLines.find(empty)
    (folder / "sroie" / "images" / "R3.jpg").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"R3\.jpg"):
        RealLines.find(folder, "all")


def test_labels_take_their_case_from_a_reading() -> None:
    assert case_from_reading("TOTAL SALES", "Total Sales") == ("Total Sales", True)
    assert case_from_reading("TOTAL 5.00", "Tota1 5.00") == ("Total 5.00", False)
    assert case_from_reading("", "abc") == ("", True)


def test_agreement_of_label_and_reading() -> None:
    assert fold("Élan-Vital 3") == "elanvital3"
    assert agreement("TOTAL", "total") == 1.0
    assert agreement("TOTAL", "cash") < 0.5
    assert agreement("--", "--") == 1.0 and agreement("--", "==") == 0.0
