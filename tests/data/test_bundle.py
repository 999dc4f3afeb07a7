"""The bundle: fonts and texts that another machine draws the same kind of lines with."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayou.data.synthetic.bundle import write_bundle
from bayou.data.synthetic.corpus import Corpus, default_corpus
from bayou.data.synthetic.fonts import FONT_INDEX, FontFace, FontLibrary
from bayou.data.synthetic.lines import LineRenderer
from bayou.errors import UsageError

CORPUS = Corpus(
    ("plain", "words"), (("mots", "été"), ("Wörter", "Straße")), "Running text. " * 400, ("Du texte. " * 400,)
)


@pytest.fixture
def uncached() -> None:
    default_corpus.cache_clear()


def test_a_bundle_replaces_the_machine(
    faces: list[FontFace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uncached: None
) -> None:
    few = [f for f in faces if f.kind == "print" and not f.held_out][:4]
    write_bundle(tmp_path, few, CORPUS)
    assert (tmp_path / "fonts" / FONT_INDEX).is_file()
    monkeypatch.setenv("BAYOU_MATERIAL", str(tmp_path))
    assert default_corpus() == CORPUS
    library = FontLibrary.find()
    assert {f.family for f in library.faces} == {f.family for f in few}
    assert all(Path(f.path).parent == tmp_path / "fonts" for f in library.faces)
    by_name = {(f.family, f.style): f for f in few}
    assert all(set(by_name[f.family, f.style].characters) == set(f.characters) for f in library.faces)
    sample = LineRenderer(library, CORPUS).render(1, 2, "document")
    assert sample.text and sample.image.size
    default_corpus.cache_clear()


def test_an_empty_bundle_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uncached: None) -> None:
    monkeypatch.setenv("BAYOU_MATERIAL", str(tmp_path))
    with pytest.raises(UsageError, match="BAYOU_MATERIAL"):
        default_corpus()
