"""Fonts and texts of this machine as one small folder, to render the same lines elsewhere. Knows files; knows no lines.

``python -m bayou.data.synthetic.bundle FOLDER`` writes it; ``BAYOU_MATERIAL=FOLDER`` makes a machine use it alone.
Fonts are cut down to the alphabet and lose their hinting, so their letters come out a little different.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, TTLibError

from bayou.cache import make_cache_folder
from bayou.data.synthetic.alphabet import ALPHABET
from bayou.data.synthetic.corpus import Corpus, default_corpus
from bayou.data.synthetic.fonts import FONT_INDEX, FontFace, font_files, font_folders, scan

#: So many faces of a family are enough.
_MOST_FACES = 4
#: So many words of a foreign language are enough.
_MOST_WORDS = 30_000
#: A family's own name and style, and the typographic ones: what the index goes by.
_NAMES = (1, 2, 4, 16, 17)


def write_bundle(folder: Path, faces: list[FontFace], corpus: Corpus) -> None:
    """Write ``fonts/`` (with its index), ``words/`` and ``texts/`` below an empty or new folder."""
    fonts = folder / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    for face in _chosen(faces):
        _write_font(Path(face.path), fonts)
    scan(font_files([fonts]), fonts / FONT_INDEX)
    _write_texts(corpus, folder)


def _chosen(faces: list[FontFace]) -> list[FontFace]:
    """One entry a file, few files a family."""
    count: dict[str, int] = {}
    files: dict[str, FontFace] = {}
    for face in faces:
        if face.kind is None or face.path in files or count.get(face.family, 0) >= _MOST_FACES:
            continue
        count[face.family] = count.get(face.family, 0) + 1
        files[face.path] = face
    return list(files.values())


def _write_font(source: Path, folder: Path) -> None:
    """Cut a font down to the alphabet; one that can't be cut is copied where it is small, else left out."""
    target = folder / source.name
    options = Options(hinting=False, notdef_outline=True, name_IDs=list(_NAMES), glyph_names=False)
    options.drop_tables += ["DSIG", "FFTM", "PfEd", "meta"]
    try:
        with source.open("rb") as file, TTFont(file, fontNumber=0) as font:
            subsetter = Subsetter(options)
            subsetter.populate(text=ALPHABET)
            subsetter.subset(font)
            font.save(target)
    except (TTLibError, KeyError, ValueError, AssertionError, IndexError, TypeError):
        # Old fonts break rules in many ways; FreeType draws them all the same.
        target.unlink(missing_ok=True)
        if source.stat().st_size < 100_000:
            shutil.copyfile(source, target)


def _write_texts(corpus: Corpus, folder: Path) -> None:
    words = [corpus.english, *(w[:: len(w) // _MOST_WORDS + 1] for w in corpus.foreign)]
    for kind, texts in (("words", words), ("texts", [corpus.prose, *corpus.voices])):
        place = folder / kind
        place.mkdir(exist_ok=True)
        for number, text in enumerate(texts):
            content = text if isinstance(text, str) else "\n".join(text)
            (place / f"{number:03d}.txt").write_text(content, encoding="utf-8")


def main() -> None:
    """The command line: one argument, the folder to write."""
    parser = argparse.ArgumentParser(description="Fonts and texts for synthetic lines as one folder.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    faces = scan(font_files(font_folders()), make_cache_folder() / FONT_INDEX)
    write_bundle(folder, faces, default_corpus())


if __name__ == "__main__":
    main()
