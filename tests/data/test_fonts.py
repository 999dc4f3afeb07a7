"""Fonts: what they are taken for, what they can write, and which are kept for validation."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from bayou.data.synthetic.alphabet import ALPHABET_SET
from bayou.data.synthetic.font_names import COMMON, CURSIVE, HANDWRITING, HELD_OUT, classify
from bayou.data.synthetic.fonts import KINDS, FontFace, FontLibrary, font_folders, scan
from bayou.errors import UsageError


def face(family: str, style: str = "Regular", characters: str = "ABCabc012 ", monospaced: bool = False) -> FontFace:
    return FontFace("nowhere.ttf", family, style, monospaced, characters, False)


@pytest.mark.parametrize(
    ("family", "monospaced", "kind"),
    [
        ("DejaVu Sans", False, "print"),
        ("DejaVu Sans Mono", True, "mono"),
        ("Caveat", False, "handwriting"),
        ("Bebas Neue", False, "display"),
        ("Zoetrope BRK", False, "display"),
        ("DSEG7 Classic", True, "segment"),
        ("Px IBM VGA8", True, "terminal"),
        ("Noto Sans", False, "print"),
        ("Noto Sans Arabic", False, None),
        ("Noto Color Emoji", False, None),
        ("Hearts BRK", False, None),
    ],
)
def test_kind_of_a_family(family: str, monospaced: bool, kind: str | None) -> None:
    assert classify(family, monospaced) == kind


def test_names_are_written_as_they_are_compared() -> None:
    for names in (HANDWRITING, CURSIVE, COMMON, HELD_OUT):
        assert all(n == n.casefold().strip() and n for n in names)


def test_held_out_families_are_never_in_the_training_library(faces: list[FontFace]) -> None:
    training = FontLibrary([f for f in faces if not f.held_out])
    families = {name.casefold() for by_name in training.families.values() for name in by_name}
    assert families and not families & HELD_OUT


def test_every_face_writes_digits_and_capitals_and_only_the_alphabet(faces: list[FontFace]) -> None:
    for one in faces:
        assert set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") <= set(one.characters)
        assert ALPHABET_SET.issuperset(one.characters)


def test_pick_for_gives_only_faces_that_cover_the_text(fonts: FontLibrary) -> None:
    rng = random.Random(0)
    found = [face for _ in range(30) if (face := fonts.pick_for(rng, ("print", "display"), "Ęłć 12")) is not None]
    assert found
    assert all(fonts.covers(face, "ĘŁĆ 12" if face.unicase else "Ęłć 12") for face in found)


def test_common_families_and_upright_faces_come_more_often() -> None:
    odd = [face(f"Odd {i}") for i in range(20)]
    plain = [face("DejaVu Sans"), face("DejaVu Sans", "Oblique")]
    library = FontLibrary(odd + plain)
    rng = random.Random(1)
    drawn = [library.pick(rng, "print") for _ in range(600)]
    common = [f for f in drawn if f.family == "DejaVu Sans"]
    assert 240 < len(common) < 360
    assert sum(f.style == "Oblique" for f in common) < len(common) / 2


def test_no_fonts_at_all_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="BAYOU_FONTS"):
        FontLibrary([]).pick(random.Random(0), "print")


def test_a_kind_that_is_not_there_is_replaced() -> None:
    library = FontLibrary([face("DejaVu Sans")])
    for kind in KINDS:
        assert library.pick(random.Random(0), kind).family == "DejaVu Sans"


def test_index_is_remembered_and_follows_moved_files(font_paths: list[Path], tmp_path: Path) -> None:
    cache = tmp_path / "fonts.json"
    source = next(p for p in font_paths if scan([p]))
    first = scan([source], cache)
    stored = json.loads(cache.read_text(encoding="utf-8"))
    (key,) = stored["files"]
    stored["files"][key][0]["style"] = "Remembered"
    cache.write_text(json.dumps(stored), encoding="utf-8")
    moved = tmp_path / source.name
    moved.write_bytes(source.read_bytes())
    second = scan([moved], cache)
    assert second[0].style == "Remembered"
    assert second[0].path == str(moved)
    assert second[0].characters == first[0].characters


def test_what_is_not_a_font_is_left_out(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font at all")
    assert scan([broken]) == []


def test_named_folders_stand_alone_or_beside_the_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BAYOU_MATERIAL", raising=False)
    monkeypatch.delenv("BAYOU_FONTS", raising=False)
    own = font_folders()
    monkeypatch.setenv("BAYOU_FONTS", str(tmp_path))
    assert font_folders() == [tmp_path]
    monkeypatch.setenv("BAYOU_FONTS", f"{os.pathsep}{tmp_path}")
    assert font_folders() == [tmp_path, *own]
