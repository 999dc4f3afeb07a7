"""Words and running texts of a machine, cleaned to the alphabet. Knows text files; not what they serve for."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from bayou.data.synthetic.alphabet import ALPHABET_SET, LOOK_ALIKES
from bayou.data.synthetic.words import LANGUAGES
from bayou.errors import UsageError

#: Word lists as Debian's packages install them, by file name below a dictionary folder.
_DICTIONARIES = (
    "american-english|british-english|french|ngerman|spanish|italian|portuguese|dutch|polish|swedish|danish|bokmaal|nynorsk|"
    "catalan|galician-minimos|finnish|romanian|faroese|irish"
).split("|")
_ENGLISH = ("american-english", "british-english", "english")
#: Languages in Latin script whose program translations (gettext catalogues) serve as running text.
_LOCALES = "de fr es it pt nl sv da nb nn fi pl cs sk hu ro tr hr sl lv lt et is ca gl eu ga cy sq pt_BR".split()
#: Documents that measuring sets may be made of: their text is never learnt.
_KEPT_FOR_JUDGING = re.compile(r"debian-(faq|policy|reference)|annotations|gnuplot|tesseract|fhs")
_TEXT_SUFFIXES = ("", ".txt", ".md", ".rst")
_MOST_BYTES_A_FILE = 40_000
_MOST_CHARACTERS = 5_000_000
_MOST_CHARACTERS_A_LANGUAGE = 250_000
_MOST_WORDS_A_LIST = 110_000
_MOST_CATALOGUES = 60
_FOREIGN = re.compile("[^" + re.escape("".join(sorted(ALPHABET_SET))) + "]+")
_GETTEXT_MAGIC = 0x950412DE
#: What translations have and documents have not: format directives, accelerators, options in brackets.
_DIRECTIVE = re.compile(r"%[-#0-9.*$]*[a-zA-Z]+|[&_](?=\w)|\\[a-z]|<[^>]{1,40}>")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Words by language, and running text where some is at hand.

    Attributes:
        english: English words.
        foreign: Lists of words of the other languages, each language as likely as the next.
        prose: Running text, mostly English, white space squeezed; "" where no folder held any.
        voices: Running text of other languages, one string each; () where there is none.
    """

    english: tuple[str, ...]
    foreign: tuple[tuple[str, ...], ...]
    prose: str
    voices: tuple[str, ...] = ()


def text_folders() -> tuple[Path, ...]:
    """Folders with running text: ``BAYOU_TEXTS`` (a path list), else Debian's fortunes and documentation."""
    override = os.environ.get("BAYOU_TEXTS")
    if override is not None:
        return tuple(Path(p) for p in override.split(os.pathsep) if p)
    return tuple(p for p in (Path("/usr/share/games/fortunes"), Path("/usr/share/doc")) if p.is_dir())


@lru_cache(maxsize=1)
def default_corpus() -> Corpus:
    """The corpus of this machine: built-in words, installed dictionaries, texts and translations (see docs/data.md)."""
    material = os.environ.get("BAYOU_MATERIAL")
    if material:
        return load_bundle(Path(material))
    return load_corpus((Path("/usr/share/dict"),), text_folders(), Path("/usr/share/locale"))


def load_bundle(folder: Path) -> Corpus:
    """The corpus in a folder written by ``bayou.data.synthetic.bundle``."""
    words = [tuple(p.read_text(encoding="utf-8").split("\n")) for p in sorted((folder / "words").glob("*.txt"))]
    texts = [p.read_text(encoding="utf-8") for p in sorted((folder / "texts").glob("*.txt"))]
    if not words or not texts:
        raise UsageError(f"BAYOU_MATERIAL names '{folder}', which lacks words/ or texts/")
    return Corpus(words[0], tuple(words[1:]), texts[0], tuple(texts[1:]))


def load_corpus(dictionaries: Sequence[Path], texts: Sequence[Path], locales: Path | None = None) -> Corpus:
    """Read word lists, running texts and translations, where there are some; the built-in words are always there."""
    lists = {language: tuple(words.split()) for language, words in LANGUAGES.items()}
    found = {n: _words_of(folder / n) for folder in dictionaries for n in _DICTIONARIES if (folder / n).is_file()}
    english: tuple[str, ...] = ()
    for name in _ENGLISH:
        english += found.get(name, ()) or lists.get(name, ())
    foreign = tuple(w for n, w in {**lists, **found}.items() if n not in _ENGLISH and w)
    voices = (
        tuple(v for v in (read_voice(locales, language) for language in _LOCALES) if v) if locales is not None else ()
    )
    return Corpus(english, foreign, read_prose(texts), voices)


def _words_of(path: Path) -> tuple[str, ...]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("iso-8859-1")  # some of Debian's older lists
    words = text.split("\n")
    words = words[:: len(words) // _MOST_WORDS_A_LIST + 1]
    return tuple(
        w
        for w in (x.strip() for x in words)
        if 1 < len(w) <= 24 and ALPHABET_SET.issuperset(w) and not w.endswith("'s")
    )


def clean(text: str) -> str:
    """Fold look-alikes, shorten rows of marks, drop what is outside the alphabet, squeeze white space."""
    text = re.sub(r"([^\w\s])\1{3,}", r"\1\1\1", text.translate(LOOK_ALIKES))
    return " ".join(_FOREIGN.sub(" ", text).split())


def _readable_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if (
            path.suffix in _TEXT_SUFFIXES
            and path.name != "copyright"
            and not _KEPT_FOR_JUDGING.search(str(path))
            and path.is_file()
        ):
            yield path


def read_prose(folders: Sequence[Path]) -> str:
    """All readable text files below some folders as one string; a line that comes again, as in licences, is dropped."""
    seen: set[str] = set()
    pieces: list[str] = []
    total = 0
    for folder in folders:
        for path in _readable_files(folder):
            with path.open("rb") as file:
                raw = file.read(_MOST_BYTES_A_FILE)
            try:
                text = raw[: raw.rfind(b"\n") + 1].decode("utf-8")
            except UnicodeDecodeError:
                continue  # not UTF-8: another file serves as well
            if "\0" in text:
                continue
            fresh = [line for line in text.split("\n") if line not in seen]
            seen.update(fresh)
            pieces.append(clean("\n".join(fresh)))
            total += len(pieces[-1])
            if total > _MOST_CHARACTERS:
                return " ".join(pieces)
    return " ".join(pieces)


def read_voice(locales: Path, language: str) -> str:
    """Running text of a language out of installed program translations; "" where there are none."""
    folder = locales / language / "LC_MESSAGES"
    if not folder.is_dir():
        return ""
    pieces: list[str] = []
    total = 0
    for path in islice(sorted(folder.glob("*.mo"), key=lambda p: -p.stat().st_size), _MOST_CATALOGUES):
        for message in _messages(path):
            if len(message) >= 12:
                pieces.append(message)
                total += len(message)
        if total > _MOST_CHARACTERS_A_LANGUAGE:
            break
    return clean(
        _DIRECTIVE.sub(lambda m: "12" if m[0][-1:] in "du" else "", " ".join(pieces))
        .replace('""', "")
        .replace("''", "")
    )


def _messages(path: Path, most: int = 500) -> Iterable[str]:
    """The translated strings of a gettext catalogue in UTF-8, spread over the file."""
    raw = path.read_bytes()
    if len(raw) < 28:
        return []
    order = "<" if struct.unpack("<I", raw[:4])[0] == _GETTEXT_MAGIC else ">"
    count, _, table = struct.unpack(f"{order}III", raw[8:20])
    found = []
    for index in range(1, count, max(1, count // most)):
        length, offset = struct.unpack(f"{order}II", raw[table + 8 * index : table + 8 * index + 8])
        try:
            text = raw[offset : offset + length].decode("utf-8")
        except UnicodeDecodeError:
            return []  # an older catalogue in another encoding
        found.append(text.replace("\0", " "))
    return found
