"""Pages drawn to see whether a reader invents text or refuses it. Knows pixels and a seed; no reader and no scores.

Pillow's own typeface is used, so that the pages are the same on every computer with the same Pillow.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

WIDTH, HEIGHT = 720, 880
MARGIN = 50
LINES = 8
_WORDS = (
    "harbour invoice copper delivered quarter signed balance winter paper received number account garden second order "
    "market Monday payment bridge general report island window total season letter yellow member station amount river "
    "council engine summer village public record simple travel branch common silver"
).split()
FIELDS = ("Invoice number", "Date", "Customer", "Total")
ABSENT = ("telephone number", "e-mail address", "discount", "bank account", "date of birth")


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page as PNG, its lines top to bottom, and what its fields hold."""

    png: bytes
    lines: tuple[str, ...] = ()
    fields: Mapping[str, str] | None = None


def _paper(rng: random.Random, tint: bool = False) -> Image.Image:
    level = rng.randint(225, 255)
    colour = tuple(rng.randint(150, 240) for _ in range(3)) if tint else (level, level, level)
    return Image.new("RGB", (WIDTH, HEIGHT), colour)


def _grain(rng: random.Random, image: Image.Image, sigma: float) -> Image.Image:
    numbers = np.random.default_rng(rng.getrandbits(32))
    noise = (numbers.standard_normal((image.height, image.width, 1), dtype=np.float32) * sigma).astype(np.int16)
    pixels: NDArray[np.int16] = np.asarray(image, dtype=np.int16) + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _line(rng: random.Random) -> str:
    words = rng.sample(_WORDS, rng.randint(3, 5))
    return " ".join([*words, str(rng.randint(10, 99999))]) if rng.random() < 0.4 else " ".join(words)


def _written(rng: random.Random, image: Image.Image, lines: list[str]) -> Image.Image:
    draw = ImageDraw.Draw(image)
    size = rng.randint(22, 30)
    font = ImageFont.load_default(size)
    for place, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + place * size * 2.6), line, fill=(20, 20, 25), font=font)
    return image


def _blank(rng: random.Random) -> DrawnPage:
    return _png(_paper(rng))


def _tinted(rng: random.Random) -> DrawnPage:
    return _png(_grain(rng, _paper(rng, tint=True), rng.uniform(2, 8)))


def _noise(rng: random.Random) -> DrawnPage:
    image = _grain(rng, _paper(rng), rng.uniform(20, 60))
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(30, 400)):
        x, y, radius = rng.randint(0, WIDTH), rng.randint(0, HEIGHT), rng.randint(1, 4)
        draw.ellipse((x, y, x + radius, y + radius), fill=(rng.randint(0, 120),) * 3)
    for _ in range(rng.randint(0, 4)):
        x = rng.randint(0, WIDTH)
        draw.line((x, 0, x, HEIGHT), fill=(90, 90, 90), width=rng.randint(1, 3))
    return _png(image)


def _unreadable(rng: random.Random) -> DrawnPage:
    """Text damaged beyond reading: blurred over more than a letter's height."""
    image = _written(rng, _paper(rng), [_line(rng) for _ in range(LINES)])
    return _png(_grain(rng, image.filter(ImageFilter.GaussianBlur(rng.uniform(20, 30))), 4))


def _shown_through(rng: random.Random) -> DrawnPage:
    """The other side of the sheet, photographed through it: mirrored and pale."""
    back = _written(rng, Image.new("RGB", (WIDTH, HEIGHT), "white"), [_line(rng) for _ in range(LINES)])
    back = ImageOps.mirror(back).filter(ImageFilter.GaussianBlur(rng.uniform(1, 2.5)))
    return _png(_grain(rng, Image.blend(_paper(rng), back, rng.uniform(0.1, 0.3)), 4))


def _shapes(rng: random.Random) -> DrawnPage:
    image = _paper(rng, tint=rng.random() < 0.5)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(4, 14)):
        x, y = rng.randint(0, WIDTH), rng.randint(0, HEIGHT)
        box = (x, y, x + rng.randint(20, 400), y + rng.randint(20, 400))
        colour = tuple(rng.randint(0, 255) for _ in range(3))
        rng.choice((draw.ellipse, draw.rectangle))(box, fill=colour if rng.random() < 0.6 else None, outline=colour)
    for _ in range(rng.randint(2, 10)):
        ends = [(rng.randint(0, WIDTH), rng.randint(0, HEIGHT)) for _ in range(2)]
        draw.line(ends, fill=tuple(rng.randint(0, 200) for _ in range(3)), width=rng.randint(1, 9))
    return _png(image)


def _scenery(rng: random.Random) -> DrawnPage:
    """Smooth coloured clouds with edges, as of a photo without text."""
    numbers = np.random.default_rng(rng.getrandbits(32))
    coarse = [numbers.integers(0, 255, (size, size, 3), dtype=np.uint8) for size in (4, 12, 40)]
    layers = [
        np.asarray(Image.fromarray(one).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), float) for one in coarse
    ]
    mixed = 0.55 * layers[0] + 0.3 * layers[1] + 0.15 * layers[2]
    return _png(Image.fromarray(mixed.astype(np.uint8)))


def _text(rng: random.Random) -> DrawnPage:
    lines = [_line(rng) for _ in range(LINES)]
    return _png(_grain(rng, _written(rng, _paper(rng), lines), rng.uniform(0, 6)), lines)


def _damaged_text(rng: random.Random) -> DrawnPage:
    """Text that a person still reads: soft, grainy, leaning, with a shadow over it."""
    lines = [_line(rng) for _ in range(LINES)]
    image = _written(rng, _paper(rng), lines).filter(ImageFilter.GaussianBlur(rng.uniform(1.0, 2.6)))
    image = image.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=image.getpixel((2, 2)))
    shade = np.linspace(rng.uniform(0.45, 0.9), 1.0, WIDTH)[None, :, None]
    shaded = Image.fromarray((np.asarray(image, np.float32) * shade.astype(np.float32)).astype(np.uint8))
    return _png(_grain(rng, shaded, rng.uniform(4, 16)), lines)


def _form(rng: random.Random) -> DrawnPage:
    """An invoice of four fields, for questions about what is there and what isn't."""
    date = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/20{rng.randint(10, 30)}"
    values = (str(rng.randint(1000, 99999)), date, rng.choice(_WORDS).title() + " Ltd", f"{rng.randint(5, 9999)}.50")
    fields = dict(zip(FIELDS, values, strict=True))
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return _png(_written(rng, _paper(rng), lines), lines, fields)


def _png(image: Image.Image, lines: list[str] | None = None, fields: dict[str, str] | None = None) -> DrawnPage:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return DrawnPage(file.getvalue(), tuple(lines or ()), fields)


DRAWERS: dict[str, Callable[[random.Random], DrawnPage]] = {
    "blank": _blank,
    "text": _text,
    "noise": _noise,
    "shapes": _shapes,
    "damaged text": _damaged_text,
    "tinted": _tinted,
    "beyond reading": _unreadable,
    "shown through": _shown_through,
    "scenery": _scenery,
    "form": _form,
}


def draw(kind: str, seed: int) -> DrawnPage:
    """A page of one of the kinds in DRAWERS; the same for the same seed."""
    return DRAWERS[kind](random.Random(f"{kind} {seed}"))
