"""The validation set: fixed, in held-out fonts only, and never short of a category in silence."""

from __future__ import annotations

import numpy as np
import pytest

from bayou.data import validation
from bayou.data.synthetic.corpus import load_corpus
from bayou.data.synthetic.fonts import FontFace, FontLibrary
from bayou.errors import UsageError


@pytest.fixture(scope="module")
def stand_ins(faces: list[FontFace]) -> FontLibrary:
    """One real font in every role, so that the set can be made on any machine."""
    plain = next(f for f in faces if f.kind == "print" and len(f.characters) > 150 and not f.unicase)
    roles = ("Carlito", "Fantasque Sans Mono", "Satisfy", "Domestic Manners", "Righteous", "Px IBM MDA")
    return FontLibrary(
        [
            FontFace(plain.path, name, "Regular", name == "Fantasque Sans Mono", plain.characters, False)
            for name in roles
        ]
    )


def test_set_is_the_same_each_time_and_complete(stand_ins: FontLibrary) -> None:
    corpus = load_corpus((), ())
    first = validation.validation_lines(3, stand_ins, corpus)
    second = validation.validation_lines(3, stand_ins, corpus)
    assert [s.text for s in first] == [s.text for s in second]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, second, strict=True))
    assert [s.source for s in first] == [f"validation/{c.name}" for c in validation.CATEGORIES for _ in range(3)]


def test_texts_are_what_the_categories_say(stand_ins: FontLibrary) -> None:
    lines = validation.validation_lines(4, stand_ins, load_corpus((), ()))
    by_name = {c.name: [s.text for s in lines if s.source == f"validation/{c.name}"] for c in validation.CATEGORIES}
    assert all(t.isdigit() for t in by_name["handwritten digits (stand-in)"])
    assert all(t == t.upper() for t in by_name["block capitals (stand-in)"])


def test_missing_fonts_are_an_error(stand_ins: FontLibrary) -> None:
    few = FontLibrary([f for f in stand_ins.faces if f.kind != "display"])
    with pytest.raises(UsageError, match="artistic"):
        validation.validation_lines(1, few, load_corpus((), ()))
