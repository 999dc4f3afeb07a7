"""Which fonts there are, what they can write, and loaded ones. Knows font files; knows no texts."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import random
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont

from bayou.cache import make_cache_folder
from bayou.data.synthetic.alphabet import ALPHABET
from bayou.data.synthetic.font_names import CAPITALS_ONLY, COMMON, CURSIVE, HELD_OUT, classify
from bayou.errors import UsageError

FONT_INDEX = "fonts.json"
"""Name of the file that remembers what was found in fonts."""
KINDS = ("print", "mono", "terminal", "handwriting", "display", "segment")
#: Raised when what is stored about fonts changes meaning.
_INDEX_VERSION = 5
_PROBE_SIZE = 40
_DIGITS = "0123456789"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: A small capital is the capital in another size: so much of the two inks must agree, for this share of letters.
_UNICASE_AGREEMENT = 0.82
_UNICASE_SHARE = 0.6
_SMALL_CAPITALS = re.compile(r"\b(small ?)?caps\b|\bsc\b|smallcaps|titling|capitals|ADF Style", re.IGNORECASE)
"""Families whose small letters are small capitals, too unlike the large ones in proportion for the shapes to tell."""
_UNICASE_LETTERS = "aegrnbdhmqt"
# fontTools reports harmless oddities of old fonts at every opening.
logging.getLogger("fontTools").setLevel(logging.ERROR)
#: Installed packages that carry fonts are named with this prefix (PyPI's fontpkg-* wheels).
_COMMON_SHARE = 0.5
_PACKAGE_PREFIX = "fontpkg_"


@dataclass(frozen=True, slots=True)
class FontFace:
    """One usable face of a font file.

    Attributes:
        path: The font file.
        family: Family name as the file spells it.
        style: Style name, such as ``Bold Italic``.
        monospaced: All characters are equally wide.
        characters: The members of the alphabet it really draws.
        unicase: Lower-case letters look like capitals: text is set, and labelled, in capitals.
        weight: Position on the weight axis of a variable font, or None.
    """

    path: str
    family: str
    style: str
    monospaced: bool
    characters: str
    unicase: bool
    weight: int | None = None

    @property
    def kind(self) -> str | None:
        """One of :data:`KINDS`, or None: not to be used."""
        return classify(self.family, self.monospaced)

    @property
    def held_out(self) -> bool:
        return self.family.casefold() in HELD_OUT

    @property
    def cursive(self) -> bool:
        return self.family.casefold() in CURSIVE


def material_folder() -> Path | None:
    """The folder of ``bayou.data.synthetic.bundle`` that ``BAYOU_MATERIAL`` names, to be used alone; or None."""
    named = os.environ.get("BAYOU_MATERIAL")
    return Path(named) if named else None


def font_folders() -> list[Path]:
    """Folders with fonts: ``BAYOU_FONTS`` (a path list), else the system's and those of ``fontpkg-*`` wheels.

    A path list that begins or ends with its separator names folders besides these.
    """
    material = material_folder()
    if material is not None:
        return [material / "fonts"]
    named = os.environ.get("BAYOU_FONTS", "").split(os.pathsep)
    return [Path(p) for p in named if p] + (_own_folders() if "" in named else [])


def _own_folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    elif sys.platform == "win32":
        folders = [
            Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
            home / "AppData" / "Local" / "Microsoft" / "Windows" / "Fonts",
        ]
    else:
        system = [Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts/opentype"), Path("/usr/local/share/fonts")]
        folders = [*system, home / ".local" / "share" / "fonts", home / ".fonts"]
    return [f for f in folders if f.is_dir()] + _package_folders()


def _package_folders() -> list[Path]:
    found = []
    for entry in sys.path:
        base = Path(entry or ".")
        if base.is_dir():
            found += [p / "files" for p in sorted(base.glob(f"{_PACKAGE_PREFIX}*")) if (p / "files").is_dir()]
    spec = importlib.util.find_spec("reportlab")
    if spec is not None and spec.submodule_search_locations:
        found += [Path(p) / "fonts" for p in spec.submodule_search_locations]
    return found


def font_files(folders: Iterable[Path]) -> list[Path]:
    """All TrueType and OpenType files below some folders, sorted by name so that every machine sees the same order."""
    files = {p for folder in folders for p in folder.rglob("*") if p.suffix.lower() in (".ttf", ".otf", ".ttc")}
    return sorted(files, key=lambda p: (p.name, str(p)))


@lru_cache(maxsize=1024)
def load_font(path: str, size: int, weight: int | None) -> ImageFont.FreeTypeFont:
    """A face at a size in pixels per em, kept for the next line."""
    font = ImageFont.truetype(path, size)
    if weight is not None:
        font.set_variation_by_axes([weight])
    return font


def _ink(font: ImageFont.FreeTypeFont, character: str) -> np.ndarray | None:
    mask = font.getmask(character, mode="L")
    if mask.size[0] == 0 or mask.size[1] == 0:
        return None
    pixels = np.asarray(mask, dtype=np.uint8).reshape(mask.size[1], mask.size[0])
    rows, columns = np.flatnonzero(pixels.max(1) > 64), np.flatnonzero(pixels.max(0) > 64)
    if len(rows) == 0 or len(columns) == 0:
        return None
    return pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _same_shape(first: np.ndarray | None, second: np.ndarray | None) -> bool:
    if first is None or second is None:
        return False
    side = 24
    grid = (np.arange(side) + 0.5) / side
    shapes = [s[(grid * s.shape[0]).astype(int)][:, (grid * s.shape[1]).astype(int)] > 127 for s in (first, second)]
    union = np.count_nonzero(shapes[0] | shapes[1])
    return bool(union > 0 and np.count_nonzero(shapes[0] & shapes[1]) / union > _UNICASE_AGREEMENT)


def _drawn_characters(font: ImageFont.FreeTypeFont, mapped: set[int]) -> str:
    """The alphabet's characters whose glyph has ink and isn't the box drawn for missing ones."""
    missing = _ink(font, "\uffff")
    drawn = []
    for character in ALPHABET:
        if ord(character) not in mapped:
            continue
        if character == " ":
            drawn.append(character)
            continue
        ink = _ink(font, character)
        if ink is None or (missing is not None and ink.shape == missing.shape and np.array_equal(ink, missing)):
            continue
        drawn.append(character)
    return "".join(drawn)


def _inspect(path: Path) -> list[FontFace]:
    """The usable faces of one file; none where it can't be read, isn't Latin or isn't text."""
    try:
        with path.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as table:
            mapped = set(table.getBestCmap() or ())
            axes = [a.axisTag for a in table["fvar"].axes] if "fvar" in table else []
            bounds = next((a for a in table["fvar"].axes if a.axisTag == "wght"), None) if axes else None
            weights = [None] if axes != ["wght"] or bounds is None else _weights(bounds.minValue, bounds.maxValue)
        font = ImageFont.truetype(str(path), _PROBE_SIZE)
        family, style = ((part or "").strip() for part in font.getname())
        monospaced = abs(font.getlength("i") - font.getlength("M")) < 0.5
        if not {ord(c) for c in _DIGITS} <= mapped or classify(family, monospaced) is None:
            return []
        characters = _drawn_characters(font, mapped)
        if not set(_DIGITS + _CAPITALS) <= set(characters):
            return []
        same = sum(_same_shape(_ink(font, c), _ink(font, c.upper())) for c in _UNICASE_LETTERS if c in characters)
        small_capitals = _SMALL_CAPITALS.search(family) is not None
        unicase = small_capitals or "a" not in characters or bool(same >= _UNICASE_SHARE * len(_UNICASE_LETTERS))
    except (TTLibError, OSError, ValueError, KeyError, AssertionError):
        # A broken font is no reason to stop: it is left out, as a font that isn't installed would be.
        return []
    return [FontFace(str(path), family, style, monospaced, characters, unicase, w) for w in weights]


def _weights(lowest: float, highest: float) -> list[int | None]:
    return [w for w in (300, 400, 500, 600, 700, 800) if lowest <= w <= highest]


def scan(files: Sequence[Path], cache: Path | None = None) -> list[FontFace]:
    """Inspect font files, remembering what was found by name and size in ``cache`` (a JSON file).

    Names and sizes, not folders and times, so that an index can travel with its fonts to another machine.
    """
    known: dict[str, list[dict[str, Any]]] = {}
    if cache is not None and cache.is_file():
        stored = json.loads(cache.read_text(encoding="utf-8"))
        if stored.get("version") == _INDEX_VERSION and stored.get("alphabet") == ALPHABET:
            known = stored["files"]
    fresh = False
    faces: list[FontFace] = []
    for path in files:
        key = f"{path.name}|{path.stat().st_size}"
        if key not in known:
            known[key] = [asdict(f) for f in _inspect(path)]
            fresh = True
        for entry in known[key]:
            unicase = entry["unicase"] or entry["family"].casefold() in CAPITALS_ONLY
            faces.append(FontFace(**{**entry, "path": str(path), "unicase": unicase}))
    if fresh and cache is not None:
        index = {"version": _INDEX_VERSION, "alphabet": ALPHABET, "files": known}
        partial = cache.with_suffix(f".{os.getpid()}.part")
        partial.write_text(json.dumps(index), encoding="utf-8")
        os.replace(partial, cache)
    return faces


def _style_weight(style: str) -> float:
    lower = style.casefold()
    weight = 0.3 if "italic" in lower or "oblique" in lower or "slanted" in lower else 1.0
    return weight * (0.5 if any(w in lower for w in ("thin", "hairline", "extralight", "ultralight")) else 1.0)


@dataclass(slots=True)
class FontLibrary:
    """The faces to draw with, by kind and family: a family is drawn first, so that one with 18 files counts once."""

    faces: list[FontFace]
    families: dict[str, dict[str, list[FontFace]]] = field(init=False)
    _sets: dict[int, frozenset[str]] = field(init=False)
    _common: dict[str, list[str]] = field(init=False)
    _others: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        seen: set[tuple[str, str, int | None]] = set()
        self.families = {kind: {} for kind in KINDS}
        for face in self.faces:
            kind = face.kind
            key = (face.family, face.style, face.weight)
            if kind is None or key in seen:
                continue
            seen.add(key)
            self.families[kind].setdefault(face.family, []).append(face)
        self._sets = {id(f): frozenset(f.characters) for f in self.faces}
        self._common = {k: [f for f in families if f.casefold() in COMMON] for k, families in self.families.items()}
        self._others = {k: [f for f in families if f.casefold() not in COMMON] for k, families in self.families.items()}

    @classmethod
    def find(cls, held_out: bool = False, folders: Sequence[Path] | None = None) -> FontLibrary:
        """The fonts of this machine to train with, or (``held_out``) those kept for validation."""
        files = font_files(folders if folders is not None else font_folders())
        material = material_folder()
        cache = None
        if folders is None:
            cache = (material / "fonts" if material is not None else make_cache_folder()) / FONT_INDEX
        return cls([f for f in scan(files, cache) if f.held_out == held_out])

    def covers(self, face: FontFace, text: str) -> bool:
        return self._sets[id(face)].issuperset(text)

    def pick(self, rng: random.Random, kind: str) -> FontFace:
        """A face of a kind: common families as often as all others together, upright ones more often than italics.

        Raises:
            UsageError: This machine has no usable font at all.
        """
        if not self.families[kind]:
            kind = next((k for k in KINDS if self.families[k]), "")
            if not kind:
                raise UsageError(
                    "no usable font found: install some, or name folders of fonts in BAYOU_FONTS (see docs/data.md)"
                )
        first, second = self._common[kind], self._others[kind]
        names = (first if rng.random() < _COMMON_SHARE else second) or first or second
        faces = self.families[kind][rng.choice(names)]
        return rng.choices(faces, weights=[_style_weight(f.style) for f in faces])[0]

    def pick_for(self, rng: random.Random, kinds: Sequence[str], text: str, tries: int = 12) -> FontFace | None:
        """A face of one of ``kinds`` that can write ``text`` in full, or None after some tries."""
        for _ in range(tries):
            face = self.pick(rng, rng.choice(kinds))
            if self.covers(face, text.upper() if face.unicase else text):
                return face
        return None
