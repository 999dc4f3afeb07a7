"""How well clean print in 24 languages is read, accents counted. Knows fonts and scores; not how text is read.

    python -m benchmarks.languages --packages DIR [--lines 25] [--engines nano rapidocr tesseract]

``DIR`` holds Debian packages whose texts are set (``benchmarks.language_texts`` says which, and how to get them), in
fonts that nano never trained on. Tesseract reads with the language's own data, so it is told what the others are not.
Figures go to ``results/languages.json``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from rapidfuzz.distance import Levenshtein

from bayou.data.synthetic.fonts import FontFace, load_font
from bayou.scorers.text import ErrorRate, character_errors
from benchmarks import measurement
from benchmarks.engines import Engine, Tesseract, named
from benchmarks.kept_fonts import faces_kept
from benchmarks.language_texts import control_file, lines_of, packages_in

LANGUAGES = {
    "ca": "cat",
    "cs": "ces",
    "da": "dan",
    "de": "deu",
    "es": "spa",
    "et": "est",
    "fi": "fin",
    "fr": "fra",
    "hr": "hrv",
    "hu": "hun",
    "is": "isl",
    "it": "ita",
    "lt": "lit",
    "lv": "lav",
    "nb": "nor",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "sk": "slk",
    "sl": "slv",
    "sq": "sqi",
    "sv": "swe",
    "tr": "tur",
}
"""What Debian and Tesseract call each language."""

SIZES = (30, 34, 40, 46)
"""Pixels an em: 10 to 12 points at 200 to 300 dots an inch."""
INK, PAPER = 25, 250
MARGIN = 0.3
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is set: its language, text, picture and font."""

    language: str
    text: str
    path: Path
    font: str


def draw(text: str, face: FontFace, size: int) -> Image.Image:
    """Black on white, upright, without any damage."""
    font = load_font(face.path, size, face.weight)
    left, top, right, bottom = font.getbbox(text)
    margin = round(MARGIN * size)
    image = Image.new("L", (round(right - left) + 2 * margin, round(bottom - top) + 2 * margin), PAPER)
    ImageDraw.Draw(image).text((margin - left, margin - top), text, fill=INK, font=font)
    return image


def set_lines(packages: Path, folder: Path, count: int) -> Iterator[Line]:
    """All lines as pictures in a folder; each language's fonts in turn, those that have all of a line's letters."""
    templates = [control_file(package, "templates") for package in packages_in(packages)]
    faces = faces_kept()
    for language in LANGUAGES:
        for number, text in enumerate(lines_of(templates, language, count)):
            able = [face for face in faces if set(text) <= {*face.characters, " "}]
            face = able[number % len(able)]
            path = folder / f"{language}{number:03}.png"
            draw(text, face, SIZES[number % len(SIZES)]).save(path)
            yield Line(language, text, path, f"{face.family} {face.style}")


def read(engine: Engine, lines: Sequence[Line]) -> list[str]:
    """What an engine reads; Tesseract with each language's data."""
    if not isinstance(engine, Tesseract):
        return [one.text for one in engine.read_crops([line.path for line in lines], "line")]
    texts = []
    for language in dict.fromkeys(line.language for line in lines):
        engine.language = LANGUAGES[language]
        paths = [line.path for line in lines if line.language == language]
        texts += [one.text for one in engine.read_crops(paths, "line")]
    return texts


def misread(pairs: Sequence[tuple[str, str]]) -> Counter[str]:
    """Letters of (reading, truth) pairs that were read as others, as "ő>ö"; left out as "ő>", put in as ">ő"."""
    found: Counter[str] = Counter()
    for reading, truth in pairs:
        for edit in Levenshtein.editops(truth, reading):
            said = reading[edit.dest_pos] if edit.tag != "delete" else ""
            meant = truth[edit.src_pos] if edit.tag != "insert" else ""
            found[f"{meant}>{said}"] += 1
    return found


def rows(engine: str, lines: Sequence[Line], texts: Sequence[str]) -> list[dict[str, object]]:
    """A row for each language, and one for all; characters wrong as shares, one by one as they stand."""
    found = []
    for language in [*dict.fromkeys(line.language for line in lines), "all"]:
        both = zip(texts, lines, strict=True)
        chosen = [(text, line.text) for text, line in both if language in (line.language, "all")]
        errors = sum((character_errors(*pair) for pair in chosen), ErrorRate(0, 0))
        worst = misread(chosen).most_common(MOST_SHOWN if language == "all" else 5)
        found.append(
            {
                "engine": engine,
                "language": language,
                "lines": len(chosen),
                "characters": errors.length,
                "cer": errors.rate,
                "lines_right": sum(text.strip() == truth for text, truth in chosen) / len(chosen),
                "misread": dict(worst),
            }
        )
    return found


def main() -> None:
    """Sets the lines and has each engine read them."""
    parser = argparse.ArgumentParser(description="Clean print in 24 languages, beside others.")
    parser.add_argument("--packages", type=Path, required=True, help="folder of Debian packages, for their texts")
    parser.add_argument("--lines", type=int, default=25, help="of each language")
    parser.add_argument("--engines", nargs="+", default=["nano", "rapidocr", "tesseract"])
    parser.add_argument("--show", action="store_true", help="print the lines that were misread")
    options = parser.parse_args()
    found: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="bayou-") as folder:
        lines = list(set_lines(options.packages, Path(folder), options.lines))
        for name in options.engines:
            engine = named(name, "nano")
            engine.start()
            texts = read(engine, lines)
            new = rows(engine.name, lines, texts)
            measurement.show([{key: row[key] for key in row if key != "misread"} for row in new])
            print(new[-1]["misread"])
            found += new
            settings = {"lines": options.lines, "fonts": sorted({line.font for line in lines})}
            path = measurement.write("languages", settings, found)
            if options.show:
                for line, text in zip(lines, texts, strict=True):
                    if text != line.text:
                        print(f"{line.language} {line.font}\n  {line.text}\n  {text}")
            print(path)


if __name__ == "__main__":
    main()
