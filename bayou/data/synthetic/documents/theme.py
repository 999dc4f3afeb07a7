"""The look of one document: faces that go together, colours, sizes. Knows fonts; knows no layouts."""

from __future__ import annotations

import colorsys
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bayou.data.synthetic.documents.glyphs import writable
from bayou.data.synthetic.documents.sheet import Colour, Style
from bayou.data.synthetic.font_names import COMMON
from bayou.data.synthetic.fonts import FontFace, FontLibrary, load_font
from bayou.errors import UsageError

#: What every document may print; a language's own letters come on top.
_NEEDED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;-–/()&@%#+*'!?"
_LETTERS = {
    "en": "£$",
    "de": "äöüßÄÖÜ€",
    "fr": "éèêàçùôîïëœÉÈ€°",
    "es": "áéíóúñüÁÍÉº€¡¿",
    "it": "àèéìòù€",
    "nl": "éëïü€",
    "pl": "ąćęłńóśźżŁŚŻÓ",
    "sv": "åäöÅÄÖÀ",
    "pt": "ãõçáéíóúâêôàÁÍÉº€",
}
_COMMON_SHARE = 0.75
_WIDEST_TILL = 0.7
"""Of a character, in em: wider ones are screens', not printers'."""
_USUAL = "Main Street 12"
_USUAL_WIDTH = 0.46
#: Faces for running text that office documents don't have, and those that set small letters as capitals.
_ODD = (
    "dyslexic",
    "roadgeek",
    "keyfont",
    "signfont",
    "beteckna",
    "caps",
    "titling",
    "style",
    "unslanted",
    "quotation",
    "dunhill",
    "upright italic",
    "infofont",
    "emerita",
    "osifont",
    "essays",
    "quercus",
    "jara",
    "radis",
    "eurofurence",
    "display",
    "demi",
    "thin",
    "extra",
)
_WEAK_HANDS = (
    "bajaderka",
    "ecolier",
    "havana",
    "delphine",
    "romande",
    "chorus",
    "junkyard",
    "z003",
    "great vibes",
    "pacifico",
    "abecedario",
)


@dataclass(frozen=True, slots=True)
class Family:
    """A family's four usual faces; one that is missing is the nearest that is there."""

    regular: FontFace
    bold: FontFace
    italic: FontFace

    def writes(self, text: str) -> bool:
        return all(writable(face, text) for face in (self.regular, self.bold))


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """The families of a machine sorted by what they serve for."""

    common: tuple[Family, ...]
    others: tuple[Family, ...]
    mono: tuple[Family, ...]
    tills: tuple[FontFace, ...]
    hands: tuple[FontFace, ...]
    machine: tuple[FontFace, ...]
    fallback: FontFace

    @classmethod
    def of(cls, fonts: FontLibrary) -> Wardrobe:
        """Sorts a library's faces.

        Raises:
            UsageError: it has no family for running text.
        """
        found = {n: _family(f) for n, f in sorted(fonts.families["print"].items()) if not _is_odd(n)}
        families = {n: f for n, f in found.items() if f is not None and f.writes(_NEEDED)}
        if not families:
            raise UsageError(
                "no usable font found: install some, or name folders of fonts in BAYOU_FONTS (see docs/data.md)"
            )
        common = tuple(f for n, f in families.items() if n.casefold() in COMMON)
        others = tuple(f for n, f in families.items() if n.casefold() not in COMMON)
        mono = tuple(f for _, faces in sorted(fonts.families["mono"].items()) if (f := _family(faces)) is not None)
        mono = tuple(f for f in mono if f.writes(_NEEDED)) or common or others
        hands = _usable(
            face
            for name, faces in sorted(fonts.families["handwriting"].items())
            if not any(w in name.casefold() for w in _WEAK_HANDS)
            for face in faces[:1]
        )
        terminal = sorted(fonts.families["terminal"].items())
        tills = _usable(f for n, faces in terminal if "8x8" not in n and "-2" not in n for f in faces[:1])
        tills = tuple(f for f in tills if _width(f) < _WIDEST_TILL)
        machine = tuple(f for n, faces in terminal if "ocr" in n.casefold() for f in faces[:1])
        widest = max((*common, *others), key=lambda f: len(f.regular.characters)).regular
        return cls(
            common or others,
            others or common,
            mono,
            tills or tuple(f.regular for f in mono),
            hands or tuple(f.italic for f in common or others),
            machine or tuple(f.regular for f in mono),
            widest,
        )

    def some(self, rng: random.Random) -> Wardrobe:
        """A few families of each sort; always one that can write every language."""
        everything = _NEEDED + "".join(_LETTERS.values())
        wide = [f for f in self.common if f.writes(everything)] or list(self.common)
        return Wardrobe(
            (*_drawn(rng, self.common, 6), rng.choice(wide)),
            _drawn(rng, self.others, 3),
            _drawn(rng, self.mono, 2),
            _drawn(rng, self.tills, 4),
            _drawn(rng, self.hands, 5),
            self.machine,
            self.fallback,
        )


T = TypeVar("T")


def _drawn(rng: random.Random, pool: tuple[T, ...], count: int) -> tuple[T, ...]:
    return tuple(rng.sample(pool, min(count, len(pool))))


def _usable(faces: Iterable[FontFace]) -> tuple[FontFace, ...]:
    return tuple(f for f in faces if not f.unicase and writable(f, _NEEDED[:62]))


def _is_odd(name: str) -> bool:
    return any(word in name.casefold() for word in _ODD)


def _family(faces: Sequence[FontFace]) -> Family | None:
    upright = [f for f in faces if not f.unicase and not _slanted(f)]
    regular = min(upright, key=_distance(400), default=None)
    if regular is None:
        return None
    bold = min(upright, key=_distance(700))
    slanted = [f for f in faces if not f.unicase and _slanted(f)]
    return Family(regular, bold, min(slanted, key=_distance(400), default=regular))


def _slanted(face: FontFace) -> bool:
    return any(word in face.style.casefold() for word in ("italic", "oblique", "slanted", "inclined"))


def _distance(wanted: int) -> Callable[[FontFace], tuple[int, int, str]]:
    """By how much a face's weight differs from the wanted one, then the shorter style name."""

    def of(face: FontFace) -> tuple[int, int, str]:
        style = face.style.casefold()
        weight = face.weight or next((w for word, w in _WEIGHTS if word in style), 400)
        width = 150 if "cond" in style or "narrow" in style else 0
        return abs(weight - wanted) + width, len(style), face.path

    return of


_WEIGHTS = (
    ("semibold", 600),
    ("demibold", 600),
    ("semi bold", 600),
    ("demi", 600),
    ("extrabold", 800),
    ("ultrabold", 800),
    ("extralight", 200),
    ("bold", 700),
    ("black", 900),
    ("heavy", 850),
    ("medium", 500),
    ("light", 300),
    ("thin", 100),
    ("hairline", 50),
    ("book", 400),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Faces, colours and sizes of a document.

    Attributes:
        body, head: Families of text and headings.
        hand: A face for what is filled in by hand.
        size: Points of running text.
        ink, grey, accent, tint: Text, lesser text, the house's colour, a pale ground.
        plain: The document is black on white.
    """

    wardrobe: Wardrobe
    body: Family
    head: Family
    hand: FontFace
    size: float
    ink: Colour
    grey: Colour
    accent: Colour
    tint: Colour
    plain: bool

    @classmethod
    def draw(cls, rng: random.Random, wardrobe: Wardrobe, language: str, size: float = 0.0) -> Theme:
        """A look for a document in a language."""
        letters = letters_of(language)
        body = pick_family(rng, wardrobe, letters)
        head = body if rng.random() < 0.55 else pick_family(rng, wardrobe, letters)
        hands = [f for f in wardrobe.hands if writable(f, letters)] or [wardrobe.fallback]
        plain = rng.random() < 0.3
        accent, tint = _colours(rng)
        ink = rng.choice(((0, 0, 0), (0, 0, 0), (20, 20, 24), (35, 35, 38), (28, 32, 44)))
        level = rng.randint(70, 115)
        if plain:
            accent, tint, ink = (0, 0, 0), (rng.randint(222, 242),) * 3, (0, 0, 0)
        return cls(
            wardrobe,
            body,
            head,
            rng.choice(hands),
            size or rng.choice((8.5, 9, 9, 9.5, 10, 10, 10.5, 11)),
            ink,
            (level, level, level),
            accent,
            tint,
            plain,
        )

    def text(self, size: float = 0.0) -> Style:
        return Style(self.body.regular, size or self.size, self.ink)

    def strong(self, size: float = 0.0) -> Style:
        return Style(self.body.bold, size or self.size, self.ink)

    def slanted(self, size: float = 0.0) -> Style:
        return Style(self.body.italic, size or self.size, self.ink)

    def small(self, share: float = 0.8) -> Style:
        return Style(self.body.regular, self.size * share, self.grey)

    def heading(self, size: float) -> Style:
        return Style(self.head.bold, size, self.accent)


@lru_cache(maxsize=4096)
def _width(face: FontFace) -> float:
    """A usual character's width in em."""
    return load_font(face.path, 40, face.weight).getlength(_USUAL) / 40 / len(_USUAL)


def hand_size(face: FontFace, points: float) -> float:
    """Points at which a hand writes as wide as others do at ``points``: hands fill their em very differently."""
    return points * min(1.6, max(0.6, _USUAL_WIDTH / _width(face)))


def letters_of(language: str) -> str:
    """What a face must have to print documents in a language."""
    return _NEEDED + _LETTERS[language]


def pick_family(rng: random.Random, wardrobe: Wardrobe, letters: str) -> Family:
    """A family that has these letters: a common one mostly."""
    pool = wardrobe.common if rng.random() < _COMMON_SHARE else wardrobe.others
    for _ in range(20):
        family = rng.choice(pool)
        if family.writes(letters):
            return family
    for family in (*wardrobe.common, *wardrobe.others):
        if family.writes(letters):
            return family
    return Family(wardrobe.fallback, wardrobe.fallback, wardrobe.fallback)


def _colours(rng: random.Random) -> tuple[Colour, Colour]:
    """A house colour dark enough for text, and a pale one that goes with it."""
    hue = rng.choice((rng.gauss(0.6, 0.05), rng.gauss(0.6, 0.05), rng.random(), rng.gauss(0.02, 0.03), 0.45)) % 1.0
    saturation, value = rng.uniform(0.45, 0.95), rng.uniform(0.3, 0.62)
    accent = colorsys.hsv_to_rgb(hue, saturation, value)
    tint = colorsys.hsv_to_rgb(hue, rng.uniform(0.04, 0.14), rng.uniform(0.93, 0.98))
    return _levels(accent), _levels(tint)


def _levels(colour: tuple[float, float, float]) -> Colour:
    return (round(255 * colour[0]), round(255 * colour[1]), round(255 * colour[2]))
