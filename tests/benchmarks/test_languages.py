"""Texts out of Debian packages, letters misread, crops without text: what the measuring programs stand on."""

from __future__ import annotations

import io
import lzma
import tarfile
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from bayou.data.synthetic.fonts import FontFace
from bayou.errors import InputError
from benchmarks import language_texts, textless_crops
from benchmarks.engines import Reading
from benchmarks.invention import bordered, textless_rows
from benchmarks.language_texts import LONGEST, SHORTEST, control_file, lines_of, packages_in
from benchmarks.languages import Line as SetLine
from benchmarks.languages import misread, rows

TEMPLATES = """Template: a/b
Type: boolean
Description: Really?
 English stays out.
Description-cs.UTF-8: Opravdu?
 Příliš žluťoučký kůň úpěl ďábelské ódy a potom šel klidně zase domů spát.
 .
 Cesta /etc/kamsi nebo volba --nic nejsou žádná věta v češtině, kterou čteme.
Description-ro.UTF-8: Sigur?
 Aceşti paşi ţin cont de toate setările pe care le-aţi ales mai devreme astăzi.
Description-es.UTF-8: ¿Seguro?
 Esta frase estÃ¡ daÃ±ada porque alguien la codificÃ³ dos veces sin querer.
"""
FACE = FontFace(
    str(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"), "DejaVu Sans", "Book", False, "abc", False
)


def package(path: Path, templates: str | None) -> Path:
    """A Debian package with nothing in it but templates."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in {"control": "Package: a\n", "templates": templates}.items():
            if content is not None:
                found = tarfile.TarInfo(f"./{name}")
                found.size = len(content.encode())
                archive.addfile(found, io.BytesIO(content.encode()))
    whole = b"!<arch>\n"
    for name, part in (("debian-binary", b"2.0\n"), ("control.tar.xz", lzma.compress(file.getvalue()))):
        whole += f"{name:16}{0:<12}{0:<6}{0:<6}{'100644':8}{len(part):<10}`\n".encode() + part + b"\n" * (len(part) % 2)
    path.write_bytes(whole)
    return path


def test_templates_come_out_of_a_package(tmp_path: Path) -> None:
    assert control_file(package(tmp_path / "a_1.deb", TEMPLATES), "templates") == TEMPLATES
    assert control_file(package(tmp_path / "b_1.deb", None), "templates") == ""
    (tmp_path / "c_1.deb").write_bytes(b"no package")
    with pytest.raises(InputError, match="no Debian package"):
        control_file(tmp_path / "c_1.deb", "templates")


def test_missing_packages_are_named_with_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_texts, "PACKAGES", ["a", "z"])
    package(tmp_path / "a_1.deb", TEMPLATES)
    with pytest.raises(InputError, match=r"apt-get download z$"):
        packages_in(tmp_path)


def test_lines_are_prose_of_their_language_alone() -> None:
    czech = lines_of([TEMPLATES], "cs", 9)
    assert czech and all(SHORTEST <= len(line) <= LONGEST for line in czech)
    assert all(line in "Příliš žluťoučký kůň úpěl ďábelské ódy a potom šel klidně zase domů spát." for line in czech)
    (romanian, *_) = lines_of([TEMPLATES], "ro", 9)
    assert "Acești pași țin" in romanian
    assert lines_of([TEMPLATES], "es", 9) == []  # damaged
    assert lines_of([TEMPLATES], "cs", 9) == czech


def test_letters_misread_are_counted_one_by_one() -> None:
    found = misread([("zena", "žena"), ("žena“", "„žena“"), ("ženy", "žena"), ("zenaa", "žena")])
    assert found == {"ž>z": 2, "„>": 1, "a>y": 1, ">a": 1}
    lines = [SetLine("cs", "žena", Path(), "f"), SetLine("de", "Öl", Path(), "f")]
    shares = {row["language"]: row["cer"] for row in rows("e", lines, ["zena", "Öl"])}
    assert shares == {"cs": 1 / 4, "de": 0, "all": 1 / 6}


def test_invented_text_is_a_letter_or_digit() -> None:
    readings = [Reading("--", 0.9), Reading("a1", 0.9), Reading("x", 0.4), Reading("")]
    found = {row["kind"]: row["invented"] for row in textless_rows("e", readings, ["cloth", "cloth", "noise", "noise"])}
    assert found == {"cloth": 0.5, "noise": 0.5, "all without text": 0.5}
    assert [reading.text for reading in bordered(readings)] == ["--", "a1", "", ""]


@pytest.mark.parametrize("kind", textless_crops.DRAWERS)
def test_crops_without_text_are_the_same_for_a_seed(kind: str) -> None:
    one, again, other = (np.asarray(textless_crops.draw(kind, seed, [FACE])) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert one.shape != other.shape or not np.array_equal(one, other)
    assert one.dtype == np.uint8 and one.shape[2] == 3 and min(one.shape[:2]) >= 16
    assert isinstance(textless_crops.draw(kind, 3, [FACE]), Image.Image)
