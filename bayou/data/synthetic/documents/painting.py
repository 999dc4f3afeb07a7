"""What every painter of a kind of document is given and gives back. Knows sheets; no kind by name."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.page import Question
from bayou.data.synthetic.documents.prose import claims
from bayou.data.synthetic.documents.sheet import Colour, Sheet
from bayou.data.synthetic.documents.theme import Wardrobe
from bayou.data.synthetic.fonts import FontLibrary

A4, LETTER = (595.0, 842.0), (612.0, 792.0)

#: A sentence of running text: a capital, words and commas, a full stop; no code, no lists.
_SENTENCE = re.compile(r"(?<=[.?!] )[A-Z][a-z]+(?:,? [A-Za-z][a-z'’-]*,?){5,32}[.?](?= [A-Z])")
_FEWEST = 50


@dataclass(slots=True)
class Made:
    """What a painter has made: the sheet, the labels' language, questions of its own, how wide to print it."""

    sheet: Sheet
    language: str
    questions: list[Question] = field(default_factory=list)
    stretch: float = 1.0

    def ask(self, text: str, answer: str, kind: str) -> None:
        self.questions.append(Question(text, answer, kind))


@dataclass(slots=True)
class Desk:
    """What painters draw from: faces, sentences, and how the sheets are to be made."""

    wardrobe: Wardrobe
    sentences: tuple[str, ...] = ()
    traced: bool = False
    dpis: tuple[int, ...] = ()

    @classmethod
    def of(cls, fonts: FontLibrary, prose: str = "", traced: bool = False) -> Desk:
        """With a machine's faces, and the sentences of a running text."""
        found = tuple(m for m in _SENTENCE.findall(prose) if len(m) < 260)
        return cls(Wardrobe.of(fonts), found, traced)

    def narrowed(self, rng: random.Random) -> Desk:
        """With a few of the faces: letters once drawn serve again, so pages made one after another share theirs."""
        return Desk(self.wardrobe.some(rng), self.sentences, self.traced, tuple(rng.sample(range(100, 151, 5), 3)))

    def sheet(
        self, rng: random.Random, width: float, height: float, dpi: float = 0.0, paper: Colour = (255, 255, 255)
    ) -> Sheet:
        """Empty paper; at 100 to 150 dots an inch unless told otherwise."""
        chosen = rng.choice(self.dpis) if self.dpis else rng.randint(100, 150)
        return Sheet(width, height, dpi or chosen, self.wardrobe.fallback, paper, self.traced)

    def text(self, rng: random.Random, length: int, own: float = 0.5) -> str:
        """Running English text of about ``length`` characters: sentences of the corpus, and of a paper's own kind."""
        pieces: list[str] = []
        size = 0
        while size < length:
            found = len(self.sentences) > _FEWEST and rng.random() > own
            piece = rng.choice(self.sentences) if found else claims(rng)
            pieces.append(piece)
            size += len(piece) + 1
        return " ".join(pieces)


Painter = Callable[[Desk, random.Random], Made]


def paper_size(rng: random.Random, locale: Locale) -> tuple[float, float]:
    """A4, or Letter in America."""
    return LETTER if locale.country.currency == "USD" else A4


def title(text: str) -> str:
    """With a capital first letter; the rest as it is."""
    return text[:1].upper() + text[1:]
