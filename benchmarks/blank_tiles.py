"""What blank tiles save, and what --skip-blank-tiles does to the text.

    python -m benchmarks.blank_tiles FOLDER [--data DIR]

Pages of ``DIR`` (``benchmarks.truth``) are only counted: how many of their tiles are of one colour or nearly so. A
drawn letter with white below its text, clean and with paper's grain, is read by the model in FOLDER (for time; its
random weights write nothing of meaning) and by both tiny checkpoints. Knows tiles and tokens; no accuracy.
"""

from __future__ import annotations

import argparse
import io
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from bayou.engine.array_store import NO_CACHE
from bayou.engine.blank_tiles import BLANK_LEVELS, is_constant, without_near_blanks
from bayou.engine.generation import Generation
from bayou.engine.loading import PRECISIONS
from bayou.engine.model import Model, load
from bayou.engine.runtime import FloatArray
from bayou.engine.tile_reader import Options
from bayou.inputs.messages import Message
from bayou.inputs.processor import Processor
from benchmarks import truth
from benchmarks.drawing import HEIGHT, WIDTH, prose_page
from benchmarks.measurement import show, write
from benchmarks.random_checkpoint import GOLDEN
from benchmarks.watched import WatchedRuntime, agreeing, answer, reader_of

QUESTION = "Read the text in the image."
LINES, WRITTEN = 50, 14
"""Lines that a page would have, and those that the letter has: they end in the upper third."""

GRAIN, QUALITY, PAPER = 3, 85, 250
"""Grey levels up or down at random, a JPEG's quality, and paper's level."""

GRAINS = (1, 2, 3, 4, 6)
"""Grains with which the letter's tiles are counted."""

NEW_TOKENS = 8
COUNTED = ("tiles", "constant", "nearly_blank")


def letter() -> Image.Image:
    """White below its text, each pixel of it."""
    page, _, boxes = prose_page(LINES)
    page.paste((255, 255, 255), (0, boxes[WRITTEN - 1][3], WIDTH, HEIGHT))
    return page


def scanned(page: Image.Image, grain: int = GRAIN) -> Image.Image:
    """The page with grain, as a scanner's JPEG."""
    noise = np.random.default_rng(0).integers(-grain, grain + 1, size=(page.height, page.width, 1))
    levels = np.clip(np.asarray(page, dtype=np.int64) * PAPER // 255 + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "JPEG", quality=QUALITY)
    return Image.open(file).convert("RGB")


def counts(processor: Processor, page: Image.Image) -> tuple[int, int, int]:
    """Tiles, those of one colour, and those nearly so beside them."""
    pixels = processor([Message("user", [page, QUESTION])]).pixels
    changed = without_near_blanks(pixels)[1]
    return len(pixels), sum(is_constant(tile) for tile in pixels), int(changed.sum())


def counted(processor: Processor, data: Path) -> list[dict[str, object]]:
    """The tiles of real pages, by where they are from, and of the letter."""
    totals: dict[str, Counter[str]] = {}
    for page in truth.pages(data):
        with Image.open(page.path) as image:
            found = counts(processor, image.convert("RGB"))
        totals.setdefault(page.category, Counter()).update({"pages": 1, **dict(zip(COUNTED, found, strict=True))})
    drawn = {"drawn letter": letter()} | {f"drawn letter, grain {grain}": scanned(letter(), grain) for grain in GRAINS}
    for name, picture in drawn.items():
        totals[name] = Counter({"pages": 1, **dict(zip(COUNTED, counts(processor, picture), strict=True))})
    return [{"part": "count", "category": category, **total} for category, total in totals.items()]


def read(model: Model, page: Image.Image, skip: bool) -> tuple[Generation, FloatArray, float]:
    """What is written, the logits after the prompt, and processor seconds; no tile is known from before."""
    started = time.process_time()
    runtime = WatchedRuntime(model.runtime)
    options = Options(NEW_TOKENS, skip_blank_tiles=skip)
    written = answer(reader_of(model, runtime), [Message("user", [page, QUESTION])], options)
    assert runtime.logits is not None
    return written, runtime.logits, time.process_time() - started


def compared(model: Model, name: str) -> list[dict[str, object]]:
    """Each picture as it is, and the scanned one with blank tiles skipped."""
    rows: list[dict[str, object]] = []
    for kind, page in (("clean", letter()), ("scanned", scanned(letter()))):
        plain, logits, seconds = read(model, page, skip=False)
        for skip in (False, True) if kind == "scanned" else (False,):
            written, other, took = (plain, logits, seconds) if not skip else read(model, page, skip=True)
            rows.append(
                {
                    "part": "letter",
                    "model": name,
                    "precision": model.runtime.precision,
                    "letter": kind,
                    "skip_blank_tiles": skip,
                    "tiles": written.tiles.total,
                    "constant": written.tiles.constant,
                    "skipped": written.tiles.skipped,
                    "processor_seconds": took,
                    "image_s": written.timings.encode,
                    "first_token_s": written.timings.first_token,
                    "tokens": len(plain.token_ids),
                    "tokens_as_without": agreeing(plain.token_ids, written.token_ids),
                    "largest_logit_difference": float(np.abs(other - logits).max()),
                    "logits_std": float(logits.std()),
                }
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--data", type=Path, default=truth.default_folder())
    parser.add_argument("--precision", choices=PRECISIONS, default="int8")
    options = parser.parse_args()
    tiny = [load(GOLDEN / kind, precision="float32", cache=NO_CACHE) for kind in ("tiny-800m", "tiny-2b")]
    assert tiny[0].tiles is not None
    counted_rows = counted(tiny[0].tiles.processor, options.data)
    show(counted_rows)
    rows = [row for model in tiny for row in compared(model, model.name)]
    if options.folder:
        model = load(options.folder, precision=options.precision, cache=NO_CACHE)
        read(model, Image.new("RGB", (448, 448), "white"), skip=False)  # the first inference prepares the weights
        rows = [*compared(model, options.folder.name), *rows]
    show(rows)
    settings = {"levels": BLANK_LEVELS, "grain": GRAIN, "jpeg_quality": QUALITY, "new_tokens": NEW_TOKENS}
    print(write("blank_tiles", settings, [*counted_rows, *rows]))


if __name__ == "__main__":
    main()
