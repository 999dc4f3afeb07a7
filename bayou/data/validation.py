"""A fixed set of synthetic lines to watch training by, in fonts never trained on. Knows no scores.

The categories cursive, block capitals, artistic and handwritten digits stand in for real handwriting and lettering,
for which no freely licensed set is at hand; they are named stand-ins wherever they are reported.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from bayou.data.sample import LineSample
from bayou.data.synthetic import records
from bayou.data.synthetic.content import Writer
from bayou.data.synthetic.corpus import Corpus, default_corpus
from bayou.data.synthetic.fonts import FontFace, FontLibrary
from bayou.data.synthetic.lines import LineRenderer
from bayou.errors import UsageError

#: The stream of the validation lines; training never uses it.
VALIDATION_SEED = 977_001


def _one_to_three_words(writer: Writer) -> str:
    return " ".join(writer.word() for _ in range(writer.rng.choice((1, 1, 2, 3))))


def _note(writer: Writer) -> str:
    return writer.rng.choice((writer.running(writer.rng.randint(15, 50)), _one_to_three_words(writer)))


@dataclass(frozen=True, slots=True)
class Category:
    """How the lines of one category of the validation set are made.

    Attributes:
        name: Its name in reports; stand-ins say so.
        looks: The category of the synthetic mix whose setting and damage it takes.
        kinds: Kinds of faces.
        text: What it says.
        cursive: Only faces with joined or quick letters (True), only others (False), or either (None).
    """

    name: str
    looks: str
    kinds: tuple[str, ...]
    text: Callable[[Writer], str]
    cursive: bool | None = None


CATEGORIES: tuple[Category, ...] = (
    Category("print", "document", ("print", "mono"), Writer.document),
    Category("accents", "document", ("print",), lambda w: " ".join(w.foreign_words(w.rng.randint(2, 9)))),
    Category("receipt", "receipt", ("print", "mono", "terminal"), Writer.receipt),
    Category("scene", "scene", ("print",), Writer.scene),
    Category("codes", "figures", ("print", "mono"), Writer.figures),
    Category("cursive (stand-in)", "handwriting", ("handwriting",), _note, cursive=True),
    Category(
        "block capitals (stand-in)",
        "handwriting",
        ("handwriting",),
        lambda w: _one_to_three_words(w).upper(),
        cursive=False,
    ),
    Category("artistic (stand-in)", "scene", ("display",), lambda w: w.cased(_one_to_three_words(w))),
    Category("handwritten digits (stand-in)", "handwriting", ("handwriting",), lambda w: records.digits(w.rng, 2, 9)),
)


def validation_lines(
    per_category: int = 100, fonts: FontLibrary | None = None, corpus: Corpus | None = None
) -> list[LineSample]:
    """The validation set.

    Args:
        per_category: Lines of each category.
        fonts: Fonts to draw with; the held-out ones of this machine where none are given.
        corpus: Words and texts; this machine's where none are given.

    Returns:
        Lines in the order of :data:`CATEGORIES`, ``source`` being ``validation/NAME``.

    Raises:
        UsageError: A category has no held-out font on this machine.
    """
    library = fonts if fonts is not None else FontLibrary.find(held_out=True)
    renderer = LineRenderer(library, corpus if corpus is not None else default_corpus())
    lines: list[LineSample] = []
    for category in CATEGORIES:
        faces = _faces(library, category)
        lines += [_line(renderer, category, faces, index) for index in range(per_category)]
    return lines


def _faces(library: FontLibrary, category: Category) -> list[FontFace]:
    families = [faces for kind in category.kinds for _, faces in sorted(library.families[kind].items())]
    faces = [f for group in families for f in group if category.cursive is None or f.cursive == category.cursive]
    if not faces:
        raise UsageError(
            f"no held-out font for the validation category '{category.name}': install the fonts that docs/data.md names"
        )
    return faces


def _line(renderer: LineRenderer, category: Category, faces: list[FontFace], index: int) -> LineSample:
    rng = random.Random(f"{VALIDATION_SEED}:{category.name}:{index}")
    writer = Writer(renderer.corpus, rng)
    while True:
        face = faces[index % len(faces)]
        text = category.text(writer)[:150].strip()
        text = text.upper() if face.unicase else text
        if text and renderer.fonts.covers(face, text):
            break
        index += 1
    sample = renderer.render_text(rng, category.looks, face, text)
    return LineSample(sample.image, sample.text, f"validation/{category.name}", True)
