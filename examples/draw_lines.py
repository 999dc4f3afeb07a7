"""Draws lines of text in one font, with what they say as JSON lines: data to fine-tune nano with.

    python -m examples.draw_lines FONT.ttf --lines 300 --output lines

Knows the synthetic lines of ``bayou.data`` (extra ``train``): English prose on paper, damaged as scans are.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from bayou.data.synthetic.content import Writer
from bayou.data.synthetic.corpus import default_corpus
from bayou.data.synthetic.fonts import FontLibrary, scan
from bayou.data.synthetic.lines import LineRenderer
from bayou.errors import InputError

SHORTEST, LONGEST = 12, 50


def draw(font: Path, count: int, output: Path, seed: int = 0) -> Path:
    """Draws ``count`` lines below ``output``; gives the file that says what they are.

    Raises:
        InputError: The font can't be used.
    """
    faces = scan([font])
    if not faces:
        raise InputError("no font for Latin text that can be read", str(font))
    face = faces[0]
    renderer = LineRenderer(FontLibrary(faces), default_corpus())
    output.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(count):
        rng = random.Random(f"{seed}:{number}")
        text = Writer(renderer.corpus, rng).running(rng.randint(SHORTEST, LONGEST))
        text = " ".join("".join(c for c in text if c in face.characters).split()) or "0"
        sample = renderer.render_text(rng, "document", face, text)
        name = f"{number:05d}.png"
        Image.fromarray(sample.image).save(output / name)
        rows.append(json.dumps({"image": name, "text": sample.text}, ensure_ascii=False))
    target = output / "lines.jsonl"
    target.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return target


def main(argv: Sequence[str] | None = None) -> int:
    """The command line: returns the exit code."""
    parser = argparse.ArgumentParser(description="Lines of text in one font, for bayou finetune.")
    parser.add_argument("font", type=Path)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--output", type=Path, default=Path("lines"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    try:
        print(draw(options.font, options.lines, options.output, options.seed))
    except InputError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
